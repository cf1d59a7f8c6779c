"""How full each lane is. Every query reads a partial index of unfinished rows, never history."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, case, func, select

from smsapp.store.tables import inbound, outbound, pause

COUNT_LIMIT = 10_000  # rows counted of one lane; a page then says "more than"
OUTBOUND_LANES = ("urgent", "bulk", "routine")


@dataclass(frozen=True)
class Lane:
    """The rows of one lane that are not finished. Counts stop at COUNT_LIMIT."""

    name: str
    waiting: int = 0  # due now
    oldest_at: datetime | None = None  # since when the oldest of those is due
    in_progress: int = 0
    retrying: int = 0  # tried before, not due yet
    retry_at: datetime | None = None
    later: int = 0  # never tried, not due yet
    paused: str = ""  # why; empty: not paused
    paused_since: datetime | None = None
    paused_until: datetime | None = None  # None with a reason: until a person resumes it


def lanes(db: Connection, now: datetime) -> list[Lane]:
    """Every lane: what comes in, then what goes out, the urgent one first."""
    pauses = {row["lane"]: row for row in db.execute(select(pause)).mappings()}
    busy = _in_progress(db)
    found = [_fill(db, now, "inbound", inbound, inbound.c.state == "new")]
    for name in OUTBOUND_LANES:
        queued = (outbound.c.state == "queued") & (outbound.c.lane == name)
        lane = _fill(db, now, name, outbound, queued)
        found.append(replace(lane, in_progress=busy.get(name, 0)))
    return [_with_pause(lane, pauses.get(lane.name)) for lane in found]


def lane(db: Connection, now: datetime, name: str) -> Lane | None:
    """One lane by its name."""
    return next((lane for lane in lanes(db, now) if lane.name == name), None)


def count_unread(db: Connection) -> int:
    """Callbacks that came in and could not be read."""
    rows = select(inbound.c.id).where(inbound.c.state == "error").limit(COUNT_LIMIT).subquery()
    return db.scalar(select(func.count()).select_from(rows)) or 0


def _in_progress(db: Connection) -> dict[str, int]:
    query = (
        select(outbound.c.lane, func.count().label("n"))
        .where(outbound.c.state.in_(("claimed", "sending")))
        .group_by(outbound.c.lane)
    )
    return {row.lane: row.n for row in db.execute(query)}


def _fill(
    db: Connection, now: datetime, name: str, table: Table, open_rows: ColumnElement[bool]
) -> Lane:
    """Count what is due and what is not due yet."""
    rows = select(table.c.due_at, table.c.attempts).where(open_rows)
    due = rows.where(table.c.due_at <= now).order_by(table.c.due_at).limit(COUNT_LIMIT).subquery()
    after = rows.where(table.c.due_at > now).order_by(table.c.due_at).limit(COUNT_LIMIT).subquery()
    waiting, oldest_at = db.execute(select(func.count(), func.min(due.c.due_at))).one()
    tried = after.c.attempts > 0
    counts = select(
        func.count(),
        func.count(case((tried, 1))),
        func.min(case((tried, after.c.due_at))),
    )
    all_after, retrying, retry_at = db.execute(counts.select_from(after)).one()
    return Lane(
        name=name,
        waiting=waiting,
        oldest_at=oldest_at,
        retrying=retrying,
        retry_at=retry_at,
        later=all_after - retrying,
    )


def _with_pause(lane: Lane, row: RowMapping | None) -> Lane:
    """A pause stands until it is lifted: after its end, one SMS tries whether it may be."""
    if row is None:
        return lane
    return replace(lane, paused=row["reason"], paused_since=row["since"], paused_until=row["until"])
