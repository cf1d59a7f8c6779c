"""Somebody leaves: what was hers is another's that day, who is told the count once."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from smsapp.service.alerts import answer_alert, climb_due
from smsapp.service.drafts import expire_drafts
from smsapp.service.leaving import CannotLeave, leave_by_code
from smsapp.service.people_check import check_people
from smsapp.service.roster import import_roster
from smsapp.store.tables import (
    audit,
    draft,
    outbound,
    phone_number,
    query,
    query_told,
    reminder,
    request,
    request_told,
    task,
)
from tests.rig.programme import Programme

HEAD = "code,name,phone,role,language,place,supervisor,deputy,active\n"
LEAVE_WORDS = """
"leave.chw".text = {en = "{chw} left: {due} {orders}", fr = "{chw} parti: {due} {orders}"}
"leave.waits".text = {en = "{chw} left open: {due} {orders}", fr = "{chw} reste: {due} {orders}"}
[word."leave.answerer".text]
en = "{chw} left: {chws} {alerts} {orders} {calls}"
fr = "{chw}: {chws} {alerts} {orders} {calls}"
"""


@pytest.fixture
def words_folder(words_folder: Path) -> Path:
    words = words_folder / "words.toml"
    words.write_text(words.read_text(encoding="utf-8") + LEAVE_WORDS, encoding="utf-8")
    return words_folder


def roster(programme: Programme, tmp_path: Path, rows: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(HEAD + rows)
    assert import_roster(programme.rt, path).problems == ()


@pytest.mark.parametrize("role", ["desk", "operator"])
def test_who_answers_no_alert_takes_over_from_nobody(programme: Programme, role: str):
    programme.change("dis", role=role)
    with pytest.raises(CannotLeave, match=f"dis is {role}: name a supervisor or facility"):
        leave_by_code(programme.rt, "sup", "dis")
    assert programme.person("sup").active


def test_training_and_real_never_take_over_from_each_other(programme: Programme):
    programme.change("dis", training=True)
    with pytest.raises(CannotLeave, match="Only one of sup and dis is in training"):
        leave_by_code(programme.rt, "sup", "dis")
    programme.change("sup", training=True)
    assert leave_by_code(programme.rt, "sup", "dis").heir == "dis"


def burden(programme: Programme, told: str) -> int:
    """A task, an order, a call asked for, a draft and a reminder of Esther; gives her report."""
    now, chw, to = programme.clock(), programme.person("chw").id, programme.person(told).id
    report_id, ref, _ = programme.alarm("chw")
    about = {"person_id": chw, "report_id": report_id}
    of_ref = {"ref": ref, **about, "training": False}
    a_draft = {
        "origin": "ussd:x:1", "person_id": chw, "flow": "iccm", "version": 1, "session": "x",
        "text_length": 0, "given": {}, "keys": [], "danger": False, "state": "open",
        "began_at": now, "due_at": now.replace(year=now.year + 1),
    }  # fmt: skip
    with programme.rt.begin() as db:
        db.execute(insert(task).values(**about, kind="follow_up", due_on=now.date(), state="open"))
        row = {**about, "kind": "follow_up", "period": "x", "state": "planned", "due_at": now}
        db.execute(insert(reminder).values(row))
        order = {**of_ref, "items": ["la"], "state": "requested", "requested_at": now}
        one = db.scalars(insert(request).values(order).returning(request.c.id)).one()
        db.execute(insert(request_told).values(request_id=one, person_id=to, at=now))
        call = {**of_ref, "kind": "call", "about": "today", "private": False, "phone": ""}
        call |= {"state": "received", "answer": "", "asked_at": now}
        one = db.scalars(insert(query).values(call).returning(query.c.id)).one()
        db.execute(insert(query_told).values(query_id=one, person_id=to, at=now))
        db.execute(insert(draft).values(a_draft))
    return report_id


def test_a_supervisor_leaves_to_his_deputy(programme: Programme, tmp_path: Path):
    roster(programme, tmp_path, "sup,Grace,0991000101,supervisor,en,BUA,,fac,\n")
    burden(programme, "sup")
    programme.alarm("eve")
    roster(programme, tmp_path, "sup,Grace,0991000101,supervisor,en,BUA,,fac,no\n")
    assert programme.person("chw").supervisor_id == programme.person("fac").id
    assert programme.heard("fac")[-1] == "Grace: 2 2 1 1"
    assert programme.person("sup").phone == ""
    with programme.rt.begin() as db:
        answered = answer_alert(programme.rt, db, programme.person("fac"), None)
        assert answered.outcome == "several"  # both are there for him
        kept = phone_number.c.until.is_(None) & (phone_number.c.phone == "+265991000101")
        assert db.scalar(select(phone_number.c.id).where(kept)) is None
        assert "leave" in set(db.scalars(select(audit.c.action)))
    again = programme.count(outbound)
    roster(programme, tmp_path, "sup,Grace,0991000101,supervisor,en,BUA,,fac,no\n")
    assert programme.count(outbound) == again  # leaving twice is leaving once


def test_a_named_successor_hears_the_alert_and_may_answer(programme: Programme, tmp_path: Path):
    roster(programme, tmp_path, "new,Nia,0991000102,supervisor,en,BUA,,,\n")
    _, ref, _ = programme.alarm("chw")
    done = leave_by_code(programme.rt, "sup", "new")
    assert (done.heir, done.counts["chws"], done.counts["alerts"]) == ("new", 2, 1)
    assert programme.heard("new") == ["ALERT Chalo", "Grace left: 2 1 0 0"]
    with programme.rt.begin() as db:
        answered = answer_alert(programme.rt, db, programme.person("new"), ref)
    assert answered.outcome == "done"


def test_nobody_is_left(programme: Programme):
    """The district officer goes, and nobody stands above: nothing moves, and it is said."""
    burden(programme, "sup")
    for code in ("fac", "dis"):
        leave_by_code(programme.rt, code)
    done = leave_by_code(programme.rt, "sup")
    assert done.heir == ""
    lines = check_people(programme.rt)
    assert any(line.startswith("alert ") for line in lines)
    assert any(line.startswith("chw: supervisor sup has left") for line in lines)
    programme.clock.move(minutes=16)
    climb_due(programme.rt)
    assert programme.heard("chw")[-1].startswith(("No answer yet", "Go."))


def test_a_chw_leaves_to_another(programme: Programme):
    burden(programme, "sup")
    done = leave_by_code(programme.rt, "chw", "eve")
    assert (done.heir, done.counts) == ("eve", {"due": 1, "orders": 1})
    eve = programme.person("eve").id
    with programme.rt.read() as db:
        for table in (task, request, reminder):
            assert list(db.scalars(select(table.c.person_id))) == [eve]
        assert list(db.scalars(select(query.c.state))) == ["done"]
    assert programme.heard("eve") == ["Esther parti: 1 1"]
    expire_drafts(programme.rt)
    with programme.rt.read() as db:
        assert list(db.scalars(select(draft.c.state))) == ["expired"]
    assert not any(line.startswith("chw:") for line in check_people(programme.rt))


def test_a_chw_leaves_to_nobody(programme: Programme):
    """What only a CHW can do stays hers; the supervisor and the check say so until one is named."""
    burden(programme, "sup")
    assert leave_by_code(programme.rt, "chw").heir == ""
    assert programme.heard("sup")[-1] == "Esther left open: 1 1"
    assert any(one.startswith("chw: has left with open") for one in check_people(programme.rt))
    assert leave_by_code(programme.rt, "chw", "eve").heir == "eve"
    expire_drafts(programme.rt)
    assert not any(one.startswith("chw: has left") for one in check_people(programme.rt))


@pytest.mark.parametrize(
    ("code", "successor", "why"),
    [
        ("who", "", "Nobody"),
        ("sup", "who", "Nobody"),
        ("sup", "sup", "name"),
        ("sup", "eve", "A CHW"),
    ],
)
def test_codes_that_do_not_fit(programme: Programme, code: str, successor: str, why: str):
    with pytest.raises(CannotLeave, match=why):
        leave_by_code(programme.rt, code, successor)
    assert programme.person("sup").active
