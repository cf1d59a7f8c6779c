"""Visits of a supervisor to a CHW: one row a pair and day, with what the other side says of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, update

from smsapp.store.catchment import UNDER
from smsapp.store.connect import insert_into
from smsapp.store.tables import person, visit


@dataclass(frozen=True)
class Visit:
    """One visit. `by_id` noted it first; `said`: what the other side says, empty: nothing yet."""

    id: int
    chw_id: int
    supervisor_id: int
    visited_on: date  # where the programme works
    by_id: int
    report_id: int
    said: str  # yes no
    said_in: int | None


@dataclass(frozen=True)
class Named:
    """A visit as a list shows it."""

    id: int
    chw_short: str
    supervisor_short: str
    visited_on: date


@dataclass(frozen=True)
class Last:
    """The latest visits to one CHW. None: none was noted, or none confirmed."""

    noted_on: date | None = None
    confirmed_on: date | None = None


def add(db: Connection, **values: Any) -> int | None:
    """Write a visit down; None: this pair has one of that day."""
    adding = insert_into(db, visit).values(**values, said="").on_conflict_do_nothing()
    found: int | None = db.scalar(adding.returning(visit.c.id))
    return found


def of_day(db: Connection, chw_id: int, supervisor_id: int, day: date) -> Visit:
    """The visit of this pair and day."""
    mine = (visit.c.chw_id == chw_id) & (visit.c.supervisor_id == supervisor_id)
    return _visit(db.execute(select(visit).where(mine, visit.c.visited_on == day)).one())


def of_chw(db: Connection, chw_id: int, visit_id: int) -> Visit | None:
    """A visit to this CHW."""
    row = db.execute(
        select(visit).where(visit.c.id == visit_id, visit.c.chw_id == chw_id)
    ).one_or_none()
    return _visit(row) if row else None


def said_in(db: Connection, report_id: int) -> Visit | None:
    """The visit of which this report is the other side's word."""
    row = db.execute(select(visit).where(visit.c.said_in == report_id)).one_or_none()
    return _visit(row) if row else None


def _visit(row: Row[Any]) -> Visit:
    return Visit(**{name: row._mapping[name] for name in Visit.__dataclass_fields__})


def say(db: Connection, visit_id: int, said: str, report_id: int, at: datetime) -> bool:
    """The other side's word; a yes stands. False: that was said already."""
    done = db.execute(
        update(visit)
        .where(visit.c.id == visit_id, visit.c.said.not_in(("yes", said)))
        .values(said=said, said_at=at, said_in=report_id)
    )
    return done.rowcount == 1


def waiting_for(db: Connection, chw_id: int, since: date) -> list[Named]:
    """Visits that others noted and this CHW has said nothing of, oldest first."""
    query = _named().where(visit.c.chw_id == chw_id, visit.c.by_id != chw_id)
    return _listed(db, query.where(visit.c.said == "", visit.c.visited_on >= since))


def unconfirmed(
    db: Connection, top: int, since: date, until: date, *, training: bool
) -> list[Named]:
    """Visits under this place that one side alone has told: a no, or no word until that day."""
    chw = person.alias("visited")
    query = (
        _named()
        .join(chw, chw.c.id == visit.c.chw_id)
        .where(chw.c.place_id.in_(select(UNDER.c.id)), visit.c.visited_on >= since)
        .where((visit.c.said == "no") | ((visit.c.said == "") & (visit.c.visited_on <= until)))
        .where(visit.c.training == training)
    )
    return _listed(db, query, top=top)


def _named() -> Select[Any]:
    chw, boss = person.alias("chw"), person.alias("boss")
    return (
        select(
            visit.c.id,
            chw.c.short.label("chw_short"),
            boss.c.short.label("supervisor_short"),
            visit.c.visited_on,
        )
        .join(chw, chw.c.id == visit.c.chw_id)
        .join(boss, boss.c.id == visit.c.supervisor_id)
    )


def _listed(db: Connection, query: Select[Any], **values: Any) -> list[Named]:
    rows = db.execute(query.order_by(visit.c.visited_on, visit.c.id), values)
    return [Named(**row._mapping) for row in rows]


def last_visits(db: Connection, chw_ids: Collection[int]) -> dict[int, Last]:
    """The latest visit noted and not denied, and the latest confirmed, of each; absent: none."""
    both = case((visit.c.said == "yes", visit.c.visited_on))
    query = (
        select(visit.c.chw_id, func.max(visit.c.visited_on), func.max(both))
        .where(visit.c.chw_id.in_(chw_ids), visit.c.said != "no")
        .group_by(visit.c.chw_id)
    )
    return {chw_id: Last(noted, confirmed) for chw_id, noted, confirmed in db.execute(query)}


def confirmed_visits(
    db: Connection, chw_ids: Collection[int], first: date, last: date, *, training: bool
) -> dict[int, int]:
    """How many confirmed visits each of these CHWs had in these days; absent where none."""
    query = select(visit.c.chw_id, func.count()).where(
        visit.c.chw_id.in_(chw_ids),
        visit.c.said == "yes",
        visit.c.visited_on.between(first, last),
        visit.c.training == training,
    )
    return {row[0]: row[1] for row in db.execute(query.group_by(visit.c.chw_id))}
