"""One person's history, newest first, a page at a time: each source is read by its own index.

What is private is for its desk alone: it is not there, and no search finds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select

from smsapp.store.tables import (
    alert,
    alert_event,
    alert_told,
    draft,
    inbound,
    outbound,
    person,
    phone_number,
    report,
    request,
)

PAGE = 40  # entries a page: well under 100 KB, two or three screens
FOUND_LIMIT = 20  # people shown for one search


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in a timeline; what stands before it is older."""

    at: datetime
    source: str
    id: int


@dataclass(frozen=True)
class Entry:
    """Something that happened. `what` and `state` are the stored words; `text` is as sent."""

    at: datetime
    source: str  # report draft in out alert told request
    id: int
    what: str
    state: str
    ref: str = ""
    text: str = ""
    note: str = ""
    until: datetime | None = None  # when it was delivered, answered or closed
    training: bool = False

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.source, self.id)


@dataclass(frozen=True)
class Found:
    """A person a search found."""

    id: int
    code: str
    name: str
    role: str
    phone: str
    ref: str = ""


def timeline(db: Connection, person_id: int, before: Cursor | None) -> list[Entry]:
    """One page and one entry more (which says that another page follows), newest first."""
    entries: list[Entry] = []
    for source, at, row_id, query in _sources(person_id):
        if before is not None:
            query = query.where(_older(source, at, row_id, before))
        rows = db.execute(query.order_by(at.desc(), row_id.desc()).limit(PAGE + 1)).mappings()
        entries += [Entry(source=source, **row) for row in rows]
    return sorted(entries, key=lambda entry: entry.cursor, reverse=True)[: PAGE + 1]


def _older(source: str, at: Any, row_id: Any, before: Cursor) -> ColumnElement[bool]:
    if source < before.source:
        return and_(at <= before.at)
    if source > before.source:
        return and_(at < before.at)
    return or_(at < before.at, and_(at == before.at, row_id < before.id))


def _sources(person_id: int) -> Iterable[tuple[str, Any, Any, Select[Any]]]:
    """Name, moment, number and query of everything that can happen to a person."""
    yield "report", report.c.opened_at, report.c.id, _reports(person_id)
    yield "draft", draft.c.began_at, draft.c.id, _drafts(person_id)
    yield "in", inbound.c.received_at, inbound.c.id, _inbound(person_id)
    yield "out", outbound.c.created_at, outbound.c.id, _outbound(person_id)
    yield "alert", alert_event.c.at, alert_event.c.id, _alerts(person_id)
    yield "told", alert_told.c.at, alert_told.c.alert_id, _told(person_id)
    yield "request", request.c.requested_at, request.c.id, _requests(person_id)


def _reports(person_id: int) -> Select[Any]:
    return select(
        report.c.opened_at.label("at"),
        report.c.id,
        report.c.flow.label("what"),
        report.c.state,
        report.c.ref,
        report.c.source.label("note"),
        report.c.closed_at.label("until"),
        report.c.training,
    ).where(report.c.person_id == person_id, report.c.private.is_(False))


def _drafts(person_id: int) -> Select[Any]:
    return select(
        draft.c.began_at.label("at"),
        draft.c.id,
        draft.c.flow.label("what"),
        draft.c.state,
        draft.c.due_at.label("until"),
    ).where(draft.c.person_id == person_id, draft.c.state != "settled", draft.c.private.is_(False))


def _inbound(person_id: int) -> Select[Any]:
    return select(
        inbound.c.received_at.label("at"),
        inbound.c.id,
        inbound.c.kind.label("what"),
        inbound.c.state,
        inbound.c.text,
        inbound.c.error.label("note"),
    ).where(inbound.c.person_id == person_id, inbound.c.kind == "sms", inbound.c.private.is_(False))


def _outbound(person_id: int) -> Select[Any]:
    return select(
        outbound.c.created_at.label("at"),
        outbound.c.id,
        outbound.c.kind.label("what"),
        outbound.c.state,
        outbound.c.text,
        outbound.c.reason.label("note"),
        outbound.c.final_at.label("until"),
    ).where(outbound.c.person_id == person_id, outbound.c.private.is_(False))


def _alerts(person_id: int) -> Select[Any]:
    """What became of the alerts she raised; found by her reports, which are indexed by person."""
    return (
        select(
            alert_event.c.at,
            alert_event.c.id,
            alert_event.c.what,
            alert.c.state,
            alert.c.ref,
            person.c.name.label("note"),
            alert.c.training,
        )
        .join(alert, alert.c.id == alert_event.c.alert_id)
        .join(report, report.c.id == alert.c.report_id)
        .outerjoin(person, person.c.id == alert_event.c.person_id)
        .where(report.c.person_id == person_id)
    )


def _told(person_id: int) -> Select[Any]:
    return (
        select(
            alert_told.c.at,
            alert_told.c.alert_id.label("id"),
            alert.c.kind.label("what"),
            alert.c.state,
            alert.c.ref,
            person.c.name.label("note"),
            alert.c.acknowledged_at.label("until"),
            alert.c.training,
        )
        .join(alert, alert.c.id == alert_told.c.alert_id)
        .outerjoin(person, person.c.id == alert.c.acknowledged_by)
        .where(alert_told.c.person_id == person_id)
    )


def _requests(person_id: int) -> Select[Any]:
    return select(
        request.c.requested_at.label("at"),
        request.c.id,
        literal("request").label("what"),
        request.c.state,
        request.c.ref,
        request.c.answered_at.label("until"),
        request.c.training,
    ).where(request.c.person_id == person_id)


def _people() -> Select[Any]:
    return select(person.c.id, person.c.code, person.c.name, person.c.role, person.c.phone)


def by_phone(db: Connection, phone: str) -> list[Found]:
    """Who holds this number, or held it."""
    holders = select(phone_number.c.person_id).where(phone_number.c.phone == phone)
    return _found(db, _people().where(person.c.id.in_(holders)))


def by_code(db: Connection, code: str) -> list[Found]:
    """Who has this code of the programme."""
    return _found(db, _people().where(person.c.code == code))


def by_ref(db: Connection, ref: str) -> list[Found]:
    """Who sent a report with this ref; several may have."""
    query = _people().add_columns(report.c.ref).join(report, report.c.person_id == person.c.id)
    return _found(db, query.where(report.c.ref == ref, report.c.private.is_(False)))


def _found(db: Connection, query: Select[Any]) -> list[Found]:
    rows = db.execute(query.order_by(person.c.name).limit(FOUND_LIMIT)).mappings()
    return [Found(**{**row, "phone": row["phone"] or ""}) for row in rows]
