"""Reminders: chains, one step at a time, asked again when their time comes."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsapp.service.remind import begin, drop, send_due
from smsapp.store.tables import outbound, reminder, report
from tests.rig.programme import Programme

TWENTY = timedelta(minutes=20)


@pytest.fixture
def waits(programme: Programme) -> tuple[Programme, int]:
    """Esther waits for a test; it is asked for in 20 minutes, then 40 minutes later."""
    report_id, ref = programme.add_report(waits="rdt")
    with programme.rt.begin() as db:
        who, at = programme.person("chw").id, programme.clock() + TWENTY
        assert begin(programme.rt, db, "test_waited", who, ref, at, report_id)
    return programme, report_id


def states(programme: Programme) -> list[str]:
    """`sent`, `planned` or why dropped, step by step."""
    with programme.rt.read() as db:
        rows = db.execute(select(reminder.c.state, reminder.c.why).order_by(reminder.c.step))
        return [row.why or row.state for row in rows]


def at_once(programme: Programme) -> None:
    """Three clocks strike at the same moment."""
    threads = [threading.Thread(target=send_due, args=(programme.rt,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_step_is_sent_once_when_due(waits: tuple[Programme, int]):
    programme, _ = waits
    assert send_due(programme.rt) == 0
    for minutes in (21, 20):
        programme.clock.move(minutes=minutes)
        at_once(programme)
        assert programme.heard("chw") == ["Read the test REF"]
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 1
    assert states(programme) == ["sent", "sent", "planned"]
    with programme.rt.read() as db:
        lanes = set(db.execute(select(outbound.c.lane, outbound.c.kind)))
    assert lanes == {("urgent", "reminder")}


def test_begun_once(waits: tuple[Programme, int]):
    programme, report_id = waits
    rt, who, at = programme.rt, programme.person("chw").id, programme.clock()
    with rt.begin() as db:
        assert begin(rt, db, "test_waited", who, "day", at, report_id)
        assert not begin(rt, db, "test_waited", who, "day", at, report_id)
        assert begin(rt, db, "tip", who, "day", at)


def test_no_chain_no_reminder(programme: Programme):
    rt, who = programme.rt, programme.person("chw").id
    with rt.begin() as db:
        assert not begin(rt, db, "other", who, "day", programme.clock())


def test_a_result_ends_the_chain(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        assert drop(programme.rt, db, report_id, "other") == 0
        assert drop(programme.rt, db, report_id, "test_waited") == 1
    programme.clock.move(hours=1)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["done"]


def test_it_is_asked_when_it_is_sent(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        db.execute(update(report).where(report.c.id == report_id).values(waits=""))
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["done"]


def test_a_chain_that_ended_goes_on_where_it_ended(waits: tuple[Programme, int]):
    programme, report_id = waits
    rt, who = programme.rt, programme.person("chw").id
    with rt.read() as db:
        period = db.scalar(select(reminder.c.period))
    programme.clock.move(minutes=21)
    send_due(rt)
    with rt.begin() as db:
        drop(rt, db, report_id, "test_waited")
        assert begin(rt, db, "test_waited", who, str(period), programme.clock(), report_id)
    assert states(programme) == ["sent", "planned"]


@pytest.mark.parametrize(
    ("change", "why"), [({"phone": None}, "nobody"), ({"opted_out": True}, "opted_out")]
)
def test_not_sent_to_her_the_chain_goes_on(
    waits: tuple[Programme, int], change: dict[str, object], why: str
):
    programme, _ = waits
    programme.change("chw", **change)
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 0
    assert states(programme) == [why, "planned"]


def test_who_left_is_reminded_of_nothing(waits: tuple[Programme, int]):
    programme, _ = waits
    programme.change("chw", active=False)
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["left"]


def test_a_withdrawn_report_nudges_nobody(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        db.execute(update(report).where(report.c.id == report_id).values(state="withdrawn"))
    programme.clock.move(minutes=61)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["done"]


@pytest.mark.parametrize(("late", "first"), [(119, "sent"), (121, "late")])
def test_after_an_outage_only_what_is_still_useful_is_sent(
    waits: tuple[Programme, int], late: int, first: str
):
    programme, _ = waits
    programme.clock.move(minutes=20 + late)
    send_due(programme.rt)
    assert states(programme) == [first, "planned"]
    send_due(programme.rt)
    assert states(programme) == [first, "planned"]  # the next is 40 minutes from now
