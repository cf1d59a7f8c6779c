"""The audit: who did what to which object, why, and from where. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from smsapp.store.tables import audit

REASON_LENGTH = 200  # characters: the column's width
OBJECT_LENGTH = 80


def add_audit(
    db: Connection,
    at: datetime,
    *,
    actor: str,
    action: str,
    object: str,
    before: str = "",
    after: str = "",
    reason: str = "",
    address: str = "",
) -> None:
    """Add one row. `object` names a thing as `kind:id`."""
    db.execute(
        insert(audit).values(
            at=at,
            actor=actor,
            action=action,
            object=object[:OBJECT_LENGTH],
            before=before,
            after=after,
            reason=reason[:REASON_LENGTH],
            address=address,
        )
    )


def count_audit(db: Connection, object: str, action: str, since: datetime) -> int:
    """How often this was done to this object since then."""
    return (
        db.scalar(
            select(func.count())
            .select_from(audit)
            .where(audit.c.object == object, audit.c.action == action, audit.c.at >= since)
        )
        or 0
    )
