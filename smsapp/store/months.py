"""A person's month: which report tells of it, and what she reported in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import alert, month_report, person, report, task

LATE = timedelta(days=31)  # a child is told of so long after the day seen: the most a flow allows


@dataclass(frozen=True)
class Told:
    """The report that counts for a person's month. `replaced`: the ref of the one before it."""

    report_id: int
    ref: str
    answers: dict[str, Any]
    replaced: str = ""


def told(db: Connection, person_id: int, period: str) -> Told | None:
    """What counts of her month; None where she said nothing, or took it back."""
    earlier = report.alias()
    stands = (earlier.c.id == month_report.c.replaced_id) & (earlier.c.state != "withdrawn")
    query = (
        select(report.c.id, report.c.ref, report.c.answers, earlier.c.ref)
        .join(month_report, month_report.c.report_id == report.c.id)
        .outerjoin(earlier, stands)
        .where(month_report.c.person_id == person_id, month_report.c.period == period)
        .where(report.c.state != "withdrawn")
    )
    row = db.execute(query).one_or_none()
    return Told(row[0], row[1], row[2], row[3] or "") if row else None


def period_of_report(db: Connection, report_id: int) -> str | None:
    """The month that this report tells of; None where it counts for none."""
    query = select(month_report.c.period).where(month_report.c.report_id == report_id)
    period: str | None = db.scalar(query)
    return period


def point(db: Connection, person_id: int, period: str, report_id: int) -> None:
    """From now on this report counts for her month."""
    row = {"person_id": person_id, "period": period, "report_id": report_id}
    made = insert_into(db, month_report).values(row).on_conflict_do_nothing()
    if db.scalar(made.returning(month_report.c.report_id)) is None:
        mine = (month_report.c.person_id == person_id) & (month_report.c.period == period)
        values = {"report_id": report_id, "replaced_id": month_report.c.report_id}
        db.execute(update(month_report).where(mine).values(values))


def told_of(
    db: Connection, ids: Collection[int], periods: Collection[str]
) -> dict[tuple[int, str], dict[str, Any]]:
    """The answers that count, by person and month; absent: nothing counts."""
    query = (
        select(month_report.c.person_id, month_report.c.period, report.c.answers)
        .join(report, report.c.id == month_report.c.report_id)
        .where(month_report.c.person_id.in_(ids), month_report.c.period.in_(periods))
        .where(report.c.state != "withdrawn")
    )
    return {(row.person_id, row.period): row.answers for row in db.execute(query)}


def joined_before(db: Connection, ids: Collection[int], moment: datetime) -> set[int]:
    """Those of these people who were registered before this moment."""
    query = select(person.c.id).where(person.c.id.in_(ids), person.c.created_at < moment)
    return set(db.scalars(query))


@dataclass(frozen=True)
class Sent:
    """One report of a month, as figures are counted from it."""

    flow: str
    classes: list[str]
    danger: bool | None  # as its flow was then; None: told before it was kept


def sent(
    db: Connection,
    ids: Collection[int],
    flows: Sequence[str],
    days: tuple[date, date],
    moments: tuple[datetime, datetime],
    *,
    training: bool,
) -> dict[int, list[Sent]]:
    """Each one's reports of these flows by the day seen, or the day told where it is the same.

    `days`: the first and the last; `moments`: from, and up to, as UTC.
    """
    begins, ends = moments
    query = select(report.c.person_id, report.c.flow, report.c.classes, report.c.danger).where(
        report.c.person_id.in_(ids),
        report.c.opened_at >= begins,
        report.c.opened_at < ends + LATE,
        or_(
            report.c.seen_on.between(*days),
            and_(report.c.seen_on.is_(None), report.c.opened_at < ends),
        ),
        report.c.flow.in_(flows),
        report.c.state != "withdrawn",
        report.c.training.is_(training),
    )
    found: dict[int, list[Sent]] = {}
    for row in db.execute(query):
        found.setdefault(row.person_id, []).append(Sent(row.flow, row.classes, row.danger))
    return found


@dataclass(frozen=True)
class Led:
    """What her alerts of a month led to, and how many whom she sent on are known to be there."""

    alerts: int
    answered: int
    arrived: int


def led_to(
    db: Connection, ids: Collection[int], moments: tuple[datetime, datetime], *, training: bool
) -> dict[int, Led]:
    """Of what each of these people reported between these moments; absent: nothing."""
    theirs = (
        select(
            report.c.person_id,
            func.count(alert.c.id),
            func.count(case((alert.c.acknowledged_at.is_not(None), 1))),
            func.count(case((task.c.outcome == "arrived", 1))),
        )
        .select_from(report)
        .outerjoin(alert, (alert.c.report_id == report.c.id) & (alert.c.n == 1))
        .outerjoin(task, (task.c.report_id == report.c.id) & (task.c.kind == "referral"))
        .where(report.c.person_id.in_(ids), report.c.training.is_(training))
        .where(report.c.opened_at >= moments[0], report.c.opened_at < moments[1])
        .where(report.c.state != "withdrawn")
        .group_by(report.c.person_id)
    )
    return {person_id: Led(*counts) for person_id, *counts in db.execute(theirs)}
