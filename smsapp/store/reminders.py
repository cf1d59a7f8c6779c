"""Reminders: one a person, kind and period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import reminder, report, task


@dataclass(frozen=True)
class Reminder:
    """One reminder whose time has come, with what became of its report."""

    id: int
    person_id: int
    kind: str
    due_at: datetime
    period: str
    ref: str  # empty without a report
    report_state: str
    task_state: str  # empty where it is about no task
    answers: Mapping[str, Any]
    opened_at: datetime | None
    seen_on: date | None


def add_reminder(
    db: Connection, person_id: int, kind: str, period: str, report_id: int | None, due_at: datetime
) -> bool:
    """Plan one. False: this person, kind and period has one already."""
    row = {
        "person_id": person_id,
        "kind": kind,
        "period": period,
        "report_id": report_id,
        "state": "planned",
        "due_at": due_at,
    }
    new = insert_into(db, reminder).values(row).on_conflict_do_nothing()
    return db.scalar(new.returning(reminder.c.id)) is not None


def revive(db: Connection, person_id: int, kind: str, period: str) -> bool:
    """What was dropped is planned again. False: it was not dropped."""
    mine = (reminder.c.person_id == person_id) & (reminder.c.kind == kind)
    dropped = update(reminder).where(mine, reminder.c.period == period)
    dropped = dropped.where(reminder.c.state == "dropped")
    return db.execute(dropped.values(state="planned")).rowcount == 1


def due(db: Connection, now: datetime, limit: int) -> list[Reminder]:
    """Planned reminders whose time has come, oldest first."""
    its_task = (task.c.report_id == reminder.c.report_id) & (task.c.kind == reminder.c.kind)
    query = (
        select(
            reminder,
            report.c.ref,
            report.c.state.label("report_state"),
            report.c.answers,
            report.c.opened_at,
            report.c.seen_on,
            task.c.state.label("task_state"),
        )
        .outerjoin(report, report.c.id == reminder.c.report_id)
        .outerjoin(task, its_task)
        .where(reminder.c.state == "planned", reminder.c.due_at <= now)
        .order_by(reminder.c.due_at, reminder.c.id)
        .limit(limit)
    )
    return [
        Reminder(
            id=r.id,
            person_id=r.person_id,
            kind=r.kind,
            due_at=r.due_at,
            period=r.period,
            ref=r.ref or "",
            report_state=r.report_state or "",
            task_state=r.task_state or "",
            answers=r.answers or {},
            opened_at=r.opened_at,
            seen_on=r.seen_on,
        )
        for r in db.execute(query)
    ]


def settle(db: Connection, reminder_id: int, state: str) -> bool:
    """Make a planned one `sent` or `dropped`. False: it was settled already."""
    done = db.execute(
        update(reminder)
        .where(reminder.c.id == reminder_id, reminder.c.state == "planned")
        .values(state=state)
    )
    return done.rowcount == 1


def drop(db: Connection, report_id: int, kind: str) -> int:
    """What was waited for has come: drop this report's planned reminders. Gives how many."""
    done = db.execute(
        update(reminder)
        .where(reminder.c.report_id == report_id, reminder.c.kind == kind)
        .where(reminder.c.state == "planned")
        .values(state="dropped")
    )
    return done.rowcount
