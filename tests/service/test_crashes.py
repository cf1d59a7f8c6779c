"""A worker killed at each point: nothing is lost, nothing is silently sent twice."""

import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis import Redis

from smsapp.runtime import Runtime
from smsapp.schedule import tick
from smsapp.service import callbacks
from smsapp.simulator.server import Simulator
from tests.invariants import check_invariants
from tests.rig.messages import accepted, faults, put, query, row
from tests.rig.servers import Valkey
from tests.rig.workers import Worker

POINTS = ("after_claim", "after_mark_sending", "after_http", "after_outcome")
SETTLED = ("accepted", "delivered", "unknown")


def settle(rt: Runtime, done: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Let time pass, as the clock and the reader of callbacks do, until it is done."""
    ends = time.monotonic() + seconds
    helpers: dict = {}
    while not done():
        if time.monotonic() > ends:
            return False
        tick(rt, helpers)
        callbacks.read_due(rt)
        time.sleep(0.05)
    for helper in helpers.values():
        helper.join()
    return True


def states(rt: Runtime) -> dict[str, str]:
    return {one["kind"]: one["state"] for one in query(rt, "SELECT kind, state FROM outbound")}


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_a_point(
    rt: Runtime, simulator: Simulator, web: str, worker: Worker, point: str
):
    put(rt, "alert", "alert")
    put(rt, "reminder", "reminder")
    first = worker("urgent", crash_at=point)
    assert first.wait(30) == -signal.SIGKILL
    worker("urgent")

    def done() -> bool:
        now = states(rt)
        return now["alert"] == "delivered" and now["reminder"] in SETTLED

    assert settle(rt, done), states(rt)
    counts = {kind: accepted(simulator).count(f"{kind} {kind}") for kind in ("alert", "reminder")}
    assert 1 <= counts["alert"] <= 3
    assert counts["reminder"] <= 1
    if point == "after_claim":
        assert counts == {"alert": 1, "reminder": 1}
    assert check_invariants(rt.engine, simulator.net.record.since(0)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_doubt_that_the_network_settles_is_not_sent_again(
    rt: Runtime, simulator: Simulator, web: str, worker: Worker
):
    """The gateway took it, our process died, the report comes under an id we never learnt."""
    simulator.net.faults.put(["late_report"])
    put(rt, "alert")
    slow = {"lease_seconds": 0.1, "unknown_wait_seconds": 20.0}
    process = worker("urgent", crash_at="after_http", **slow)
    assert process.wait(30) == -signal.SIGKILL
    calm = replace(rt, settings=rt.settings.model_copy(update=slow))
    assert settle(calm, lambda: row(rt)["state"] == "delivered")
    assert accepted(simulator) == ["alert one"]
    assert [bool(r["inferred"]) for r in query(rt, "SELECT * FROM delivery_report")].count(True)
    assert check_invariants(rt.engine, simulator.net.record.since(0)) == []


def test_a_lost_bell_is_rung_again(rt: Runtime, simulator: Simulator, worker: Worker):
    faults(simulator, "accept")
    put(rt)
    rt.redis.flushall()
    worker("urgent")
    assert settle(rt, lambda: row(rt)["state"] == "accepted")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bell_rung_often_sends_once(rt: Runtime, simulator: Simulator, worker: Worker):
    faults(simulator, *["accept"] * 20)
    for n in range(5):
        put(rt, "reminder", f"no {n}")
    for _ in range(30):
        rt.queue("urgent").enqueue_call("smsapp.jobs.drain", args=("urgent",), result_ttl=0)
    for _ in range(2):
        worker("urgent")
    rows = "SELECT state FROM outbound WHERE state <> 'accepted'"
    assert settle(rt, lambda: not query(rt, rows) and not rt.redis.llen("rq:queue:urgent"))
    assert sorted(accepted(simulator)) == [f"reminder no {n}" for n in range(5)]


def test_while_redis_is_away_the_clock_sends(rt: Runtime, simulator: Simulator):
    faults(simulator, "accept")
    away = replace(rt, redis=Redis.from_url("redis://127.0.0.1:1"))
    put(away, "alert")
    assert settle(away, lambda: row(rt)["state"] == "accepted")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_outlives_its_redis(
    rt: Runtime, simulator: Simulator, valkey: Valkey, worker: Worker
):
    faults(simulator, "accept", "accept")
    process = worker("urgent")
    put(rt)
    assert settle(rt, lambda: row(rt)["state"] == "accepted")
    valkey.stop(hard=True)
    with rt.begin() as db:
        db.exec_driver_sql("UPDATE outbound SET due_at = due_at")
    valkey.start()
    put(rt, key="two")
    assert settle(rt, lambda: row(rt, 2)["state"] == "accepted")
    assert process.poll() is None
