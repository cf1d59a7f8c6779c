"""What a person sent lately, as she may ask for it, repeat it or correct it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from smsapp.store.reports import Report, report_by_id
from smsapp.store.tables import report


def last_sent(db: Connection, person_id: int, flows: Sequence[str]) -> Report | None:
    """The last report of these flows that she sent and that stands; nothing for a desk alone."""
    query = (
        select(report.c.id)
        .where(
            report.c.person_id == person_id,
            report.c.flow.in_(flows),
            report.c.state != "withdrawn",
            report.c.private.is_(False),
        )
        .order_by(report.c.opened_at.desc(), report.c.id.desc())
        .limit(1)
    )
    found = db.scalar(query)
    return None if found is None else report_by_id(db, found)


def sent_since(db: Connection, person_id: int, flow: str, since: datetime) -> list[Report]:
    """Her reports of a flow since then that stand, newest first."""
    query = (
        select(report.c.id)
        .where(
            report.c.person_id == person_id,
            report.c.flow == flow,
            report.c.state != "withdrawn",
            report.c.opened_at >= since,
        )
        .order_by(report.c.opened_at.desc(), report.c.id.desc())
    )
    return [report_by_id(db, report_id) for report_id in db.scalars(query)]
