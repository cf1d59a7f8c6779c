"""Reminders: one row a step of a chain; one a person, kind, period and step, for ever."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from smsapp.store.connect import each_insert
from smsapp.store.tables import reminder, report, task


@dataclass(frozen=True)
class Reminder:
    """One step whose time has come, with what became of the report it is about."""

    id: int
    person_id: int  # who has it to do
    kind: str
    period: str
    step: int
    due_at: datetime
    report_id: int | None
    ref: str  # empty without a report
    report_state: str
    training: bool | None  # of that report; None without one
    waits: str
    task_state: str  # empty where it is about no task
    answers: Mapping[str, Any]
    opened_at: datetime | None
    seen_on: date | None


@dataclass(frozen=True)
class Planned:
    """A step to plan."""

    person_id: int
    kind: str
    period: str
    step: int
    report_id: int | None
    due_at: datetime


ADD = each_insert(
    reminder, lambda new: new.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
)


def add(db: Connection, rows: Sequence[Planned]) -> int:
    """Plan these. Gives how many are new: what was planned once is not planned again."""
    if not rows:
        return 0
    values = [{**vars(row), "state": "planned", "why": ""} for row in rows]
    return db.execute(ADD[db.dialect.name], values).rowcount


def revive(db: Connection, ids: Collection[int], kind: str, period: str) -> int:
    """Chains of these people that ended because the thing was done go on. Gives how many."""
    these = reminder.c.person_id.in_(ids), reminder.c.kind == kind, reminder.c.period == period
    last = select(func.max(reminder.c.id)).where(*these).group_by(reminder.c.person_id)
    ended = update(reminder).where(reminder.c.id.in_(last), reminder.c.state == "dropped")
    return db.execute(ended.values(state="planned", why="", settled_at=None)).rowcount


def hand_on(db: Connection, old: int, new: int, kind: str) -> bool:
    """The chain about one report is about another from now on, for those it has reached too.

    False: no step of it is planned.
    """
    mine = (reminder.c.report_id == old, reminder.c.kind == kind)
    moved = update(reminder).values(report_id=new)
    db.execute(moved.where(*mine, reminder.c.state == "sent"))
    return db.execute(moved.where(*mine, reminder.c.state == "planned")).rowcount > 0


def take_up(db: Connection, report_id: int, kind: str) -> None:
    """What was done is not: the chain about this report goes on where it ended."""
    mine = (reminder.c.report_id == report_id) & (reminder.c.kind == kind)
    last = select(func.max(reminder.c.id)).where(mine).scalar_subquery()
    ended = update(reminder).where(reminder.c.id == last, reminder.c.state == "dropped")
    db.execute(ended.values(state="planned", why="", settled_at=None))


def _due() -> Select[Any]:
    its_task = (task.c.report_id == reminder.c.report_id) & (task.c.kind == reminder.c.kind)
    return (
        select(
            reminder,
            report.c.ref,
            report.c.state.label("report_state"),
            report.c.training,
            report.c.waits,
            report.c.answers,
            report.c.opened_at,
            report.c.seen_on,
            task.c.state.label("task_state"),
        )
        .outerjoin(report, report.c.id == reminder.c.report_id)
        .outerjoin(task, its_task)
        .where(reminder.c.state == "planned")
        .order_by(reminder.c.due_at, reminder.c.id)
    )


DUE = _due()  # built once: building it costs more than running it


def due(
    db: Connection, now: datetime, limit: int, kinds: Collection[str] | None = None
) -> list[Reminder]:
    """Steps whose time has come, oldest first, of these kinds or of all.

    In a transaction that writes they are this one's until its end; another clock passes them over.
    """
    query = DUE.where(reminder.c.due_at <= now).limit(limit)
    if kinds is not None:
        query = query.where(reminder.c.kind.in_(kinds))
    if db.get_execution_options().get("smsapp_mode") != "read":
        query = query.with_for_update(of=reminder, skip_locked=True)
    return [_reminder(row) for row in db.execute(query)]


def _reminder(row: Row[Any]) -> Reminder:
    return Reminder(
        id=row.id,
        person_id=row.person_id,
        kind=row.kind,
        period=row.period,
        step=row.step,
        due_at=row.due_at,
        report_id=row.report_id,
        ref=row.ref or "",
        report_state=row.report_state or "",
        training=row.training,
        waits=row.waits or "",
        task_state=row.task_state or "",
        answers=row.answers or {},
        opened_at=row.opened_at,
        seen_on=row.seen_on,
    )


def settle(
    db: Connection, ids: Collection[int], now: datetime, told_id: int | None = None
) -> set[int]:
    """Mark planned steps as sent, to this person or each to whose it is, in one statement.

    Gives those that nobody had settled yet.
    """
    if not ids:
        return set()
    mine = reminder.c.id.in_(ids) & (reminder.c.state == "planned")
    told = reminder.c.person_id if told_id is None else told_id
    sent = update(reminder).where(mine).values(state="sent", settled_at=now, told_id=told)
    return set(db.scalars(sent.returning(reminder.c.id)))


def drop_steps(db: Connection, ids: Collection[int], why: str, now: datetime) -> None:
    """Planned steps are not sent; what was settled already stays as it is."""
    mine = reminder.c.id.in_(ids) & (reminder.c.state == "planned")
    values = {"state": "dropped", "why": why, "settled_at": now}
    db.execute(update(reminder).where(mine).values(values))


def put_off(db: Connection, ids: Collection[int], until: datetime) -> None:
    """Planned steps wait until then."""
    mine = reminder.c.id.in_(ids) & (reminder.c.state == "planned")
    db.execute(update(reminder).where(mine).values(due_at=until))


def drop(db: Connection, report_id: int, kind: str, now: datetime) -> int:
    """What was waited for has come: the chain about this report ends. Gives how many steps."""
    mine = (reminder.c.report_id == report_id) & (reminder.c.kind == kind)
    ended = update(reminder).where(mine, reminder.c.state == "planned")
    values = {"state": "dropped", "why": "done", "settled_at": now}
    return db.execute(ended.values(values)).rowcount


def nudged(
    db: Connection, ids: Collection[int], kinds: Collection[str], since: datetime
) -> dict[int, int]:
    """How many nudges of these kinds each of these people was sent since then."""
    query = (
        select(reminder.c.person_id, func.count().label("many"))
        .where(reminder.c.person_id.in_(ids), reminder.c.kind.in_(kinds))
        .where(reminder.c.state == "sent", reminder.c.settled_at >= since)
        .where(reminder.c.told_id == reminder.c.person_id)
        .group_by(reminder.c.person_id)
    )
    return {row.person_id: row.many for row in db.execute(query)}
