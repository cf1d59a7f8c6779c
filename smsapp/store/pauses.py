"""Lanes that hold their SMS back: for a refusal that would meet every SMS, or for an operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, delete, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import pause

REASON_LENGTH = 200  # characters: the column's width


@dataclass(frozen=True)
class Pause:
    """A lane held back. `until` None: until a person resumes it; past: the next SMS is a probe."""

    lane: str
    reason: str
    tries: int
    since: datetime
    until: datetime | None


def pause_of(db: Connection, lane: str) -> Pause | None:
    """What holds this lane back."""
    row = db.execute(select(pause).where(pause.c.lane == lane)).mappings().first()
    return None if row is None else Pause(**row)


def hold(
    db: Connection, lanes: Sequence[str], reason: str, now: datetime, until: datetime | None
) -> None:
    """Hold lanes back. A later end stays, and so does a pause that only a person may end."""
    statement = insert_into(db, pause)
    new = statement.excluded
    end = case(
        (new.until.is_(None), None), (pause.c.until > new.until, pause.c.until), else_=new.until
    )
    rows = [
        {"lane": lane, "reason": reason[:REASON_LENGTH], "tries": 0, "since": now, "until": until}
        for lane in lanes
    ]
    db.execute(
        statement.on_conflict_do_update(
            index_elements=["lane"],
            set_={"reason": new.reason, "until": end},
            where=pause.c.until.is_not(None),
        ),
        rows,
    )


def probe(db: Connection, lane: str, until: datetime) -> None:
    """One SMS tries whether the gateway takes us again; the next may at `until`."""
    db.execute(
        update(pause)
        .where(pause.c.lane == lane, pause.c.until.is_not(None))
        .values(tries=pause.c.tries + 1, until=until)
    )


def lift_probed(db: Connection) -> None:
    """The gateway took an SMS again: one account serves all lanes."""
    db.execute(delete(pause).where(pause.c.until.is_not(None)))


def lift(db: Connection, lane: str) -> bool:
    """A person resumes a lane. Returns False if nothing held it."""
    return db.execute(delete(pause).where(pause.c.lane == lane)).rowcount == 1
