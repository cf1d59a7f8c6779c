"""Requests for medicine: what was asked for, who was told, and who answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from smsapp.store.tables import (
    person,
    place,
    reminder,
    report,
    request,
    request_event,
    request_told,
)

OPEN = ("requested", "approved")  # nobody has said yet whether it can be had


@dataclass(frozen=True)
class Request:
    """One request as stored; `items` are ids of what is finished or low."""

    id: int
    ref: str
    report_id: int
    person_id: int
    training: bool
    items: list[str]
    state: str
    requested_at: datetime
    urgent: bool
    wants_approval: bool
    answered_at: datetime | None
    answered_by: int | None


@dataclass(frozen=True)
class OpenRequest:
    """A line of a list of open requests."""

    ref: str
    place_short: str
    chw_short: str
    requested_at: datetime
    items: tuple[str, ...]
    state: str


def _request(row: Row[Any]) -> Request:
    return Request(**{name: row._mapping[name] for name in Request.__dataclass_fields__})


def add_request(db: Connection, **values: Any) -> int:
    """Insert a request; gives its id."""
    request_id: int = db.scalars(insert(request).values(values).returning(request.c.id)).one()
    return request_id


def of_report(db: Connection, report_id: int) -> Request | None:
    """The request of a report."""
    row = db.execute(select(request).where(request.c.report_id == report_id)).one_or_none()
    return _request(row) if row else None


def in_states(db: Connection, reports: Collection[int], states: Sequence[str]) -> set[int]:
    """Those of these reports whose request is in one of these states."""
    query = select(request.c.report_id).where(request.c.report_id.in_(reports))
    return set(db.scalars(query.where(request.c.state.in_(states))))


def request_by_id(db: Connection, request_id: int) -> Request:
    """The request as it is now."""
    return _request(db.execute(select(request).where(request.c.id == request_id)).one())


def locked(db: Connection, request_id: int) -> Request:
    """The request as it is now; nobody else changes it before this transaction ends."""
    query = select(request).where(request.c.id == request_id)
    return _request(db.execute(query.with_for_update()).one())


def add_told(db: Connection, request_id: int, person_id: int, at: datetime) -> None:
    """From now on this person may answer, or is asked once more."""
    forget_told(db, request_id, person_id)
    row = {"request_id": request_id, "person_id": person_id, "at": at}
    db.execute(insert(request_told).values(row))


def forget_told(db: Connection, request_id: int, person_id: int | None = None) -> None:
    """It waits no longer for this person, or for any of those told."""
    mine = request_told.c.request_id == request_id
    if person_id is not None:
        mine &= request_told.c.person_id == person_id
    db.execute(delete(request_told).where(mine))


def told(db: Connection, request_id: int) -> list[int]:
    """Ids of those who were told."""
    query = select(request_told.c.person_id).where(request_told.c.request_id == request_id)
    return list(db.scalars(query.order_by(request_told.c.person_id)))


def set_items(db: Connection, request_id: int, items: list[str]) -> None:
    """What is asked for now."""
    db.execute(update(request).where(request.c.id == request_id).values(items=items))


def told_to(db: Connection, person_id: int, ref: str) -> list[Request]:
    """The requests of this ref that this person was told, oldest first."""
    return _listed(db, _told(person_id).where(request.c.ref == ref))


def open_to(db: Connection, person_id: int) -> list[Request]:
    """The requests this person was told that nobody answered yet, oldest first."""
    return _listed(db, _told(person_id).where(request.c.state.in_(OPEN)))


def answered_of(db: Connection, person_id: int, since: datetime) -> list[Request]:
    """The requests this person was told that somebody answered since then, oldest first."""
    return _listed(db, _told(person_id).where(request.c.answered_at >= since))


def of_person(
    db: Connection, person_id: int, states: Sequence[str], *, training: bool
) -> list[Request]:
    """What this person asked for that is in one of these states, oldest first."""
    mine = (request.c.person_id == person_id, request.c.training == training)
    return _listed(db, select(request).where(*mine, request.c.state.in_(states)))


def is_rest(db: Connection, one: Request, flow: str) -> bool:
    """Whether this is what was missing of another order: an answer to that one made it."""
    query = select(report.c.flow).where(report.c.id == one.report_id)
    return db.scalar(query) == flow


def sent_to(db: Connection, person_id: int, since: datetime, *, training: bool) -> list[Request]:
    """What is packed for this person, and what she collected that was packed since then, oldest
    first; locked."""
    mine = (request.c.person_id == person_id, request.c.training == training)
    late = (request.c.state == "received") & (request.c.answered_at >= since)
    query = select(request).where(*mine, or_(request.c.state == "ready", late))
    query = query.order_by(request.c.answered_at, request.c.id).with_for_update()
    return [_request(row) for row in db.execute(query)]


def collected(db: Connection, person_id: int, since: datetime, *, training: bool) -> list[Request]:
    """What this person collected since then, oldest first."""
    event = request_event.c
    then = (event.request_id == request.c.id, event.what == "received", event.at >= since)
    told = select(event.id).where(*then).exists()
    mine = (request.c.person_id == person_id, request.c.training == training)
    return _listed(db, select(request).where(*mine, request.c.state == "received", told))


def of_ref(db: Connection, ref: str) -> list[Request]:
    """Every request of this ref, whoever asked, oldest first."""
    query = select(request).join(report, report.c.id == request.c.report_id)
    return _listed(db, query.where(report.c.ref == ref))


def _told(person_id: int) -> Select[Any]:
    query = select(request).join(request_told, request_told.c.request_id == request.c.id)
    return query.where(request_told.c.person_id == person_id)


def _listed(db: Connection, query: Select[Any]) -> list[Request]:
    return [
        _request(row) for row in db.execute(query.order_by(request.c.requested_at, request.c.id))
    ]


def open_for(db: Connection, person_id: int, training: bool) -> list[OpenRequest]:
    """What waits for this person, oldest first: she was told of it, or reminded since."""
    told = request_told.c.request_id == request.c.id
    told = select(request_told).where(told, request_told.c.person_id == person_id).exists()
    about = (reminder.c.report_id == request.c.report_id, reminder.c.told_id == person_id)
    asked = (reminder.c.state == "sent", reminder.c.kind.like("order_%"))
    reminded = select(reminder.c.id).where(*about, *asked).exists()
    query = (
        select(request, person.c.short.label("chw_short"), place.c.short.label("place_short"))
        .join(person, person.c.id == request.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .where(or_(told, reminded), request.c.training == training)
        .where(request.c.state.in_((*OPEN, "stocked_out")))
        .order_by(request.c.requested_at, request.c.id)
    )
    return [
        OpenRequest(
            r.ref, r.place_short, r.chw_short, r.requested_at, tuple(r._mapping["items"]), r.state
        )
        for r in db.execute(query)
    ]
