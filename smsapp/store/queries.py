"""Queries: what a person asks of another and waits for, who may answer, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, insert, or_, select, update

from smsapp.store.connect import insert_into
from smsapp.store.numbers import is_unheard
from smsapp.store.tables import person, query, query_told, report

OPEN = ("received", "with_desk", "reopened")  # somebody still has to answer


@dataclass(frozen=True)
class Query:
    """One query as stored. `about`: the id that was answered; `phone`: of a changed number."""

    id: int
    ref: str
    report_id: int
    person_id: int
    kind: str
    about: str
    private: bool
    training: bool
    phone: str
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: int | None


@dataclass(frozen=True)
class Asked:
    """A query with the short name of who asked."""

    query: Query
    chw_short: str


def _query(row: Row[Any]) -> Query:
    return Query(**{field.name: row._mapping[field.name] for field in fields(Query)})


def _first(db: Connection, rows: Select[Any]) -> Query | None:
    row = db.execute(rows.limit(1)).one_or_none()
    return _query(row) if row else None


def add_query(db: Connection, **values: Any) -> int:
    """Insert a query; gives its id."""
    query_id: int = db.scalars(insert(query).values(values).returning(query.c.id)).one()
    return query_id


def of_report(db: Connection, report_id: int) -> Query | None:
    """The query of a report."""
    return _first(db, select(query).where(query.c.report_id == report_id))


def query_by_id(db: Connection, query_id: int) -> Query:
    """The query as it is now."""
    return _query(db.execute(select(query).where(query.c.id == query_id)).one())


def add_told(db: Connection, query_id: int, person_id: int, at: datetime) -> None:
    """From now on this person may answer."""
    row = {"query_id": query_id, "person_id": person_id, "at": at}
    db.execute(insert_into(db, query_told).values(row).on_conflict_do_nothing())


def told_to(
    db: Connection, person_id: int, kinds: Sequence[str], *, ref: str | None = None
) -> list[Asked]:
    """The queries this person was told: of this ref, or those still open; oldest first."""
    which = query.c.state.in_(OPEN) if ref is None else query.c.ref == ref
    rows = (
        select(query, person.c.short.label("chw_short"))
        .join(query_told, query_told.c.query_id == query.c.id)
        .join(person, person.c.id == query.c.person_id)
        .where(query_told.c.person_id == person_id, query.c.kind.in_(kinds), which)
        .order_by(query.c.asked_at, query.c.id)
    )
    return [Asked(_query(row), row.chw_short) for row in db.execute(rows)]


def asked_by(
    db: Connection, person_id: int, states: Sequence[str], *, ref: str | None = None
) -> list[Query]:
    """Her private queries in one of these states, newest first."""
    hers = (query.c.person_id == person_id, query.c.private, query.c.state.in_(states))
    rows = select(query).where(*hers).order_by(query.c.asked_at.desc(), query.c.id.desc())
    found = db.execute(rows if ref is None else rows.where(query.c.ref == ref))
    return [_query(row) for row in found]


def move(db: Connection, query_id: int, before: Sequence[str], **values: Any) -> bool:
    """Change a query that is in one of these states. False: somebody was quicker."""
    here = (query.c.id == query_id, query.c.state.in_(before))
    return db.execute(update(query).where(*here).values(values)).rowcount == 1


def orphans(db: Connection, after: int, most: int, since: datetime) -> list[Query]:
    """Open queries, by id after this one, of which nobody who was told can be reached any more:
    gone, or not heard on that number since then."""
    able = and_(person.c.active, person.c.phone.is_not(None), ~is_unheard(since))
    able = and_(able, or_(query.c.private.is_(False), person.c.role == "desk"))
    there = exists().where(
        query_told.c.query_id == query.c.id, person.c.id == query_told.c.person_id, able
    )
    rows = select(query).where(query.c.id > after, query.c.state.in_(OPEN), ~there)
    return [_query(row) for row in db.execute(rows.order_by(query.c.id).limit(most))]


def any_private(db: Connection, person_id: int, refs: Sequence[str]) -> bool:
    """Whether one of these refs names a private report of hers, or a query she may answer."""
    if not refs:
        return False
    hers = (report.c.person_id == person_id, report.c.ref.in_(refs), report.c.private)
    asked = select(query.c.id).join(query_told, query_told.c.query_id == query.c.id)
    told = (query_told.c.person_id == person_id, query.c.ref.in_(refs), query.c.private)
    return any(
        db.scalar(rows.limit(1)) is not None
        for rows in (select(report.c.id).where(*hers), asked.where(*told))
    )
