"""Visits: one row a pair and day, asked by day, counted when both sides have said so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smsapp.service.months import known_of_month
from smsapp.store import team, visits
from smsapp.store.people import person_by_code
from smsapp.store.tables import outbound, visit
from tests.rig.stage import MORNING, Stage

GRACE, ESTHER, MERCY, AMOS = "+265991000101", "+265991000001", "+265991000002", "+265991000102"
TODAY = date(2026, 3, 2)


def rows(stage: Stage) -> list[Any]:
    with stage.rt.read() as db:
        return list(db.execute(select(visit).order_by(visit.c.id)))


def heard(stage: Stage, phone: str) -> list[str]:
    with stage.rt.read() as db:
        query = select(outbound.c.text).where(outbound.c.phone == phone).order_by(outbound.c.id)
        return [text.split("\n")[1] for text in db.scalars(query)]


def id_of(stage: Stage, code: str) -> int:
    with stage.rt.read() as db:
        found = person_by_code(db, code, stage.now)
    assert found is not None
    return found.id


def last(stage: Stage, code: str) -> visits.Last | None:
    one = id_of(stage, code)
    with stage.rt.read() as db:
        return visits.last_visits(db, [one]).get(one)


def test_one_side_alone_is_noted_and_both_confirm(stage: Stage):
    stage.send(GRACE, "VISIT DEMO-001 1")
    day = TODAY - timedelta(days=1)
    assert last(stage, "DEMO-001") == visits.Last(day, None)
    stage.send(ESTHER, "VISIT YES")
    assert last(stage, "DEMO-001") == visits.Last(day, day)
    assert last(stage, "DEMO-002") is None


@pytest.mark.parametrize("first", [GRACE, ESTHER])
def test_whoever_notes_it_second_confirms_it(stage: Stage, first: str):
    words = {GRACE: "VISIT DEMO-001 0", ESTHER: "VISIT 0"}
    stage.send(first, words.pop(first))
    for phone, said in words.items():
        stage.send(phone, said)
    assert [(one.said, one.visited_on) for one in rows(stage)] == [("yes", TODAY)]


def test_a_no_stays_unconfirmed_and_a_yes_after_it_counts(stage: Stage):
    stage.send(GRACE, "VISIT DEMO-001 0")
    stage.send(ESTHER, "VISIT NO")
    assert last(stage, "DEMO-001") is None
    stage.send(ESTHER, "VISIT 0")
    assert last(stage, "DEMO-001") == visits.Last(TODAY, TODAY)


def test_a_yes_is_not_taken_back_by_a_later_no(stage: Stage):
    stage.send(GRACE, "VISIT DEMO-001 0")
    stage.phone = ESTHER
    stage.dial()
    stage.keys("3", "1")
    stage.send(ESTHER, "VISIT YES")
    assert "No visit waits" in stage.keys("2").text
    assert [one.said for one in rows(stage)] == ["yes"]


def test_the_same_hop_again_says_the_same_and_asks_once(stage: Stage):
    stage.phone = GRACE
    stage.dial()
    stage.keys("8", "3", "1")
    said = {reply.text for reply in stage.press("0", times=5)}
    assert len(said) == 1
    assert len(rows(stage)) == len(heard(stage, ESTHER)) == 1


def test_she_is_asked_by_day_only(stage: Stage):
    stage.now = MORNING + timedelta(hours=11)  # 21:42
    stage.send(GRACE, "VISIT DEMO-001 0")
    with stage.rt.read() as db:
        due = db.scalar(select(outbound.c.due_at).where(outbound.c.phone == ESTHER))
    seven = MORNING + timedelta(days=1) - timedelta(hours=3, minutes=42)
    assert due is not None
    assert timedelta(0) <= due - seven < timedelta(hours=1)


def test_a_number_long_silent_is_told_nothing_private(stage: Stage):
    silent = "UPDATE phone_number SET heard_at = :at WHERE phone = :phone"
    stage.write(silent, at=stage.now - timedelta(days=91), phone=ESTHER)
    stage.send(GRACE, "VISIT DEMO-001 0")
    stage.move(minutes=1)
    assert heard(stage, ESTHER) == []


def test_stop_spares_her_the_sms_but_not_her_list(stage: Stage):
    stage.send(ESTHER, "STOP")
    stage.send(GRACE, "VISIT DEMO-001 0")
    assert len(heard(stage, ESTHER)) == 1  # the answer to STOP
    stage.phone = ESTHER
    stage.dial()
    assert "Visit: Grace Demo" in stage.keys("3").text


def test_a_chw_who_moved_while_he_typed_is_not_his(stage: Stage):
    stage.phone = GRACE
    stage.dial()
    stage.keys("8", "3", "1")
    stage.write(
        "UPDATE person SET supervisor_id = :boss WHERE code = 'DEMO-001'",
        boss=id_of(stage, "DEMO-102"),
    )
    assert "no CHW of yours" in stage.keys("0").text
    assert rows(stage) == []


def test_who_stands_in_has_the_team_of_one_who_left(stage: Stage):
    grace, amos = id_of(stage, "DEMO-101"), id_of(stage, "DEMO-102")
    stage.write(
        "UPDATE person SET active = false, deputy_id = :amos WHERE id = :grace",
        amos=amos, grace=grace,
    )  # fmt: skip
    with stage.rt.read() as db:
        found = team.members(db, [amos, grace])
    assert {one.leader_id for one in found} == {amos}
    assert {"DEMO-001", "DEMO-004"} <= {one.code for one in found}
    stage.send(AMOS, "VISITE DEMO-001 0")
    assert [one.supervisor_id for one in rows(stage)] == [amos]


def test_a_month_counts_confirmed_visits_alone(stage: Stage):
    stage.send(GRACE, "VISIT DEMO-001 0")
    stage.send(GRACE, "VISIT DEMO-002 0")
    stage.send(ESTHER, "VISIT YES")
    esther, mercy = id_of(stage, "DEMO-001"), id_of(stage, "DEMO-002")
    march, april = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))
    with stage.rt.read() as db:
        for days, training, found in (
            (march, True, {esther: 1}),
            (april, True, {}),
            (march, False, {}),
        ):
            assert visits.confirmed_visits(db, [esther, mercy], *days, training=training) == found


def test_what_is_on_record_of_a_month_is_known_when_she_reports_it(stage: Stage):
    for days in (1, 2, 3):  # one in March, two in February
        stage.send(GRACE, f"VISIT DEMO-001 {days}")
        stage.send(ESTHER, "VISIT YES")
    stage.send(GRACE, "VISIT DEMO-002 2")  # nobody has confirmed it

    def on_record(code: str, moment: datetime) -> str | None:
        with stage.rt.read() as db:
            person = person_by_code(db, code, moment)
            assert person is not None
            return known_of_month(stage.rt, db, person, "en", moment).get("visited")

    later = datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert [on_record("DEMO-001", one) for one in (stage.now, later)] == ["2", "1"]
    assert on_record("DEMO-002", stage.now) is None
    stage.write("UPDATE visit SET training = false")  # hers, in training, are of an exercise
    assert on_record("DEMO-001", stage.now) is None


@pytest.mark.parametrize(
    "said",
    [
        "VISIT DEMO-004 0",  # of another supervisor
        "VISIT DEMO-101 0",  # himself
        "VISIT 0",
        "VISIT DEMO-001 31",
        "VISIT DEMO-001 -1",
        "VISIT DEMO-001 31/2",
        "VISIT DEMO-001 tomorrow",
        "VISIT DEMO-001 ١٥٠",
        "VISIT DEMO-001 1 2 3 4",
        "VISIT Demo 0",
        "VISIT \u0414\u0415\u041c\u041e",
    ],
)
def test_bad_input_is_refused_with_a_cure(stage: Stage, said: str):
    stage.send(GRACE, said)
    (answer,) = heard(stage, GRACE)
    assert "Nothing was saved" in answer or "Send VISIT" in answer
    assert rows(stage) == []
