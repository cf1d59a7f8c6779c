"""Emptying what people wrote, a batch at a time; the rows stay for the figures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, String, cast, func, select, update

from smsapp.store.tables import broadcast, errand, inbound, outbound

OVER = ("done", "ignored")  # states of a callback that nobody has to look at
FINAL = ("delivered", "failed", "no_report", "expired", "discarded")  # of an SMS: nothing to decide


def empty_inbound(db: Connection, before: datetime, most: int) -> int:
    """Callbacks received before then: their bodies, their texts, the words nobody understood."""
    old = (
        select(inbound.c.id)
        .where(func.length(inbound.c.raw) > 0, inbound.c.received_at < before)
        .where(inbound.c.state.in_(OVER))
    )
    row = inbound.c.id.in_(_oldest(old, inbound.c.received_at, most))
    return db.execute(update(inbound).where(row).values(raw=b"", text="", unread="")).rowcount


def empty_outbound(db: Connection, before: datetime, most: int) -> int:
    """SMS made before then whose fate is known."""
    old = select(outbound.c.id).where(
        outbound.c.text != "", outbound.c.created_at < before, outbound.c.state.in_(FINAL)
    )
    row = outbound.c.id.in_(_oldest(old, outbound.c.created_at, most))
    return db.execute(update(outbound).where(row).values(text="", text_hash="")).rowcount


def empty_errands(db: Connection, before: datetime, most: int) -> int:
    """What supervisors wrote before then: the ref stands in its place, one a message."""
    old = select(errand.c.id).where(
        errand.c.text != errand.c.ref, errand.c.state != "planned", errand.c.created_at < before
    )
    row = errand.c.id.in_(_oldest(old, errand.c.created_at, most))
    return db.execute(update(errand).where(row).values(text=errand.c.ref)).rowcount


def empty_broadcasts(db: Connection, before: datetime, most: int) -> int:
    """What was broadcast before then, once everybody has it."""
    old = select(broadcast.c.id).where(
        cast(broadcast.c.texts, String) != "{}",
        broadcast.c.state == "done",
        broadcast.c.sent_at < before,
    )
    row = broadcast.c.id.in_(_oldest(old, broadcast.c.sent_at, most))
    return db.execute(update(broadcast).where(row).values(texts={})).rowcount


def _oldest(rows: Select[Any], at: Any, most: int) -> Any:
    return rows.order_by(at).limit(most).scalar_subquery()
