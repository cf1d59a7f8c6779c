"""What calls and SMS of a period cost: what is kept of each, by person and by index."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, select

from smsapp.store.figures import Moments
from smsapp.store.tables import inbound, outbound


def segments(db: Connection, ids: Collection[int], moments: Moments) -> list[tuple[str, int]]:
    """Number and segments of each SMS to these people that the gateway took in the month."""
    query = select(outbound.c.phone, outbound.c.segments).where(
        outbound.c.person_id.in_(ids),
        outbound.c.created_at >= moments[0],
        outbound.c.created_at < moments[1],
        outbound.c.accepted_at.is_not(None),
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def call_ends(db: Connection, ids: Collection[int], moments: Moments) -> Iterator[bytes]:
    """The gateway's word on each call of theirs, as it came."""
    query = select(inbound.c.raw).where(
        inbound.c.person_id.in_(ids),
        inbound.c.received_at >= moments[0],
        inbound.c.received_at < moments[1],
        inbound.c.kind == "call_end",
    )
    yield from db.scalars(query)
