"""Orders that are not over, for whom each waits, and who hears of it next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select

from smsapp.store.tables import (
    person,
    place,
    reminder,
    request,
    request_event,
    request_line,
    request_told,
)

CHAINS: dict[str, tuple[str, ...]] = {  # how an order stands -> what reminds of it then
    "requested": (
        "order_unapproved",
        "order_urgent_unapproved",
        "order_unanswered",
        "order_urgent",
    ),
    "approved": ("order_unanswered", "order_urgent"),
    "stocked_out": ("order_out",),
    "ready": ("order_collect",),
    "short": ("order_short",),
}
NOT_PACKED = ("requested", "approved", "stocked_out")
WAITING = (*NOT_PACKED, "ready")
NOT_TOLD = ("told", "changed")  # events that begin no new waiting
ANY_CHAIN = "order_%"


@dataclass(frozen=True)
class Who:
    """Somebody who asked for an order, or for whom it waits."""

    id: int
    code: str
    name: str
    role: str


@dataclass(frozen=True)
class Planned:
    """The next step of a chain: which one, and when."""

    at: datetime
    kind: str
    step: int


@dataclass(frozen=True)
class Standing:
    """One order. `state` may be `short`; `waits_for`: none where it waits for nobody.

    `following` None: every reminder of it was sent, so that nobody hears of it again.
    """

    ref: str
    state: str
    urgent: bool
    training: bool
    since: datetime
    chw: Who
    place: str
    waits_for: tuple[Who, ...]
    following: Planned | None


def standing(
    db: Connection, limit: int | None = None, packed_since: datetime | None = None
) -> list[Standing]:
    """Every order that is not over, or so many of the oldest; the one that waits longest first.

    `packed_since`: of what is packed, only what was so since then.
    """
    chosen = _chosen(limit, packed_since)
    rows = [row for which in (_waiting(), _short()) for row in db.execute(chosen.where(which))]
    ids = [row.id for row in rows]
    told, reminded, planned = _told(db, ids), _reminded(db, ids), _planned(db, ids)
    found = []
    for row in rows:
        chw = Who(row.person_id, row.code, row.name, row.role)
        state = "short" if row.state == "received" else row.state
        waits = told.get(row.id, ())
        if state == "short":
            waits = _active(db, row.answered_by)
        elif state == "ready":
            waits = (chw,) if row.active else ()
        last = reminded.get(row.id)
        if last and last[0] >= row.since:
            waits = (last[1],)
        steps = [one for one in planned.get(row.id, ()) if one.kind in CHAINS[state]]
        found.append(
            Standing(
                row.ref, state, row.urgent, row.training, row.since, chw, row.place, waits,
                min(steps, key=lambda one: one.at, default=None),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.since)[:limit]


def _chosen(limit: int | None, packed_since: datetime | None) -> Select[Any]:
    query = (
        select(
            request, person.c.code, person.c.name, person.c.role, person.c.active,
            place.c.name.label("place"), _since().label("since"),
        )
        .join(person, person.c.id == request.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .order_by(request.c.requested_at, request.c.id)
        .limit(limit)
    )  # fmt: skip
    if packed_since:
        lately = or_(request.c.state.in_(NOT_PACKED), request.c.answered_at >= packed_since)
        query = query.where(lately)
    return query


def _waiting() -> ColumnElement[bool]:
    """Written out, so that each database takes the index of those that wait."""
    states: ColumnElement[str] = bindparam("waiting", WAITING, expanding=True, literal_execute=True)
    return request.c.state.in_(states)


def _short() -> ColumnElement[bool]:
    """Less of it arrived than was packed, and that was said."""
    event, line = request_event.c, request_line.c
    word: ColumnElement[str] = bindparam("short", "short", literal_execute=True)
    return and_(
        request.c.state == "received",
        request.c.id.in_(select(event.request_id).where(event.what == word)),
        exists().where(line.request_id == request.c.id, line.packed > line.received),
    )


def _since() -> ColumnElement[datetime]:
    """When it came to stand as it does."""
    event = request_event.c
    last = select(func.max(event.at)).where(event.request_id == request.c.id)
    changed = last.where(event.what.not_in(NOT_TOLD)).correlate(request).scalar_subquery()
    return func.coalesce(changed, request.c.requested_at)


def _told(db: Connection, ids: Sequence[int]) -> dict[int, tuple[Who, ...]]:
    query = (
        select(request_told.c.request_id, person.c.id, person.c.code, person.c.name, person.c.role)
        .join(person, person.c.id == request_told.c.person_id)
        .where(request_told.c.request_id.in_(ids), person.c.active)
        .order_by(person.c.code)
    )
    found: dict[int, tuple[Who, ...]] = {}
    for row in db.execute(query):
        found[row.request_id] = (*found.get(row.request_id, ()), _who(row))
    return found


def _reminded(db: Connection, ids: Sequence[int]) -> dict[int, tuple[datetime, Who]]:
    """Who was reminded of each last, and when."""
    query = (
        select(
            request.c.id.label("request_id"),
            reminder.c.settled_at,
            person.c.id,
            person.c.code,
            person.c.name,
            person.c.role,
        )
        .join(reminder, reminder.c.report_id == request.c.report_id)
        .join(person, person.c.id == reminder.c.told_id)
        .where(request.c.id.in_(ids), reminder.c.kind.like(ANY_CHAIN), reminder.c.state == "sent")
        .where(person.c.active)
        .order_by(reminder.c.settled_at, reminder.c.id)
    )
    return {row.request_id: (row.settled_at, _who(row)) for row in db.execute(query)}


def _planned(db: Connection, ids: Sequence[int]) -> dict[int, list[Planned]]:
    query = (
        select(request.c.id, reminder.c.due_at, reminder.c.kind, reminder.c.step)
        .join(reminder, reminder.c.report_id == request.c.report_id)
        .where(request.c.id.in_(ids), reminder.c.kind.like(ANY_CHAIN))
        .where(reminder.c.state == "planned")
    )
    found: dict[int, list[Planned]] = {}
    for row in db.execute(query):
        found.setdefault(row.id, []).append(Planned(row.due_at, row.kind, row.step))
    return found


def _active(db: Connection, person_id: int | None) -> tuple[Who, ...]:
    query = select(person).where(person.c.id == person_id, person.c.active)
    return tuple(_who(row) for row in db.execute(query))


def _who(row: Any) -> Who:
    return Who(row.id, row.code, row.name, row.role)
