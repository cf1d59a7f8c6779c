"""What the sweep mends in the outbox: leases that ended, doubts that may be tried again, ends.

Each function changes at most LIMIT rows, so that no sweep holds the database for long.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, exists, or_, select, update

from smsapp.store.tables import inbound, outbound, pause

LIMIT = 500  # rows one statement of a sweep may change
LANES = ("urgent", "bulk", "routine")


def free_claims(db: Connection, now: datetime) -> int:
    """Nothing left the machine for these: their worker died before it began to send."""
    stale = (outbound.c.state == "claimed", outbound.c.lease_until < now)
    return _change(db, stale, {"state": "queued", "due_at": now})


def doubt_sends(db: Connection, now: datetime, due_at: datetime) -> int:
    """Their worker died while it sent them: they may have gone. An alert is due again then."""
    stale = (outbound.c.state == "sending", outbound.c.lease_until < now)
    reason = "The process died while it sent this; it may have gone."
    return _change(db, stale, {"state": "unknown", "due_at": due_at, "reason": reason})


def resend_doubtful(db: Connection, now: datetime, most: int) -> int:
    """Queue unknown alerts again: an alert read twice is cheap, one not read is not."""
    doubtful = (
        outbound.c.state == "unknown",
        outbound.c.kind == "alert",
        outbound.c.resends < most,
        outbound.c.due_at <= now,
    )
    values = {
        "state": "queued",
        "cause": "ambiguous",
        "resends": outbound.c.resends + 1,
        "due_at": now,
    }
    return _change(db, doubtful, values)


def expire(db: Connection, now: datetime) -> int:
    """These waited until they were of no use."""
    late = (outbound.c.state == "queued", outbound.c.expires_at <= now)
    reason = "It was no longer of use when it could have gone."
    return _change(db, late, {"state": "expired", "final_at": now, "reason": reason})


def close_silent(db: Connection, before: datetime, now: datetime) -> int:
    """The network never said what became of these, or could not reach the phone."""
    silent = (outbound.c.state == "accepted", outbound.c.accepted_at < before)
    absent = outbound.c.delivery == "absent"
    values = {
        "state": case((absent, "failed"), else_="no_report"),
        "reason": case(
            (absent, "The phone could not be reached."),
            else_="The network never said what became of it.",
        ),
        "final_at": now,
    }
    return _change(db, silent, values)


def due_lanes(db: Connection, now: datetime) -> list[str]:
    """The lanes in which something is due and may go."""
    held = select(pause.c.lane).where(or_(pause.c.until.is_(None), pause.c.until > now))
    waits = [
        exists()
        .where(outbound.c.state == "queued", outbound.c.lane == lane, outbound.c.due_at <= now)
        .label(lane)
        for lane in LANES
    ]
    unread = exists().where(inbound.c.state == "new", inbound.c.due_at <= now).label("inbound")
    row = db.execute(select(unread, *waits)).mappings().one()
    paused = set(db.scalars(held))
    return [lane for lane, due in row.items() if due and lane not in paused]


def _change(db: Connection, where: tuple[ColumnElement[bool], ...], values: dict[str, Any]) -> int:
    some = select(outbound.c.id).where(*where).limit(LIMIT)
    return db.execute(
        update(outbound).where(outbound.c.id.in_(some), *where).values(values)
    ).rowcount
