"""What happens because time passes. Any number of clocks may run: the rows decide."""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

import structlog
from redis.exceptions import RedisError

from smsapp.runtime import Runtime
from smsapp.service import (
    alerts,
    broadcasts,
    digest,
    errands,
    lanes,
    outbox_sweep,
    queries,
    recalls,
    recurring,
    remind,
    retention,
    ussd,
)
from smsapp.store import ticks

log = structlog.get_logger()

DAY = 86400  # seconds
HOUR = 3600  # seconds
SLOTS_KEPT = timedelta(days=2)  # no slot is shorter than a sweep or longer than a day
DRAINED_BY_CLOCK = ("inbound", "urgent")  # lanes somebody waits for, while Redis is away


def run_clock(rt: Runtime, stop: Event) -> None:
    """Tick every `tick_seconds` until asked to stop."""
    helpers: dict[str, Thread] = {}
    while not stop.is_set():
        tick(rt, helpers)
        stop.wait(rt.settings.tick_seconds)
    for helper in helpers.values():
        helper.join()


def tick(rt: Runtime, helpers: dict[str, Thread]) -> None:
    """One round: every step, whatever became of the one before."""
    steps: dict[str, Callable[[], object]] = {
        "climb": lambda: alerts.climb_due(rt),
        "plan": lambda: every(rt, "plan", HOUR, recurring.plan_due),
        "broadcast": lambda: broadcasts.send_due(rt),
        "remind": lambda: remind.send_due(rt),
        "digest": lambda: digest.send_due(rt),
        "errands": lambda: errands.send_due(rt),
        "settle": lambda: ussd.settle_silent(rt),
        "recalls": lambda: every(rt, "recalls", HOUR, recalls.go_on),
        "hand_over": lambda: every(rt, "hand_over", HOUR, queries.hand_over),
        "sweep": lambda: every(rt, "sweep", rt.settings.sweep_seconds, outbox_sweep.sweep),
        "forget": lambda: every(rt, "forget", DAY, forget),
        "empty": lambda: every(rt, "empty", HOUR, retention.empty_old),
        "ring": lambda: ring(rt, helpers),
    }
    for name, step in steps.items():
        _apart(name, step)


def every(rt: Runtime, name: str, seconds: float, work: Callable[[Runtime], object]) -> None:
    """Do this once in each slot of so many seconds, whichever clock comes first.

    For work that opens its own transactions and may be done twice; what may not be done twice
    takes its slot with `ticks.take_slot` in its own transaction.
    """
    with rt.begin() as db:
        mine = ticks.take_slot(db, name, slot(rt.now(), seconds), rt.now())
    if mine:
        work(rt)


def slot(now: datetime, seconds: float) -> str:
    """The name of the slot that this moment lies in."""
    return f"{seconds:g}:{int(now.timestamp() // seconds)}"


def forget(rt: Runtime) -> int:
    """Drop old slots."""
    with rt.begin() as db:
        return ticks.forget_slots(db, rt.now() - SLOTS_KEPT)


def ring(rt: Runtime, helpers: dict[str, Thread]) -> None:
    """Ring lanes with due rows; while Redis is away, drain those somebody waits for."""
    due = lanes.due_lanes(rt)
    try:
        rt.redis.ping()
    except RedisError:
        _help(rt, helpers, due)
    else:
        for lane in due:
            rt.enqueue(lane)


def _help(rt: Runtime, helpers: dict[str, Thread], due: list[str]) -> None:
    """Drain on threads: a gateway that hangs must not stop the clock."""
    for lane in DRAINED_BY_CLOCK:
        if lane in due and not (lane in helpers and helpers[lane].is_alive()):
            helpers[lane] = Thread(target=_apart, args=(lane, partial(lanes.drain, rt, lane)))
            helpers[lane].start()


def _apart(name: str, step: Callable[[], object]) -> None:
    """One step; what it raises stops no other. The place is logged, never what it says."""
    try:
        step()
    except Exception as error:  # the outermost door of this step
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
        log.error("step_failed", step=name, error=type(error).__name__, where=where)
