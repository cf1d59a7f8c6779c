"""The network's words on SMS we sent, matched to the SMS or not yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import delivery_report, outbound, send_attempt


@dataclass(frozen=True)
class Unmatched:
    """A delivery report that no SMS has been found for."""

    id: int
    provider_id: str
    phone: str
    status: str
    received_at: datetime


def add_report(db: Connection, values: dict[str, Any]) -> int | None:
    """Store a delivery report. None: the same one was there."""
    statement = insert_into(db, delivery_report).values(values)
    same = ["provider_id", "word", "reason"]
    adding = statement.on_conflict_do_nothing(index_elements=same)
    report_id: int | None = db.scalar(adding.returning(delivery_report.c.id))
    return report_id


def outbound_sent_as(db: Connection, provider_id: str) -> int | None:
    """The SMS that the gateway calls by this id, in whichever attempt."""
    sent_as = (send_attempt.c.provider_id == provider_id, send_attempt.c.provider_id != "")
    outbound_id: int | None = db.scalar(select(send_attempt.c.outbound_id).where(*sent_as))
    return outbound_id


def doubtful_to(db: Connection, phone: str, since: datetime) -> list[int]:
    """SMS to this phone that may have gone since then; all of them, if one is being sent now."""
    query = select(outbound.c.id).where(
        outbound.c.phone == phone,
        outbound.c.sending_at >= since,
        outbound.c.state.in_(("unknown", "sending")),
    )
    return list(db.scalars(query))


def unmatched(db: Connection, since: datetime, limit: int) -> list[Unmatched]:
    """Reports without an SMS, oldest first."""
    query = (
        select(*(delivery_report.c[name] for name in Unmatched.__dataclass_fields__))
        .where(delivery_report.c.outbound_id.is_(None), delivery_report.c.received_at >= since)
        .order_by(delivery_report.c.received_at, delivery_report.c.id)
        .limit(limit)
    )
    return [Unmatched(**row) for row in db.execute(query).mappings()]


def unmatched_as(db: Connection, provider_id: str) -> list[Unmatched]:
    """Reports that came before we knew this id."""
    query = select(*(delivery_report.c[name] for name in Unmatched.__dataclass_fields__)).where(
        delivery_report.c.provider_id == provider_id, delivery_report.c.outbound_id.is_(None)
    )
    return [Unmatched(**row) for row in db.execute(query).mappings()]


def match(db: Connection, report_id: int, outbound_id: int, *, inferred: bool) -> None:
    """Join a report and its SMS."""
    db.execute(
        update(delivery_report)
        .where(delivery_report.c.id == report_id)
        .values(outbound_id=outbound_id, inferred=inferred)
    )


def name_last_attempt(db: Connection, outbound_id: int, provider_id: str) -> None:
    """Give the latest attempt the id the network used, so that later reports find it."""
    last = (
        select(send_attempt.c.id)
        .where(send_attempt.c.outbound_id == outbound_id, send_attempt.c.provider_id == "")
        .order_by(send_attempt.c.number.desc())
        .limit(1)
    )
    db.execute(
        update(send_attempt).where(send_attempt.c.id.in_(last)).values(provider_id=provider_id)
    )
    db.execute(update(outbound).where(outbound.c.id == outbound_id).values(provider_id=provider_id))
