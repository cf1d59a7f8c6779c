"""Requests for medicine: what was asked for, who was told, and who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from smsapp.store.tables import person, place, report, request, request_told

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


def request_by_id(db: Connection, request_id: int) -> Request:
    """The request as it is now."""
    return _request(db.execute(select(request).where(request.c.id == request_id)).one())


def add_told(db: Connection, request_id: int, person_id: int, at: datetime) -> None:
    """From now on this person may answer."""
    row = {"request_id": request_id, "person_id": person_id, "at": at}
    db.execute(insert(request_told).values(row))


def told(db: Connection, request_id: int) -> list[int]:
    """Ids of those who were told."""
    query = select(request_told.c.person_id).where(request_told.c.request_id == request_id)
    return list(db.scalars(query.order_by(request_told.c.person_id)))


def answer(
    db: Connection,
    request_id: int,
    person_id: int,
    at: datetime,
    *,
    state: str,
    before: Sequence[str],
) -> bool:
    """Take the answer where the request is still in one of the states `before`."""
    done = db.execute(
        update(request)
        .where(request.c.id == request_id, request.c.state.in_(before))
        .values(state=state, answered_at=at, answered_by=person_id)
    )
    return done.rowcount == 1


def set_items(db: Connection, request_id: int, items: list[str]) -> None:
    """What is asked for now."""
    db.execute(update(request).where(request.c.id == request_id).values(items=items))


def cancel(db: Connection, request_id: int) -> bool:
    """Take it back. False: it is answered already, or cancelled."""
    mine = (request.c.id == request_id, request.c.state.in_(OPEN))
    return db.execute(update(request).where(*mine).values(state="cancelled")).rowcount == 1


def told_to(db: Connection, person_id: int, ref: str) -> list[Request]:
    """The requests of this ref that this person was told, oldest first."""
    return _listed(db, _told(person_id).where(request.c.ref == ref))


def open_to(db: Connection, person_id: int) -> list[Request]:
    """The requests this person was told that nobody answered yet, oldest first."""
    return _listed(db, _told(person_id).where(request.c.state.in_(OPEN)))


def answered_of(db: Connection, person_id: int, since: datetime) -> list[Request]:
    """The requests this person was told that somebody answered since then, oldest first."""
    return _listed(db, _told(person_id).where(request.c.answered_at >= since))


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
    """The open requests this person was told, oldest first."""
    query = (
        select(request, person.c.short.label("chw_short"), place.c.short.label("place_short"))
        .join(request_told, request_told.c.request_id == request.c.id)
        .join(person, person.c.id == request.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .where(request_told.c.person_id == person_id, request.c.state.in_(OPEN))
        .where(request.c.training == training)
        .order_by(request.c.requested_at, request.c.id)
    )
    return [
        OpenRequest(
            r.ref, r.place_short, r.chw_short, r.requested_at, tuple(r._mapping["items"]), r.state
        )
        for r in db.execute(query)
    ]
