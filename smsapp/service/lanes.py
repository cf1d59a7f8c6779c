"""The lanes: which have work that is due, and doing it."""

from datetime import timedelta

import structlog

from smsapp.runtime import Runtime
from smsapp.service import callbacks, outbox
from smsapp.store import leases
from smsapp.store.connect import database_now

log = structlog.get_logger()

SKEW_MOST = timedelta(seconds=30)  # between this host's clock and the database's (design 7)


def drain(rt: Runtime, lane: str) -> int:
    """Do what is due in a lane, for `job_seconds`. A process whose clock is wrong takes nothing."""
    if not clock_agrees(rt):
        log.error("clock_differs", lane=lane)
        return 0
    return callbacks.read_due(rt) if lane == "inbound" else outbox.drain(rt, lane)


def due_lanes(rt: Runtime) -> list[str]:
    """The lanes in which something is due and may go."""
    with rt.read() as db:
        return leases.due_lanes(db, rt.now())


def clock_agrees(rt: Runtime) -> bool:
    """Whether leases that this process takes mean to others what they mean here."""
    with rt.read() as db:
        theirs = database_now(db)
    return theirs is None or abs(rt.now() - theirs) <= SKEW_MOST
