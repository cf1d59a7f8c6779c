"""Deaths: one row each, wherever it was told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import death, person, reminder, report, task


@dataclass(frozen=True)
class Death:
    """One death. `ref`, `flow` and `told_at` are those of the report in which it was told first;
    `case_…` those of the child's report, None where it is not known."""

    id: int
    kind: str
    died_on: date
    ref: str
    flow: str
    told_at: datetime
    case_report_id: int | None
    case_seen_on: date | None
    case_told_at: datetime | None


_case = report.alias()
DEATHS = (
    select(
        death,
        report.c.ref,
        report.c.flow,
        report.c.opened_at,
        _case.c.seen_on,
        _case.c.opened_at.label("case_opened_at"),
    )
    .join(report, report.c.id == death.c.report_id)
    .outerjoin(_case, _case.c.id == death.c.case_report_id)
)


def _death(row: Row[Any]) -> Death:
    return Death(
        row.id,
        row.kind,
        row.died_on,
        row.ref,
        row.flow,
        row.opened_at,
        row.case_report_id,
        row.seen_on,
        row.case_opened_at,
    )


def lock_teller(db: Connection, person_id: int) -> None:
    """Nothing else that this person tells is written down before this transaction ends."""
    query = select(person.c.id).where(person.c.id == person_id)
    db.execute(query.with_for_update(key_share=True))


def add_death(
    db: Connection,
    *,
    person_id: int,
    report_id: int,
    case_report_id: int | None,
    kind: str,
    place_id: int,
    training: bool,
    died_on: date,
) -> bool:
    """Write one down. False: that of this case is written down already."""
    row = {
        "person_id": person_id,
        "report_id": report_id,
        "case_report_id": case_report_id,
        "kind": kind,
        "place_id": place_id,
        "training": training,
        "died_on": died_on,
    }
    adding = insert_into(db, death).values(row).on_conflict_do_nothing()
    return db.scalar(adding.returning(death.c.id)) is not None


def add_case(db: Connection, death_id: int, case_report_id: int) -> None:
    """Which child it was, told later; where that is known already, it stays."""
    taken = select(death.c.id).where(death.c.case_report_id == case_report_id)
    if db.scalar(taken) is None:
        row = (death.c.id == death_id) & death.c.case_report_id.is_(None)
        db.execute(update(death).where(row).values(case_report_id=case_report_id))


def date_it(db: Connection, death_id: int, died_on: date) -> None:
    """The day, where only the day of telling was known."""
    db.execute(update(death).where(death.c.id == death_id).values(died_on=died_on))


def told_by(db: Connection, person_id: int, since: datetime) -> list[Death]:
    """The deaths this person told since then, latest first."""
    hers = DEATHS.where(death.c.person_id == person_id, report.c.opened_at >= since)
    query = hers.order_by(report.c.opened_at.desc(), death.c.id.desc())
    return [_death(row) for row in db.execute(query)]


def tellers(db: Connection, ids: Collection[int], since: datetime) -> set[int]:
    """Those of these people who told a death since then."""
    told = select(death.c.person_id).join(report, report.c.id == death.c.report_id)
    return set(db.scalars(told.where(death.c.person_id.in_(ids), report.c.opened_at >= since)))


def of_report(db: Connection, report_id: int) -> Death | None:
    """The death that this report told first, or that of its child."""
    told = (death.c.report_id == report_id) | (death.c.case_report_id == report_id)
    row = db.execute(DEATHS.where(told).order_by(death.c.id).limit(1)).one_or_none()
    return _death(row) if row else None


def leave_in_peace(db: Connection, report_id: int, now: datetime) -> None:
    """Nothing more is asked about the child of this report; tasks first, as who ends one does."""
    owed = (task.c.report_id == report_id) & (task.c.state == "open")
    db.execute(update(task).where(owed).values(state="dropped", done_at=now))
    due = (reminder.c.report_id == report_id) & (reminder.c.state == "planned")
    db.execute(update(reminder).where(due).values(state="dropped"))
    db.execute(update(report).where(report.c.id == report_id).values(waits=""))


def is_recorded(db: Connection, case_report_id: int) -> bool:
    """Whether the child of this report has died."""
    query = select(death.c.id).where(death.c.case_report_id == case_report_id)
    return db.scalar(query) is not None
