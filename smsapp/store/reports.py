"""Reports, their origins and their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from smsapp.store.connect import each_insert
from smsapp.store.tables import death, draft, origin, report, report_event

CHILD_FLOW = "iccm"  # reports of it are children
MOST_CHILDREN = 20  # a list longer than four screens is not read in a call


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
    private: bool
    unverified: bool  # sent from a phone that does not say that it is she
    seen_on: date | None  # the local day the child was seen; None: the day it was opened
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


# What a hop that saves needs, built once.
ADD_REPORT = each_insert(
    report,
    lambda adding: adding.on_conflict_do_nothing(index_elements=["person_id", "ref"]).returning(
        report.c.id
    ),
)
ADD_EVENT = insert(report_event)
ADD_ORIGIN = each_insert(
    origin, lambda adding: adding.on_conflict_do_nothing().returning(origin.c.origin)
)
FIND_ORIGIN = select(origin).where(origin.c.origin == bindparam("name")).with_for_update()

Made = TypeVar("Made", Report, Origin)


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
        .order_by(report.c.opened_at, report.c.id)
    )
    return [_make(Report, row) for row in db.execute(query)]


def children_of(db: Connection, person_id: int, since: datetime) -> list[Report]:
    """The children she reported since then of whom no death is known, latest first."""
    known = select(death.c.case_report_id).where(death.c.case_report_id == report.c.id).exists()
    query = (
        select(report)
        .where(report.c.person_id == person_id, report.c.opened_at >= since)
        .where(report.c.flow == CHILD_FLOW, report.c.state != "withdrawn", ~known)
        .order_by(report.c.opened_at.desc(), report.c.id.desc())
        .limit(MOST_CHILDREN)
    )
    return [_make(Report, row) for row in db.execute(query)]


def last_closed(
    db: Connection, person_id: int, since: datetime, flows: Sequence[str]
) -> Report | None:
    """The last report of these flows she finished, or added to, by USSD; none that is private."""
    query = (
        select(report)
        .where(
            report.c.person_id == person_id,
            report.c.flow.in_(flows),
            report.c.source == "ussd",
            report.c.state == "closed",
            report.c.unconfirmed.is_(False),
            report.c.private.is_(False),
            report.c.changed_at >= since,
        )
        .order_by(report.c.changed_at.desc(), report.c.id.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return _make(Report, row) if row else None


def add_report(db: Connection, **values: Any) -> Report | None:
    """Insert a report. None: she has one of this ref already."""
    made = db.scalar(ADD_REPORT[db.dialect.name], values)
    if made is None:
        return None
    kept = {field.name: values[field.name] for field in fields(Report) if field.name != "id"}
    return Report(id=made, **kept)


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
    db.execute(ADD_EVENT, {**values, "answers": dict(answers), "classes": classes})


def find_origin(db: Connection, name: str) -> Origin | None:
    """The origin of this name, locked where the database locks rows."""
    row = db.execute(FIND_ORIGIN, {"name": name}).one_or_none()
    return _make(Origin, row) if row else None


def add_origin(db: Connection, **values: Any) -> Origin | None:
    """Insert an origin. None: it is taken, and by whom can be read now."""
    made = db.scalar(ADD_ORIGIN[db.dialect.name], values)
    return Origin(**values) if made else None


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


def said_in(db: Connection, report_id: int) -> list[dict[str, Any]]:
    """Everything that its answers have been, oldest first."""
    query = select(report_event.c.answers).where(report_event.c.report_id == report_id)
    return list(db.scalars(query.order_by(report_event.c.id)))
