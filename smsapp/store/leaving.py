"""What somebody who leaves has open, and its move to another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from smsapp.store.queries import OPEN as QUERY_OPEN
from smsapp.store.requests import OPEN
from smsapp.store.tables import (
    alert,
    alert_event,
    alert_told,
    draft,
    person,
    query,
    query_told,
    reminder,
    report,
    request,
    request_told,
    signal_report,
    task,
)

HANDED = "handed"  # what an alert's history says of who hears its last word instead
TO_PACK = (*OPEN, "stocked_out")  # states in which an order waits for somebody who answers
TO_GET = (*TO_PACK, "ready")  # and those in which its CHW has not got it


@dataclass(frozen=True)
class Told:
    """An open alert that somebody was told: its id and the level."""

    alert_id: int
    level: int


def move_own(db: Connection, old: int, new: int) -> tuple[int, int]:
    """Her open tasks, with their reminders, and her open orders are another's now: how many."""
    waits = (reminder.c.person_id == old, reminder.c.state == "planned")
    about = reminder.c.report_id.is_not(None)
    db.execute(update(reminder).where(*waits, about).values(person_id=new))
    tasks = update(task).where(task.c.person_id == old, task.c.state == "open")
    orders = update(request).where(request.c.person_id == old, request.c.state.in_(TO_GET))
    moved = (db.execute(one.values(person_id=new)).rowcount for one in (tasks, orders))
    return next(moved), next(moved)


def count_own(db: Connection, person_id: int) -> tuple[int, int]:
    """How many tasks and orders of hers are open."""
    tasks = _count(db, task, (task.c.person_id == person_id) & (task.c.state == "open"))
    hers = (request.c.person_id == person_id) & request.c.state.in_(TO_GET)
    return tasks, _count(db, request, hers)


def _count(db: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(table).where(which)) or 0


def end_own(db: Connection, person_id: int, now: datetime) -> None:
    """Her drafts expire at the next tick, danger kept; nobody calls her back any more."""
    mine = (draft.c.person_id == person_id, draft.c.state == "open")
    db.execute(update(draft).where(*mine).values(due_at=now))
    asked = (query.c.person_id == person_id, query.c.private.is_(False))
    ended = update(query).where(*asked, query.c.state.in_(QUERY_OPEN))
    db.execute(ended.values(state="done", answer="left", answered_at=now))


def move_team(db: Connection, old: int, new: int) -> int:
    """Whom somebody supervised is supervised by another now: how many."""
    team = update(person).where(person.c.supervisor_id == old, person.c.id != new)
    count = db.execute(team.where(person.c.active).values(supervisor_id=new)).rowcount
    db.execute(team.where(person.c.active.is_(False)).values(supervisor_id=new))
    return count


def alerts_of(db: Connection, person_id: int, heir_id: int) -> list[int]:
    """The alerts that she told, or took over, that are not closed and not handed to this heir."""
    handed = alert_event.c.what == HANDED
    handed_to = select(alert_event.c.alert_id).where(handed, alert_event.c.person_id == person_id)
    known = select(alert_event.c.alert_id).where(handed, alert_event.c.person_id == heir_id)
    joined = select(signal_report.c.alert_id).join(report, report.c.id == signal_report.c.report_id)
    joined = joined.where(report.c.person_id == person_id)
    hers = alert.c.person_id == person_id
    hers |= alert.c.id.in_(handed_to) | alert.c.id.in_(joined)
    query = select(alert.c.id).where(hers, alert.c.state != "closed", alert.c.id.not_in(known))
    return list(db.scalars(query.order_by(alert.c.id)))


def alerts_told(db: Connection, person_id: int, *, training: bool) -> list[Told]:
    """The alerts this person was told that nobody answered."""
    rows = (
        select(alert.c.id, alert_told.c.level)
        .join(alert_told, alert_told.c.alert_id == alert.c.id)
        .where(alert_told.c.person_id == person_id, alert.c.state == "raised")
        .where(alert.c.training == training)
        .order_by(alert.c.id)
    )
    return [Told(*row) for row in db.execute(rows)]


def share_orders(db: Connection, old: int, new: int, now: datetime) -> int:
    """The open orders that one was told may be answered by another now: how many."""
    there = select(request_told.c.request_id).where(request_told.c.person_id == new)
    rows = (
        select(request.c.id)
        .join(request_told, request_told.c.request_id == request.c.id)
        .where(request_told.c.person_id == old, request.c.state.in_(TO_PACK))
    )
    ids = list(db.scalars(rows.where(request.c.id.not_in(there))))
    if ids:
        told = [{"request_id": one, "person_id": new, "at": now} for one in ids]
        db.execute(insert(request_told), told)
    return len(ids)


def share_queries(db: Connection, old: int, new: int, now: datetime) -> int:
    """The same of calls and numbers that somebody waits for; what is private stays at its desk."""
    there = select(query_told.c.query_id).where(query_told.c.person_id == new)
    rows = (
        select(query.c.id)
        .join(query_told, query_told.c.query_id == query.c.id)
        .where(query_told.c.person_id == old, query.c.state.in_(QUERY_OPEN))
        .where(query.c.private.is_(False), query.c.id.not_in(there))
    )
    ids = list(db.scalars(rows))
    if ids:
        told = [{"query_id": one, "person_id": new, "at": now} for one in ids]
        db.execute(insert(query_told), told)
    return len(ids)
