"""SMS that wait to go, and what became of each: the outbox."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    exists,
    select,
    update,
)

from smsapp import gsm
from smsapp.store.connect import each_insert
from smsapp.store.tables import alert, outbound, phone_number


@dataclass(frozen=True)
class NewOutbound:
    """An SMS to put into the outbox. `key` names what obliges us to send it, once and for all."""

    key: str
    kind: str  # alert danger answer reply reminder broadcast receipt
    phone: str
    text: str
    lane: str = "urgent"
    person_id: int | None = None
    alert_id: int | None = None
    alert_level: int | None = None
    report_id: int | None = None
    private: bool = False  # for its desk alone
    due_at: datetime | None = None  # None: now
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Outbound:
    """An SMS of the outbox."""

    id: int
    key: str
    lane: str
    kind: str
    phone: str
    text: str
    text_hash: str
    state: str
    delivery: str
    reason: str
    attempts: int
    resends: int
    cause: str
    due_at: datetime
    expires_at: datetime | None
    created_at: datetime
    person_id: int | None
    alert_id: int | None
    alert_level: int | None
    report_id: int | None


@dataclass(frozen=True)
class Undeliverable:
    """An SMS of an open alert that will not reach its person in time."""

    outbound_id: int
    alert_id: int
    alert_level: int
    person_id: int | None
    state: str
    reason: str


ADD_OUTBOUND = each_insert(
    outbound,
    lambda adding: adding.on_conflict_do_nothing(index_elements=["key"]).returning(
        outbound.c.id, outbound.c.key
    ),
)
ADD_ALL = each_insert(
    outbound,
    lambda adding: adding.on_conflict_do_nothing(index_elements=["key"]).execution_options(
        preserve_rowcount=True
    ),
)
COLUMNS = tuple(outbound.c[field.name] for field in fields(Outbound))


def add_outbound(
    db: Connection, rows: Sequence[NewOutbound], now: datetime, alerts_end: datetime
) -> dict[str, int]:
    """Put these in, in one statement. Returns the id by key of each; a key that exists has none.

    Alerts without an end of their own are of use until `alerts_end`.
    """
    if not rows:
        return {}
    found = db.execute(
        ADD_OUTBOUND[db.dialect.name], [_values(row, now, alerts_end) for row in rows]
    )
    return {key: outbound_id for outbound_id, key in found}


def add_all(
    db: Connection, rows: Sequence[NewOutbound], now: datetime, alerts_end: datetime
) -> int:
    """The same of many, and no ids: row by row, which costs the driver a fifth. Gives how many."""
    if not rows:
        return 0
    values = [_values(row, now, alerts_end) for row in rows]
    return db.execute(ADD_ALL[db.dialect.name], values).rowcount


def _values(row: NewOutbound, now: datetime, alerts_end: datetime) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return values | {
        "text_hash": hashlib.sha256(row.text.encode()).hexdigest(),
        "segments": gsm.measure(row.text).segments,
        "state": "queued",
        "due_at": row.due_at or now,
        "expires_at": row.expires_at or (alerts_end if row.kind == "alert" else None),
        "created_at": now,
    }


def claim(
    db: Connection, lane: str, owner: str, now: datetime, lease_until: datetime, limit: int
) -> list[Outbound]:
    """Take up to `limit` due SMS of a lane, alerts first; nobody else gets them in the lease."""
    due = (
        select(outbound.c.id)
        .where(outbound.c.state == "queued", outbound.c.lane == lane, outbound.c.due_at <= now)
        .order_by(outbound.c.kind != "alert", outbound.c.due_at, outbound.c.id)
        .limit(limit)
    )
    values = {"state": "claimed", "lease_owner": owner, "lease_until": lease_until}
    rows = db.execute(_take(db, due).values(values).returning(*COLUMNS)).mappings()
    return sorted(
        (Outbound(**row) for row in rows), key=lambda row: (row.kind != "alert", row.due_at, row.id)
    )


def _take(db: Connection, due: Any) -> Update:
    """SQLite has one writer; PostgreSQL skips the rows that another claimer holds.

    Materialised, because a sub-select that is run again can claim more than its limit.
    """
    if db.dialect.name == "sqlite":
        return update(outbound).where(outbound.c.id.in_(due), outbound.c.state == "queued")
    taken = due.with_for_update(skip_locked=True).cte("due").prefix_with("MATERIALIZED")
    return update(outbound).where(outbound.c.id == taken.c.id)


def give_back(db: Connection, ids: Sequence[int], owner: str) -> None:
    """Return claimed SMS that nobody began to send."""
    mine = (outbound.c.state == "claimed", outbound.c.lease_owner == owner)
    db.execute(update(outbound).where(outbound.c.id.in_(ids), *mine).values(state="queued"))


def move(
    db: Connection,
    outbound_id: int,
    states: Sequence[str],
    values: dict[str, Any],
    owner: str | None = None,
) -> bool:
    """Change an SMS if it is in one of these states (and its lease is this owner's)."""
    here: list[ColumnElement[bool]] = [outbound.c.id == outbound_id, outbound.c.state.in_(states)]
    if owner is not None:
        here.append(outbound.c.lease_owner == owner)
    return db.execute(update(outbound).where(*here).values(values)).rowcount == 1


def outbound_by_id(db: Connection, outbound_id: int, *, lock: bool = False) -> Outbound | None:
    """The SMS with this id; with `lock`, nobody else changes it until commit."""
    query = select(*COLUMNS).where(outbound.c.id == outbound_id)
    row = db.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else Outbound(**row)


def undeliverable(
    db: Connection, stuck_attempts: int, resends: int, unheard_since: datetime
) -> list[Undeliverable]:
    """The SMS of open alerts that failed, wait for a person, do not leave, or go to a number on
    which nobody was heard since then.
    """
    mine = (phone_number.c.phone == outbound.c.phone) & phone_number.c.until.is_(None)
    mine &= phone_number.c.person_id == outbound.c.person_id
    lost = (
        outbound.c.state.in_(("failed", "expired", "dead", "held", "discarded"))
        | and_(outbound.c.state == "accepted", outbound.c.delivery == "absent")
        | and_(outbound.c.state == "unknown", outbound.c.resends >= resends)
        | and_(outbound.c.state == "queued", outbound.c.attempts >= stuck_attempts)
        | exists().where(mine, phone_number.c.heard_at < unheard_since)
    )
    query = (
        select(
            outbound.c.id.label("outbound_id"),
            outbound.c.alert_id,
            outbound.c.alert_level,
            outbound.c.person_id,
            outbound.c.state,
            outbound.c.reason,
        )
        .select_from(alert.join(outbound, outbound.c.alert_id == alert.c.id))
        .where(alert.c.state == "raised", outbound.c.alert_level.is_not(None), lost)
        .order_by(outbound.c.id)
    )
    return [Undeliverable(**row) for row in db.execute(query).mappings()]
