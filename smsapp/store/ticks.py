"""Slots of the schedule: each is taken once, however many clocks run."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from smsapp.store.connect import insert_into
from smsapp.store.tables import tick


def take_slot(db: Connection, name: str, slot: str, now: datetime) -> bool:
    """Take a slot in the transaction that does its work. Returns False if it was taken."""
    statement = insert_into(db, tick).values(name=name, slot=slot, at=now)
    return db.scalar(statement.on_conflict_do_nothing().returning(tick.c.name)) is not None


def last_slot(db: Connection, name: str) -> datetime | None:
    """When a slot of this name was last taken."""
    at: datetime | None = db.scalar(select(func.max(tick.c.at)).where(tick.c.name == name))
    return at


def forget_slots(db: Connection, before: datetime) -> int:
    """Drop slots older than this; none of them can come again."""
    return db.execute(delete(tick).where(tick.c.at < before)).rowcount
