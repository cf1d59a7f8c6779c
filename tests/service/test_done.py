"""What is done when its step is due is said to nobody; the same of another, not done, is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event, insert, select, update

from smsapp.service import remind
from smsapp.service.done import TESTS, done_of
from smsapp.store import people, tables
from smsapp.store import reminders as store
from smsapp.store.tables import person, reminder, report, task
from tests.rig.stage import Stage

ESTHER, MERCY = "+265991000001", "+265991000002"  # who has done it, who has not
NOON = datetime(2026, 4, 8, 10, 0, tzinfo=UTC)  # the month before is still told of
PERIODS = {"month": "2026-03", "own_month": "2026-03", "stock_count": "2026-03"}
AGO = timedelta(days=100)
WHY = "SELECT why FROM reminder"
Doing = Callable[[Stage, int, int], None]


def put(stage: Stage, table: Table, **values: Any) -> int:
    with stage.rt.begin() as db:
        row: int = db.scalars(insert(table).values(values).returning(*table.primary_key)).first()  # type: ignore[assignment]
    return row


def change(stage: Stage, table: Table, report_id: int, **values: Any) -> None:
    with stage.rt.begin() as db:
        db.execute(update(table).where(table.c.report_id == report_id).values(values))


def report_of(stage: Stage, who: int, ref: str) -> int:
    return put(
        stage, report, ref=ref, person_id=who, flow="request", version=1, source="sms", params={},
        state="closed", training=True, answers={}, classes=[], waits="rdt", place_id=1,
        opened_at=stage.now - AGO, changed_at=stage.now - AGO,
    )  # fmt: skip


def begin_task(kind: str) -> Doing:
    def do(stage: Stage, who: int, about: int) -> None:
        values = {"person_id": who, "report_id": about, "kind": kind, "state": "open"}
        put(stage, task, **values, due_on=stage.now.date())

    return do


def begin_order(state: str) -> Doing:
    def do(stage: Stage, who: int, about: int) -> None:
        made = put(
            stage, tables.request, ref="100008", report_id=about, person_id=who, training=True,
            items=["la"], state=state, requested_at=stage.now,
        )  # fmt: skip
        put(
            stage, tables.request_line, request_id=made, product="la", asked=9, packed=9, received=4
        )

    return do


def begin_recall(stage: Stage, who: int, _about: int) -> None:
    known = [row.id for row in stage.rows("SELECT id FROM recall")]
    values = {"ref": "recall", "product": "la", "lot": "1", "reason": "x", "by": "x"}
    lot = known[0] if known else put(stage, tables.recall, **values, at=stage.now)
    put(stage, tables.recall_answer, recall_id=lot, person_id=who, told_at=stage.now, answer="")


def nothing(_stage: Stage, _who: int, _about: int) -> None:
    """It is there already."""


def send(words: str) -> Doing:
    return lambda stage, _who, _about: stage.send(ESTHER, words)


def withdraw(stage: Stage, _who: int, about: int) -> None:
    stage.write("UPDATE report SET waits = '' WHERE id = :id", id=about)


def visited(stage: Stage, who: int, about: int) -> None:
    day = {"visited_on": stage.now.date(), "recorded_at": stage.now, "training": True}
    put(stage, tables.visit, chw_id=who, supervisor_id=1, by_id=1, report_id=about, **day)


def left(**values: Any) -> Doing:
    return lambda stage, _who, about: change(stage, tables.request, about, **values)


def arrived(stage: Stage, _who: int, about: int) -> None:
    mine = "(SELECT id FROM request WHERE report_id = :id)"
    stage.write(f"UPDATE request_line SET received = 9 WHERE request_id = {mine}", id=about)


def answered(stage: Stage, who: int, _about: int) -> None:
    stage.write("UPDATE recall_answer SET answer = 'none' WHERE person_id = :id", id=who)


def reported_by_the_other(stage: Stage, _who: int, _about: int) -> None:
    stage.now -= timedelta(days=20)
    stage.send(MERCY, "CCM A14 S0 D0 M3 P0 T0")
    stage.now += timedelta(days=20)


closed: Doing = lambda stage, _who, about: change(stage, task, about, state="done")  # noqa: E731
CASES: dict[str, tuple[Doing, Doing]] = {
    "follow_up": (begin_task("follow_up"), closed),
    "referral": (begin_task("referral"), closed),
    "test_waited": (nothing, withdraw),
    "report_overdue": (nothing, send("TASK")),
    "visit_overdue": (nothing, visited),
    **dict.fromkeys(("number", "number_above"), (nothing, send("TASK"))),
    "month": (nothing, send("MONTH V40 T2 B1 E0")),
    "stock_count": (nothing, send("SOH la 15 zi 10")),
    "own_month": (nothing, reported_by_the_other),
    "order_unapproved": (begin_order("requested"), left(state="approved")),
    "order_urgent_unapproved": (begin_order("requested"), left(state="approved")),
    "order_unanswered": (begin_order("approved"), left(state="ready")),
    "order_urgent": (begin_order("requested"), left(state="stocked_out")),
    "order_out": (begin_order("stocked_out"), left(state="cancelled")),
    "order_collect": (begin_order("ready"), left(state="received")),
    "order_short": (begin_order("received"), arrived),
    "recall": (begin_recall, answered),
}


def test_every_kind_is_here():
    assert CASES.keys() == TESTS.keys()


@pytest.mark.parametrize("kind", CASES)
def test_nothing_about_what_is_done(stage: Stage, kind: str):
    begin, do = CASES[kind]
    stage.now = NOON
    stage.write("UPDATE phone_number SET heard_at = :at", at=str(NOON - AGO))
    with stage.rt.begin() as db:
        db.execute(update(person).values(created_at=NOON - AGO))
        ids = {row.phone: row.id for row in db.execute(select(person))}
    about = {phone: report_of(stage, ids[phone], "100008") for phone in (ESTHER, MERCY)}
    for phone in (ESTHER, MERCY):
        begin(stage, ids[phone], about[phone])
        with stage.rt.begin() as db:
            period = PERIODS.get(kind, "recall")
            remind.begin(stage.rt, db, kind, ids[phone], period, NOON, about[phone])
    do(stage, ids[ESTHER], about[ESTHER])
    with stage.rt.begin() as db:
        due = store.due(db, NOON + AGO, 9, [kind])
        done = done_of(stage.rt, db, due)
        assert [one.person_id for one in due if one.id in done] == [ids[ESTHER]]
        db.execute(update(reminder).where(reminder.c.kind == kind).values(due_at=stage.now))
    before = len(stage.rows("SELECT id FROM outbound"))
    remind.send_due(stage.rt)
    rows = stage.rows(f"{WHY} WHERE person_id = :id AND kind = :kind", id=ids[ESTHER], kind=kind)
    assert [row.why for row in rows] == ["done"]
    said = stage.rows("SELECT text FROM outbound ORDER BY id")[before:]
    assert not [one.text for one in said if "Esther" in one.text]


def test_a_kind_is_asked_about_in_as_many_statements_for_all(stage: Stage):
    stage.now = NOON
    with stage.rt.begin() as db:
        everybody = [who for who in people.everybody(db, NOON) if who.role == "chw"]
        for who in everybody:
            remind.begin(stage.rt, db, "stock_count", who.id, "2026-03", NOON)
        due = store.due(db, NOON + AGO, 99)
        asked: list[str] = []
        event.listen(db, "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert done_of(stage.rt, db, due) == set()
    assert len(due) == len(everybody) > 10
    assert len(asked) == 2


def test_everybodys_own_month_is_told_in_as_many_statements_for_all(stage: Stage):
    stage.now = NOON
    with stage.rt.begin() as db:
        db.execute(update(person).values(created_at=NOON - AGO))
        everybody = [who for who in people.everybody(db, NOON) if who.role == "chw"]
    for who in (one for one in everybody if one.training):
        report_of(stage, who.id, "100008")
        with stage.rt.begin() as db:
            remind.begin(stage.rt, db, "own_month", who.id, "2026-03", NOON - timedelta(days=1))
    with stage.rt.begin() as db:
        db.execute(update(report).values(flow="iccm", opened_at=NOON - timedelta(days=20)))
        db.execute(update(reminder).values(due_at=NOON))
    asked: list[str] = []
    note = ("before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(stage.rt.engine, *note)
    sent = remind.send_due(stage.rt)
    event.remove(stage.rt.engine, *note)  # other tests have the same engine
    assert sent == sum(one.training for one in everybody) > 5
    assert len(asked) <= 23  # whatever their number
