"""Callbacks as they came, and how far they were read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import inbound


@dataclass(frozen=True)
class Unread:
    """A callback to read. `attempts` counts this reading."""

    id: int
    kind: str
    raw: bytes
    attempts: int


def add_inbound(db: Connection, key: str, kind: str, raw: bytes, now: datetime) -> bool:
    """Store a callback. Returns False if it was there already."""
    values = {"key": key, "kind": kind, "raw": raw, "received_at": now, "due_at": now}
    adding = insert_into(db, inbound).values(values)
    adding = adding.on_conflict_do_nothing(index_elements=["key"])
    return db.scalar(adding.returning(inbound.c.id)) is not None


def claim_unread(
    db: Connection, now: datetime, again_at: datetime, limit: int, *, fresh: bool
) -> list[Unread]:
    """Take due callbacks, never tried ones (`fresh`) or others; they are due again at `again_at`.

    The attempt counts before the work, so that a callback that kills its reader is given up.
    """
    tried = inbound.c.attempts == 0 if fresh else inbound.c.attempts > 0
    due = (
        select(inbound.c.id)
        .where(inbound.c.state == "new", inbound.c.due_at <= now, tried)
        .order_by(inbound.c.due_at, inbound.c.id)
        .limit(limit)
    )
    values = {"attempts": inbound.c.attempts + 1, "due_at": again_at}
    if db.dialect.name == "sqlite":
        taking = update(inbound).where(inbound.c.id.in_(due), inbound.c.state == "new")
    else:
        taken = due.with_for_update(skip_locked=True).cte("due").prefix_with("MATERIALIZED")
        taking = update(inbound).where(inbound.c.id == taken.c.id)
    columns = (inbound.c.id, inbound.c.kind, inbound.c.raw, inbound.c.attempts)
    rows = db.execute(taking.values(values).returning(*columns)).mappings()
    return sorted((Unread(**row) for row in rows), key=lambda row: row.id)


def finish(db: Connection, inbound_id: int, state: str, now: datetime, error: str = "") -> bool:
    """Leave state new. Returns False if another reader did so; its transaction is waited for."""
    values = {"state": state, "done_at": now, "error": error}
    return _change(db, inbound_id, values)


def postpone(db: Connection, inbound_id: int, due_at: datetime, error: str) -> bool:
    """Try again at `due_at`; `error` holds no content."""
    return _change(db, inbound_id, {"due_at": due_at, "error": error})


def renew(db: Connection, now: datetime) -> int:
    """Those that could not be read are to be read again, from the first try. Gives how many."""
    again = {"state": "new", "attempts": 0, "due_at": now, "done_at": None, "error": ""}
    return db.execute(update(inbound).where(inbound.c.state == "error").values(again)).rowcount


def note_sms(db: Connection, inbound_id: int, phone: str, text: str) -> None:
    """Keep an SMS as read, for lists and search."""
    db.execute(update(inbound).where(inbound.c.id == inbound_id).values(phone=phone, text=text))


def note_sender(db: Connection, inbound_id: int, phone: str, person_id: int | None) -> None:
    """Write down who sent it: the number as E.164, and whose it is."""
    values = {"phone": phone, "person_id": person_id}
    db.execute(update(inbound).where(inbound.c.id == inbound_id).values(values))


def sender_before(db: Connection, inbound_id: int) -> int | None:
    """Who sent it, where that was said since it came, or when it was read before."""
    return db.scalar(select(inbound.c.person_id).where(inbound.c.id == inbound_id))


def keep_for_who(db: Connection, inbound_id: int) -> None:
    """It waits for the word who sent it."""
    db.execute(update(inbound).where(inbound.c.id == inbound_id).values(state="who"))


def _for_who(phone: str, since: datetime) -> ColumnElement[bool]:
    here = (inbound.c.phone == phone) & (inbound.c.state == "who")
    return here & (inbound.c.received_at >= since)


def waits(db: Connection, phone: str, since: datetime) -> bool:
    """Whether an SMS of this phone waits for the word who sent it."""
    return db.scalar(select(inbound.c.id).where(_for_who(phone, since)).limit(1)) is not None


def name_sender(db: Connection, phone: str, person_id: int, since: datetime, now: datetime) -> bool:
    """What waits is hers, and is to be read now. False: nothing waits."""
    again = {"state": "new", "attempts": 0, "due_at": now, "done_at": None, "person_id": person_id}
    return db.execute(update(inbound).where(_for_who(phone, since)).values(again)).rowcount > 0


def note_unread(db: Connection, inbound_id: int, word: str) -> str:
    """Write down the word that nobody understood, empty for none. Gives what stood there before."""
    row = inbound.c.id == inbound_id
    before: str = db.scalars(select(inbound.c.unread).where(row)).one()
    if before != word:
        db.execute(update(inbound).where(row).values(unread=word))
    return before


def mark_private(db: Connection, inbound_id: int) -> None:
    """From here on it is for its desk alone."""
    db.execute(update(inbound).where(inbound.c.id == inbound_id).values(private=True))


def repeats(db: Connection, inbound_id: int, phone: str, since: datetime) -> int:
    """How often this phone sent this very text before, since then."""
    own = select(inbound.c.text).where(inbound.c.id == inbound_id).scalar_subquery()
    query = select(func.count()).where(
        inbound.c.phone == phone,
        inbound.c.received_at >= since,
        inbound.c.id < inbound_id,
        inbound.c.text == own,
    )
    return db.scalar(query) or 0


def texts_since(db: Connection, person_id: int, since: datetime) -> list[str]:
    """What this person sent by SMS since then, newest first; the one being read is among them."""
    query = select(inbound.c.text).where(
        inbound.c.person_id == person_id,
        inbound.c.received_at >= since,
        inbound.c.kind == "sms",
        inbound.c.state == "done",
        inbound.c.private.is_(False),
    )
    return list(db.scalars(query.order_by(inbound.c.received_at.desc(), inbound.c.id.desc())))


def _change(db: Connection, inbound_id: int, values: dict[str, Any]) -> bool:
    new = (inbound.c.id == inbound_id, inbound.c.state == "new")
    return db.execute(update(inbound).where(*new).values(values)).rowcount == 1
