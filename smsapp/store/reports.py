"""Reports, their origins and history, and the drafts of what is not finished."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import draft, origin, report, report_event


@dataclass(frozen=True)
class Report:
    """A filled-in flow as stored."""

    id: int
    ref: str
    person_id: int
    flow: str
    version: int
    state: str
    training: bool
    params: dict[str, Any]
    answers: dict[str, Any]
    classes: list[str]
    waits: str
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Origin:
    """What makes a report exactly one: where its filling began."""

    origin: str
    session: str
    n: int
    report_id: int
    state: str
    text_length: int


@dataclass(frozen=True)
class Draft:
    """A filling that is not finished."""

    id: int
    origin: str
    person_id: int
    flow: str
    version: int
    session: str
    text_length: int
    given: dict[str, Any]
    keys: list[list[str]]
    danger: bool
    report_id: int | None
    state: str
    began_at: datetime
    due_at: datetime


Made = TypeVar("Made", Report, Origin, Draft)


def _make(kind: type[Made], row: Row[Any]) -> Made:
    names = [field.name for field in fields(kind)]
    return kind(**{name: row._mapping[name] for name in names})


def report_by_id(db: Connection, report_id: int) -> Report:
    """The report of this id."""
    return _make(Report, db.execute(select(report).where(report.c.id == report_id)).one())


def report_by_ref(db: Connection, person_id: int, ref: str) -> Report | None:
    """The report of this ref among what she sent."""
    query = select(report).where(report.c.person_id == person_id, report.c.ref == ref)
    row = db.execute(query).one_or_none()
    return _make(Report, row) if row else None


def waiting(db: Connection, person_id: int) -> list[Report]:
    """Her reports that wait for a result, oldest first."""
    query = (
        select(report)
        .where(report.c.person_id == person_id, report.c.waits != "")
        .order_by(report.c.opened_at)
    )
    return [_make(Report, row) for row in db.execute(query)]


def last_closed(db: Connection, person_id: int, since: datetime) -> Report | None:
    """The last report she finished, or added to, by USSD since then."""
    query = (
        select(report)
        .where(
            report.c.person_id == person_id,
            report.c.source == "ussd",
            report.c.state == "closed",
            report.c.unconfirmed.is_(False),
            report.c.changed_at >= since,
        )
        .order_by(report.c.changed_at.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return _make(Report, row) if row else None


def add_report(db: Connection, **values: Any) -> Report | None:
    """Insert a report. None: she has one of this ref already."""
    adding = insert_into(db, report).values(values)
    adding = adding.on_conflict_do_nothing(index_elements=["person_id", "ref"])
    row = db.execute(adding.returning(report)).one_or_none()
    return _make(Report, row) if row else None


def drop_report(db: Connection, report_id: int) -> None:
    """Take back a report of this very transaction: another request has made it meanwhile."""
    db.execute(delete(report).where(report.c.id == report_id))


def change_report(db: Connection, report_id: int, **values: Any) -> None:
    """Write what a report is now."""
    db.execute(update(report).where(report.c.id == report_id).values(values))


def add_event(
    db: Connection,
    report_id: int,
    at: datetime,
    what: str,
    answers: Mapping[str, Any],
    classes: list[str],
) -> None:
    """Write a change into the history of a report."""
    values = {"report_id": report_id, "at": at, "what": what}
    db.execute(insert(report_event).values(**values, answers=dict(answers), classes=classes))


def find_origin(db: Connection, name: str) -> Origin | None:
    """The origin of this name, locked where the database locks rows."""
    query = select(origin).where(origin.c.origin == name).with_for_update()
    row = db.execute(query).one_or_none()
    return _make(Origin, row) if row else None


def add_origin(db: Connection, **values: Any) -> Origin | None:
    """Insert an origin. None: it is taken, and by whom can be read now."""
    adding = insert_into(db, origin).values(values).on_conflict_do_nothing()
    row = db.execute(adding.returning(origin)).one_or_none()
    return _make(Origin, row) if row else None


def change_origin(db: Connection, name: str, state: str, text_length: int) -> None:
    """Write how far this origin has come."""
    values = {"state": state, "text_length": text_length}
    db.execute(update(origin).where(origin.c.origin == name).values(values))


def last_origin(db: Connection, session: str) -> Origin | None:
    """The latest origin of a session."""
    query = select(origin).where(origin.c.session == session).order_by(origin.c.n.desc()).limit(1)
    row = db.execute(query).one_or_none()
    return _make(Origin, row) if row else None


def highest_n(db: Connection, session: str) -> int:
    """How many flows of this session left a trace: 0 for none."""
    kept = db.scalar(select(func.max(origin.c.n)).where(origin.c.session == session)) or 0
    names = db.scalars(select(draft.c.origin).where(draft.c.session == session)).all()
    return max([kept, *(int(name.rpartition(":")[2]) for name in names)])


def drafts_of(db: Connection, person_id: int, now: datetime) -> list[Draft]:
    """Her open drafts that may still be taken up, newest first."""
    query = (
        select(draft)
        .where(draft.c.person_id == person_id, draft.c.state == "open", draft.c.due_at > now)
        .order_by(draft.c.began_at.desc())
    )
    return [_make(Draft, row) for row in db.execute(query)]


def draft_of_session(db: Connection, session: str) -> Draft | None:
    """The open draft that this gateway session holds."""
    query = (
        select(draft)
        .where(draft.c.session == session, draft.c.state == "open")
        .order_by(draft.c.text_length.desc(), draft.c.id.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return _make(Draft, row) if row else None


def draft_of_origin(db: Connection, name: str) -> Draft | None:
    """The draft of this origin, whatever became of it; locked where the database locks rows."""
    row = db.execute(select(draft).where(draft.c.origin == name).with_for_update()).one_or_none()
    return _make(Draft, row) if row else None


def draft_by_id(db: Connection, draft_id: int) -> Draft | None:
    """The draft of this id, None where it is no longer open."""
    query = select(draft).where(draft.c.id == draft_id, draft.c.state == "open")
    row = db.execute(query).one_or_none()
    return _make(Draft, row) if row else None


def put_draft(db: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Write the draft of this origin, new or not."""
    adding = insert_into(db, draft).values(origin=name, **values)
    db.execute(adding.on_conflict_do_update(index_elements=["origin"], set_=dict(values)))


def hold_draft(
    db: Connection, draft_id: int, session: str, text_length: int, due_at: datetime
) -> bool:
    """A session goes on with this draft. False: it is open no longer."""
    mine = update(draft).where(draft.c.id == draft_id, draft.c.state == "open")
    values = {"session": session, "text_length": text_length, "due_at": due_at}
    return db.execute(mine.values(values)).rowcount == 1


def expire_draft(db: Connection, draft_id: int, now: datetime) -> bool:
    """Offer it no longer. False: it is not open, or its time is not over."""
    due = (draft.c.id == draft_id, draft.c.state == "open", draft.c.due_at <= now)
    return db.execute(update(draft).where(*due).values(state="expired")).rowcount == 1


def settle_draft(db: Connection, name: str, state: str) -> None:
    """The draft of this origin is finished, or no longer offered."""
    db.execute(update(draft).where(draft.c.origin == name).values(state=state))


def drafts_due(db: Connection, now: datetime, most: int) -> list[Draft]:
    """Open drafts whose time is over."""
    query = (
        select(draft)
        .where(draft.c.state == "open", draft.c.due_at <= now)
        .order_by(draft.c.due_at)
        .limit(most)
    )
    return [_make(Draft, row) for row in db.execute(query)]
