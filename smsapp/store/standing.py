"""Orders that are not over, and for whom each waits: for the command line and the doctor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from smsapp.store.orders import short_of
from smsapp.store.tables import person, reminder, request, request_event, request_told

WAITING = ("requested", "approved", "stocked_out", "ready")
NOT_TOLD = ("told", "changed")  # events that begin no new waiting
CHAINS = "order_%"


@dataclass(frozen=True)
class Standing:
    """One order. `state` may be `short`; `waits_for`: codes, none where it waits for nobody."""

    ref: str
    state: str
    since: datetime
    chw: str
    waits_for: tuple[str, ...]


def standing(db: Connection) -> list[Standing]:
    """Every order that is not over, the one that waits longest first."""
    short = select(request_event.c.request_id).where(request_event.c.what == "short")
    open_ones = or_(request.c.state.in_(WAITING), request.c.id.in_(short))
    query = select(request, person.c.code, person.c.active).join(
        person, person.c.id == request.c.person_id
    )
    rows = db.execute(query.where(open_ones)).all()
    ids = [row.id for row in rows]
    since, told, reminded = _since(db, ids), _told(db, ids), _reminded(db, ids)
    found = []
    for row in rows:
        state, waits = row.state, told.get(row.id, ())
        if row.state == "received":
            if not short_of(db, row.id):
                continue
            state, waits = "short", _codes(db, row.answered_by)
        elif row.state == "ready":
            waits = (row.code,) if row.active else ()
        last = reminded.get(row.id)
        if last and last[0] >= since[row.id]:
            waits = (last[1],)
        found.append(Standing(row.ref, state, since[row.id], row.code, waits))
    return sorted(found, key=lambda one: one.since)


def _since(db: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When each came to stand as it does."""
    event = request_event.c
    query = select(event.request_id, func.max(event.at)).where(event.request_id.in_(ids))
    rows = db.execute(query.where(event.what.not_in(NOT_TOLD)).group_by(event.request_id))
    return {row[0]: row[1] for row in rows}


def _told(db: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(request_told.c.request_id, person.c.code)
        .join(person, person.c.id == request_told.c.person_id)
        .where(request_told.c.request_id.in_(ids), person.c.active)
        .order_by(person.c.code)
    )
    found: dict[int, tuple[str, ...]] = {}
    for request_id, code in db.execute(query):
        found[request_id] = (*found.get(request_id, ()), code)
    return found


def _reminded(db: Connection, ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """Who was reminded of each last, and when."""
    query = (
        select(request.c.id, reminder.c.settled_at, person.c.code)
        .join(reminder, reminder.c.report_id == request.c.report_id)
        .join(person, person.c.id == reminder.c.told_id)
        .where(request.c.id.in_(ids), reminder.c.kind.like(CHAINS), reminder.c.state == "sent")
        .where(person.c.active)
        .order_by(reminder.c.settled_at, reminder.c.id)
    )
    return {row.id: (row.settled_at, row.code) for row in db.execute(query)}


def _codes(db: Connection, person_id: int | None) -> tuple[str, ...]:
    query = select(person.c.code).where(person.c.id == person_id, person.c.active)
    return tuple(db.scalars(query))
