"""The clock: each slot once, each step for itself, and no work with a clock that is wrong."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import text

from smsapp.runtime import Runtime
from smsapp.schedule import SLOTS_KEPT, every, forget, run_clock, slot, tick
from smsapp.service import lanes
from smsapp.store import ticks
from tests.rig.messages import put, query, row
from tests.rig.running import Clock


def test_a_slot_is_taken_once_by_however_many_clocks(rt: Runtime):
    done = []
    noon = replace(rt, clock=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))
    threads = [
        threading.Thread(target=every, args=(noon, "sweep", 60, lambda _: done.append(1)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [1]


def test_slots_follow_each_other_without_a_gap():
    start = datetime(2026, 11, 21, tzinfo=UTC)
    names = [slot(start + timedelta(seconds=n / 10), 10) for n in range(300)]
    assert len(dict.fromkeys(names)) == 3


def test_a_slot_whose_work_failed_is_free_again(rt: Runtime):
    def work() -> None:
        with rt.begin() as db:
            assert ticks.take_slot(db, "report", "2026-11", rt.now())
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            work()


def test_old_slots_are_forgotten(rt: Runtime, clock: Clock):
    with rt.begin() as db:
        ticks.take_slot(db, "sweep", "1", rt.now())
    clock.move(seconds=SLOTS_KEPT.total_seconds() + 1)
    with rt.begin() as db:
        ticks.take_slot(db, "sweep", "2", rt.now())
    assert forget(rt) == 1
    with rt.read() as db:
        assert ticks.last_slot(db, "sweep") is not None
        assert ticks.last_slot(db, "other") is None


def test_a_tick_rings_what_is_due(rt: Runtime, clock: Clock):
    put(rt, due_at=rt.now() + timedelta(hours=1))
    tick(rt, {})
    assert rt.redis.llen("rq:queue:urgent") == 0
    clock.move(hours=2)
    tick(rt, {})
    assert rt.redis.llen("rq:queue:urgent") == 1
    tick(rt, {})
    assert rt.redis.llen("rq:queue:urgent") == 1


def test_a_paused_lane_is_not_rung(rt: Runtime):
    put(rt)
    rt.redis.flushall()
    with rt.begin() as db:
        db.execute(
            text("INSERT INTO pause (lane, reason, tries, since) VALUES ('urgent', 'x', 0, :now)"),
            {"now": "2026-11-21 00:00:00"},
        )
    tick(rt, {})
    assert rt.redis.llen("rq:queue:urgent") == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_step_that_fails_stops_no_other(rt: Runtime, clock: Clock):
    """The sweep's tables are gone; the bell is rung all the same."""
    put(rt)
    rt.redis.flushall()
    with rt.begin() as db:
        db.execute(text("ALTER TABLE tick RENAME TO lost"))
    tick(rt, {})
    assert rt.redis.llen("rq:queue:urgent") == 1


def test_the_clock_stops_when_asked(rt: Runtime):
    stop = threading.Event()
    thread = threading.Thread(target=run_clock, args=(rt, stop))
    thread.start()
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_while_redis_is_away_urgent_sms_go_and_bulk_waits(rt: Runtime):
    away = replace(rt, redis=Redis.from_url("redis://127.0.0.1:1"))
    put(away, "alert")
    put(away, "reminder", "two", lane="bulk")
    helpers: dict[str, threading.Thread] = {}
    tick(away, helpers)
    for helper in helpers.values():
        helper.join()
    assert row(rt)["state"] in ("accepted", "delivered")
    assert row(rt, 2)["state"] == "queued"


def test_a_process_whose_clock_is_wrong_claims_nothing(rt: Runtime, clock: Clock, database: str):
    put(rt)
    clock.move(seconds=25)
    assert lanes.clock_agrees(rt)
    clock.move(seconds=10)
    assert lanes.clock_agrees(rt) == (database == "sqlite")  # there it is one and the same host
    assert lanes.drain(rt, "urgent") == (1 if database == "sqlite" else 0)
    clock.move(seconds=-70)
    assert lanes.clock_agrees(rt) == (database == "sqlite")
    assert len(query(rt, "SELECT * FROM send_attempt")) == (1 if database == "sqlite" else 0)
