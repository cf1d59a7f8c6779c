"""What a facility's month is counted from: rows of one period and these people, by index.

Training stands in none of it. Moments are from, and up to; days are the first and the last.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from smsapp.store.catchment import UNDER
from smsapp.store.months import LATE
from smsapp.store.tables import (
    alert,
    alert_event,
    month_report,
    person,
    place,
    report,
    signal,
    stock_movement,
    task,
    visit,
)

Moments = tuple[datetime, datetime]
Days = tuple[date, date]


@dataclass(frozen=True)
class Facility:
    """A health facility, with the ministry's code."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Chw:
    """A CHW of a facility. `counts`: active and not in training, now."""

    id: int
    code: str
    created_at: datetime
    counts: bool


@dataclass(frozen=True)
class Seen:
    """One report."""

    id: int
    person_id: int
    flow: str
    answers: dict[str, Any]
    classes: list[str]
    opened_at: datetime
    danger: bool | None  # as its flow was then; None: told before it was kept


@dataclass(frozen=True)
class Due:
    """Something a CHW had to do about a child, due in the month."""

    person_id: int
    kind: str
    due_on: date
    outcome: str
    done_at: datetime | None
    ref: str
    by_other: bool  # another than she has told what became of it


@dataclass(frozen=True)
class Raised:
    """An alert of the month. `signal`: of something in a village."""

    ref: str
    signal: bool
    raised_at: datetime
    acknowledged_at: datetime | None
    verified_at: datetime | None
    ends: str  # the outcome; empty while it is open


@dataclass(frozen=True)
class Movement:
    """What was said of a product: a count, or what came in or went."""

    person_id: int
    product: str
    kind: str
    amount: int
    at: datetime


def facilities(db: Connection) -> list[Facility]:
    """Every facility, by code."""
    query = select(place.c.id, place.c.code, place.c.name).where(place.c.kind == "facility")
    return [Facility(*row) for row in db.execute(query.order_by(place.c.code))]


def chws(db: Connection, facility_id: int, now: datetime) -> list[Chw]:
    """Who works there as a CHW or did, by code: at the facility or at a place under it."""
    there = or_(person.c.place_id == facility_id, person.c.place_id.in_(select(UNDER.c.id)))
    query = select(person).where(person.c.role == "chw", there).order_by(person.c.code)
    return [
        Chw(row.id, row.code, row.created_at, row.active and not _trains(row, now))
        for row in db.execute(query, {"top": facility_id})
    ]


def _trains(row: Row[Any], now: datetime) -> bool:
    return row.training and (row.training_until is None or row.training_until > now)


def _reports(ids: Collection[int]) -> Select[Any]:
    return select(
        report.c.id,
        report.c.person_id,
        report.c.flow,
        report.c.answers,
        report.c.classes,
        report.c.opened_at,
        report.c.danger,
    ).where(
        report.c.person_id.in_(ids), report.c.state != "withdrawn", report.c.training.is_(False)
    )


def seen(
    db: Connection, ids: Collection[int], flows: Collection[str], days: Days, moments: Moments
) -> list[Seen]:
    """Reports of these flows by the day seen, or the day told where it is the same."""
    query = _reports(ids).where(
        report.c.flow.in_(flows),
        report.c.opened_at >= moments[0],
        report.c.opened_at < moments[1] + LATE,
        or_(
            report.c.seen_on.between(*days),
            and_(report.c.seen_on.is_(None), report.c.opened_at < moments[1]),
        ),
    )
    return [Seen(*row) for row in db.execute(query)]


def told(db: Connection, ids: Collection[int], moments: Moments) -> list[Seen]:
    """What these people told in the month, whatever it was; nothing for a desk alone."""
    between = and_(report.c.opened_at >= moments[0], report.c.opened_at < moments[1])
    query = _reports(ids).where(between, report.c.private.is_(False))
    return [Seen(*row) for row in db.execute(query)]


def paid(db: Connection, ids: Collection[int], moments: Moments) -> dict[int, str]:
    """What each last said of her pay: all, part, none. For counting only: it is her desk's."""
    between = and_(report.c.opened_at >= moments[0], report.c.opened_at < moments[1])
    query = _reports(ids).where(between, report.c.flow == "pay").order_by(report.c.opened_at)
    said = {row.person_id: row.answers.get("paid") for row in db.execute(query)}
    return {who: answer for who, answer in said.items() if answer}


def any_desk(db: Connection) -> bool:
    """Whether anybody could be asked about pay."""
    desk = select(person.c.id).where(person.c.role == "desk", person.c.active).limit(1)
    return db.scalar(desk) is not None


def due(db: Connection, ids: Collection[int], days: Days) -> list[Due]:
    """Follow-ups and referrals due in the month; nothing of a child who died, or taken back."""
    said = report.alias("said")
    query = (
        select(
            task.c.person_id,
            task.c.kind,
            task.c.due_on,
            task.c.outcome,
            task.c.done_at,
            report.c.ref,
            func.coalesce(said.c.person_id != task.c.person_id, False),
        )
        .join(report, report.c.id == task.c.report_id)
        .outerjoin(said, said.c.id == task.c.done_in)
        .where(task.c.person_id.in_(ids), task.c.due_on.between(*days))
        .where(task.c.state != "dropped", report.c.training.is_(False))
    )
    return [Due(*row) for row in db.execute(query)]


def raised(db: Connection, ids: Collection[int], moments: Moments) -> list[Raised]:
    """The alerts of what these people told in the month; none that was taken back."""
    checked = select(func.min(alert_event.c.at)).where(
        alert_event.c.alert_id == alert.c.id, alert_event.c.what == "verified"
    )
    query = (
        select(
            alert.c.ref,
            signal.c.alert_id.is_not(None),
            alert.c.raised_at,
            alert.c.acknowledged_at,
            checked.scalar_subquery(),
            alert.c.ends,
        )
        .join(report, report.c.id == alert.c.report_id)
        .outerjoin(signal, signal.c.alert_id == alert.c.id)
        .where(report.c.person_id.in_(ids), alert.c.training.is_(False))
        .where(report.c.opened_at >= moments[0], report.c.opened_at < moments[1])
        .where(alert.c.ends != "withdrawn")
        .order_by(alert.c.raised_at)
    )
    return [Raised(*row) for row in db.execute(query)]


def months(db: Connection, ids: Collection[int], period: str) -> dict[int, Seen]:
    """The report that counts for each one's month."""
    query = _reports(ids).join(month_report, month_report.c.report_id == report.c.id)
    rows = db.execute(query.where(month_report.c.period == period))
    return {row.person_id: Seen(*row) for row in rows}


def visited(db: Connection, ids: Collection[int], days: Days) -> set[int]:
    """Who had a visit of her supervisor that both have said."""
    query = select(visit.c.chw_id).where(
        visit.c.chw_id.in_(ids),
        visit.c.visited_on.between(*days),
        visit.c.said == "yes",
        visit.c.training.is_(False),
    )
    return set(db.scalars(query))


def movements(db: Connection, ids: Collection[int], moments: Moments) -> list[Movement]:
    """What stands of their stock between these moments, in order."""
    query = (
        select(
            stock_movement.c.person_id,
            stock_movement.c.product,
            stock_movement.c.kind,
            stock_movement.c.amount,
            stock_movement.c.at,
        )
        .where(stock_movement.c.person_id.in_(ids), stock_movement.c.replaced_at.is_(None))
        .where(stock_movement.c.at >= moments[0], stock_movement.c.at < moments[1])
        .where(stock_movement.c.training.is_(False))
        .order_by(stock_movement.c.at, stock_movement.c.id)
    )
    return [Movement(*row) for row in db.execute(query)]
