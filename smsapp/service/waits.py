"""What waits for an answer of a supervisor, a facility, a district or a desk.

Alerts stand first, then the rest, each oldest first: forty orders hide no child in danger.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from smsapp.service import alerts, queries, recalls, supply
from smsapp.store.people import Person
from smsapp.store.queries import Query

QUERIES = {"numbers": "number", "calls": "call", "desk": "desk"}  # flow -> what it answers


@dataclass(frozen=True)
class Waiting:
    """One thing. `flow` is what answers it; `whose` the place or the person it comes from."""

    flow: str
    ref: str
    whose: str
    at: datetime
    query: Query | None = None


def waiting_for(db: Connection, person: Person, now: datetime) -> list[Waiting]:
    """All that this person was told and nobody has answered yet."""
    found = [
        Waiting("alerts", one.ref, one.place_short, one.raised_at)
        for one in alerts.open_alerts(db, person)
    ]
    found += [
        Waiting("orders", one.ref, one.place_short, one.requested_at)
        for one in supply.open_requests(db, person, now)
    ]
    found += [
        Waiting("recall", one.recall.ref, one.recall.lot, one.recall.at)
        for one in recalls.waiting(db, person)
    ]
    found += [
        Waiting(flow, one.query.ref, one.chw_short, one.query.asked_at, one.query)
        for flow, kind in QUERIES.items()
        for one in queries.waiting_for(db, person, kind)
    ]
    return sorted(found, key=lambda one: (one.flow != "alerts", one.at))
