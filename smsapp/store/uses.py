"""What left a CHW's box beside what her reports of children say, as it was shown to her."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from smsapp.store.tables import report, stock_use


@dataclass(frozen=True)
class Use:
    """One medicine between two counts, in single units. `reported` None: no child was reported."""

    treatment: str
    since: datetime
    until: datetime
    used: int
    reported: int | None


@dataclass(frozen=True)
class Told:
    """One report of a child."""

    answers: dict[str, Any]
    classes: list[str]
    params: dict[str, Any]


def told_between(
    db: Connection, person_id: int, flow: str, span: tuple[datetime, datetime], *, training: bool
) -> list[Told]:
    """Her finished reports of this flow, told from the one moment up to the other."""
    query = select(report.c.answers, report.c.classes, report.c.params).where(
        report.c.person_id == person_id,
        report.c.opened_at >= span[0],
        report.c.opened_at < span[1],
        report.c.flow == flow,
        report.c.state == "closed",
        report.c.training.is_(training),
    )
    return [Told(*row) for row in db.execute(query)]


def show(
    db: Connection, report_id: int, person_id: int, found: Sequence[Use], *, training: bool
) -> None:
    """From now on this is what the answer to this count showed her."""
    db.execute(delete(stock_use).where(stock_use.c.report_id == report_id))
    whose = {"report_id": report_id, "person_id": person_id, "training": training}
    if found:
        db.execute(insert(stock_use), [whose | asdict(one) for one in found])


def shown(
    db: Connection, ids: Collection[int], since: datetime, *, training: bool
) -> dict[int, list[Use]]:
    """What each of these people was shown last, since then; of a count taken back, nothing."""
    stands = (
        select(stock_use)
        .join(report, report.c.id == stock_use.c.report_id)
        .where(stock_use.c.person_id.in_(ids), stock_use.c.until >= since)
        .where(stock_use.c.training.is_(training), report.c.state != "withdrawn")
        .subquery()
    )
    newest = (
        select(stands.c.person_id, func.max(stands.c.until).label("last"))
        .group_by(stands.c.person_id)
        .subquery()
    )
    query = (
        select(stands)
        .join(newest, newest.c.person_id == stands.c.person_id)
        .where(newest.c.last == stands.c.until)
        .order_by(stands.c.person_id, stands.c.treatment)
    )
    found: dict[int, list[Use]] = {}
    for row in db.execute(query):
        one = Use(row.treatment, row.since, row.until, row.used, row.reported)
        found.setdefault(row.person_id, []).append(one)
    return found
