"""What a person sent lately, as she may ask for it, repeat it or correct it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from smsapp.store.reports import Report, report_by_id
from smsapp.store.tables import draft, origin, reminder, report, task


def last_sent(
    db: Connection, person_id: int, flows: Sequence[str], *, withdrawn: bool = False
) -> Report | None:
    """The last report of these flows that she sent; nothing for a desk alone. `withdrawn`: also
    one that she has taken back.
    """
    hers = [report.c.person_id == person_id, report.c.flow.in_(flows), report.c.private.is_(False)]
    if not withdrawn:
        hers.append(report.c.state != "withdrawn")
    query = select(report.c.id).where(*hers)
    found = db.scalar(query.order_by(report.c.opened_at.desc(), report.c.id.desc()).limit(1))
    return None if found is None else report_by_id(db, found)


def last_reporter(db: Connection, people: Sequence[int]) -> int | None:
    """Which of these people sent a report last."""
    query = select(report.c.person_id).where(report.c.person_id.in_(people))
    return db.scalar(query.order_by(report.c.opened_at.desc(), report.c.id.desc()).limit(1))


def sent_since(db: Connection, person_id: int, flow: str, since: datetime) -> list[Report]:
    """Her reports of a flow since then that stand, newest first."""
    return [one for one in lately(db, person_id, since) if one.flow == flow]


def lately(db: Connection, person_id: int, since: datetime) -> list[Report]:
    """All her reports since then that stand, newest first."""
    query = (
        select(report.c.id)
        .where(
            report.c.person_id == person_id,
            report.c.state != "withdrawn",
            report.c.opened_at >= since,
        )
        .order_by(report.c.opened_at.desc(), report.c.id.desc())
    )
    return [report_by_id(db, report_id) for report_id in db.scalars(query)]


def withdraw(db: Connection, report_id: int, at: datetime) -> None:
    """She takes it back: it counts no more, and nothing of it is waited for or reminded of."""
    values = {"state": "withdrawn", "waits": "", "changed_at": at}
    db.execute(update(report).where(report.c.id == report_id).values(values))
    db.execute(update(origin).where(origin.c.report_id == report_id).values(state="closed"))
    for table, before, after in (
        (reminder, "planned", "dropped"),
        (task, "open", "dropped"),
        (draft, "open", "settled"),
    ):
        mine = (table.c.report_id == report_id, table.c.state == before)
        db.execute(update(table).where(*mine).values(state=after))
