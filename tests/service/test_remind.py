"""Reminders: one a person, kind and period, checked again when their time comes."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsapp.service.remind import drop, plan, send_due
from smsapp.store.tables import outbound, reminder, report
from tests.rig.programme import Programme

TWENTY = timedelta(minutes=20)


@pytest.fixture
def waits(programme: Programme) -> tuple[Programme, int]:
    """Esther waits for a test; two nudges are planned."""
    report_id, ref = programme.add_report()
    with programme.rt.begin() as db:
        for times in (1, 3):
            due_at = programme.clock() + times * TWENTY
            who = programme.person("chw").id
            assert plan(db, who, "test_waited", f"{ref}:{times}", report_id, due_at)
    return programme, report_id


def states(programme: Programme) -> list[str]:
    with programme.rt.read() as db:
        return list(db.scalars(select(reminder.c.state).order_by(reminder.c.due_at)))


def test_each_nudge_is_sent_once_when_due(waits: tuple[Programme, int]):
    programme, _ = waits
    assert send_due(programme.rt) == 0
    for _ in range(2):
        programme.clock.move(minutes=21)
        threads = [threading.Thread(target=send_due, args=(programme.rt,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert programme.heard("chw") == ["Read the test REF"]
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 1
    assert states(programme) == ["sent", "sent"]
    with programme.rt.read() as db:
        lanes = set(db.execute(select(outbound.c.lane, outbound.c.kind)))
    assert lanes == {("urgent", "reminder")}


def test_planned_once(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        due_at = programme.clock()
        who = programme.person("chw").id
        assert plan(db, who, "test_waited", "day", report_id, due_at)
        assert not plan(db, who, "test_waited", "day", report_id, due_at)
        assert plan(db, who, "other", "day", report_id, due_at)


def test_a_result_drops_what_is_planned(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        assert drop(db, report_id, "other") == 0
        assert drop(db, report_id, "test_waited") == 2
    programme.clock.move(hours=1)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["dropped", "dropped"]


@pytest.mark.parametrize("change", [{"active": False}, {"phone": None}, {"opted_out": True}])
def test_not_sent_after_all(waits: tuple[Programme, int], change: dict[str, object]):
    programme, _ = waits
    programme.change("chw", **change)
    programme.clock.move(minutes=21)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["dropped", "planned"]


def test_a_withdrawn_report_nudges_nobody(waits: tuple[Programme, int]):
    programme, report_id = waits
    with programme.rt.begin() as db:
        db.execute(update(report).where(report.c.id == report_id).values(state="withdrawn"))
    programme.clock.move(minutes=61)
    assert send_due(programme.rt) == 0
    assert states(programme) == ["dropped", "dropped"]


@pytest.mark.parametrize(("late", "sent"), [(119, True), (121, False)])
def test_after_an_outage_only_a_fresh_nudge_is_sent(
    waits: tuple[Programme, int], late: int, sent: bool
):
    programme, _ = waits
    programme.clock.move(minutes=20 + late)
    send_due(programme.rt)
    assert states(programme) == ["sent" if sent else "dropped", "sent"]
