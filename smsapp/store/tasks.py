"""What a CHW has to do about an earlier report: one row a report and kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import report, task


@dataclass(frozen=True)
class Task:
    """One thing to do, with what names the child of its report."""

    id: int
    report_id: int
    ref: str
    kind: str  # follow_up referral
    due_on: date  # where the programme works
    answers: Mapping[str, Any]
    opened_at: datetime
    seen_on: date | None


def put_task(db: Connection, person_id: int, report_id: int, kind: str, due_on: date) -> bool:
    """It is to be done on that day. False: that stands already, or it is done."""
    row = {"person_id": person_id, "report_id": report_id, "kind": kind, "due_on": due_on}
    adding = insert_into(db, task).values(**row, state="open")
    changed = (task.c.due_on != due_on) | (task.c.state == "dropped")
    adding = adding.on_conflict_do_update(
        index_elements=["report_id", "kind"],
        set_={"due_on": due_on, "state": "open"},
        where=(task.c.state != "done") & changed,
    )
    return db.scalar(adding.returning(task.c.id)) is not None


def _tasks() -> Select[Any]:
    child = (report.c.ref, report.c.answers, report.c.opened_at, report.c.seen_on)
    return select(task.c.id, task.c.report_id, task.c.kind, task.c.due_on, *child).join(
        report, report.c.id == task.c.report_id
    )


def _task(row: Row[Any]) -> Task:
    return Task(**row._mapping)


def due_tasks(db: Connection, person_id: int, today: date) -> list[Task]:
    """What she has to do today or had to do before, oldest first."""
    query = (
        _tasks()
        .where(task.c.person_id == person_id, task.c.state == "open", task.c.due_on <= today)
        .where(report.c.state != "withdrawn")
        .order_by(task.c.due_on, task.c.id)
    )
    return [_task(row) for row in db.execute(query)]


def task_of(db: Connection, person_id: int, ref: str, kind: str) -> Task | None:
    """What she has, or had, to do about the report of this ref."""
    query = _tasks().where(task.c.person_id == person_id, report.c.ref == ref)
    newest = query.where(task.c.kind == kind).order_by(task.c.id.desc()).limit(1)
    row = db.execute(newest).one_or_none()
    return _task(row) if row else None


def open_refs(db: Connection, person_id: int, kind: str) -> list[str]:
    """The refs of all of this kind that she still has to do, due by now or not."""
    query = select(report.c.ref).join(task, task.c.report_id == report.c.id)
    mine = (task.c.person_id == person_id) & (task.c.kind == kind) & (task.c.state == "open")
    return list(db.scalars(query.where(mine, report.c.state != "withdrawn")))


def finish(db: Connection, task_id: int, outcome: str, report_id: int, now: datetime) -> bool:
    """Done, as this report says; it may say otherwise later. False: another one was quicker."""
    mine = (task.c.state == "open") | ((task.c.state == "done") & (task.c.done_in == report_id))
    done = update(task).where(task.c.id == task_id, mine)
    values = {"state": "done", "outcome": outcome, "done_in": report_id, "done_at": now}
    return db.execute(done.values(values)).rowcount == 1


def restate(
    db: Connection, task_id: int, before: str, outcome: str, report_id: int, now: datetime
) -> None:
    """Who was there says otherwise: where it ended as `before`, it ended so."""
    mine = (task.c.id == task_id) & (task.c.state == "done") & (task.c.outcome == before)
    values = {"outcome": outcome, "done_in": report_id, "done_at": now}
    db.execute(update(task).where(mine).values(values))


def task_about(db: Connection, report_id: int, kind: str) -> int | None:
    """The id of what is, or was, to be done of this kind about this report."""
    mine = (task.c.report_id == report_id) & (task.c.kind == kind)
    return db.scalar(select(task.c.id).where(mine))


def reopen(db: Connection, report_id: int) -> list[tuple[int, str]]:
    """What this report said was done is not: a mistake. Gives the report and kind of each."""
    mine = update(task).where(task.c.done_in == report_id, task.c.state == "done")
    mine = mine.values(state="open", outcome="", done_in=None, done_at=None)
    rows = db.execute(mine.returning(task.c.report_id, task.c.kind))
    return [(row.report_id, row.kind) for row in rows]


def drop(db: Connection, report_id: int, kind: str) -> None:
    """Nothing of this kind is to be done about this report any more."""
    mine = (task.c.report_id == report_id) & (task.c.kind == kind) & (task.c.state == "open")
    db.execute(update(task).where(mine).values(state="dropped"))
