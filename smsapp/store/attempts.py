"""Requests to send an SMS: each is written before the gateway is asked, and again after."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, insert, literal, select, update

from smsapp.store.outbound import Outbound, move
from smsapp.store.tables import outbound, send_attempt

ROW_LIFE = timedelta(hours=72)  # no SMS is still being sent this long after it was made
MAY_HAVE_GONE = ("", "accepted", "ambiguous")  # verdicts; empty: its worker died


def begin_attempt(
    db: Connection, row: Outbound, owner: str, now: datetime, lease_until: datetime
) -> int | None:
    """Mark a claimed SMS as being sent. Returns the attempt, or None if it is ours no longer."""
    values = {
        "state": "sending",
        "attempts": outbound.c.attempts + 1,
        "sending_at": now,
        "lease_until": lease_until,
    }
    if not move(db, row.id, ("claimed",), values, owner):
        return None
    last = select(func.coalesce(func.max(send_attempt.c.number), 0)).where(
        send_attempt.c.outbound_id == row.id
    )
    attempt = {
        "outbound_id": row.id,
        "number": last.scalar_subquery() + literal(1),
        "cause": row.cause,
        "started_at": now,
    }
    adding = insert(send_attempt).values(attempt).returning(send_attempt.c.id)
    return int(db.execute(adding).scalar_one())


def end_attempt(db: Connection, attempt_id: int, values: dict[str, Any]) -> None:
    """Write down what became of an attempt."""
    db.execute(update(send_attempt).where(send_attempt.c.id == attempt_id).values(values))


def count_sent(
    db: Connection, row: Outbound, same_since: datetime, any_since: datetime
) -> tuple[int, int, int]:
    """How many SMS may have gone to this phone: of this text, of this kind, and of any.

    Until commit nobody else counts this phone's: eight threads would each see the third.
    """
    if db.dialect.name == "postgresql":  # SQLite has one writer
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(row.phone, 0))))
    same = and_(outbound.c.text_hash == row.text_hash, send_attempt.c.started_at >= same_since)
    kind = outbound.c.kind == row.kind
    query = (
        select(func.count(case((same, 1))), func.count(case((kind, 1))), func.count())
        .select_from(outbound.join(send_attempt))
        .where(
            outbound.c.phone == row.phone,
            outbound.c.created_at >= any_since - ROW_LIFE,
            send_attempt.c.started_at >= any_since,
            send_attempt.c.verdict.in_(MAY_HAVE_GONE),
        )
    )
    same_count, kind_count, any_count = db.execute(query).one()
    return same_count, kind_count, any_count


def last_verdicts(db: Connection, since: datetime, limit: int) -> list[str]:
    """What became of the latest attempts that ended, the newest first."""
    query = (
        select(send_attempt.c.verdict)
        .where(send_attempt.c.verdict != "", send_attempt.c.started_at >= since)
        .order_by(send_attempt.c.id.desc())
        .limit(limit)
    )
    return list(db.scalars(query))
