"""Broadcasts: what is said, who is meant, and how far the sending has come."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, exists, func, insert, select, update

from smsapp.store.catchment import UNDER
from smsapp.store.tables import (
    broadcast,
    broadcast_recipient,
    outbound,
    person,
    phone_number,
    place,
    report,
)

KEY = "broadcast:{}:{}"  # of an SMS: the broadcast and the person, once and for all
UNDER_WAY = ("writing", "sending")  # states in which the clock has something to do


@dataclass(frozen=True)
class Broadcast:
    """One broadcast as stored."""

    id: int
    texts: dict[str, str]
    audience: dict[str, Any]
    state: str
    by: str
    made_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Meant:
    """Somebody of an audience, as she stands now."""

    id: int
    phone: str
    language: str
    active: bool
    opted_out: bool
    training: bool
    heard_at: datetime | None  # when her number was heard last; None: not known


def add(db: Connection, **values: Any) -> int:
    """Write a draft; gives its id."""
    made: int = db.scalars(insert(broadcast).values(values).returning(broadcast.c.id)).one()
    return made


def by_id(
    db: Connection, broadcast_id: int, *, lock: bool = False, free: bool = False
) -> Broadcast | None:
    """The broadcast with this id; with `lock`, nobody else changes it until commit.

    With `free` too: None where somebody else has locked it.
    """
    query = select(broadcast).where(broadcast.c.id == broadcast_id)
    row = db.execute(query.with_for_update(skip_locked=free) if lock else query).one_or_none()
    return Broadcast(**row._mapping) if row else None


def latest(db: Connection, limit: int) -> list[Broadcast]:
    """The latest broadcasts first."""
    rows = db.execute(select(broadcast).order_by(broadcast.c.id.desc()).limit(limit))
    return [Broadcast(**row._mapping) for row in rows]


def under_way(db: Connection) -> list[int]:
    """Those that are being written down or sent, oldest first."""
    query = select(broadcast.c.id).where(broadcast.c.state.in_(UNDER_WAY))
    return list(db.scalars(query.order_by(broadcast.c.id)))


def change(db: Connection, broadcast_id: int, **values: Any) -> None:
    """Write how it stands."""
    db.execute(update(broadcast).where(broadcast.c.id == broadcast_id).values(values))


def places(db: Connection, codes: Collection[str]) -> dict[str, int]:
    """The ids of these codes; a code that no place has is left out."""
    rows = db.execute(select(place.c.code, place.c.id).where(place.c.code.in_(codes)))
    return {row.code: row.id for row in rows}


@dataclass(frozen=True)
class Whom:
    """Who is meant. `places`: at these; None means anywhere. `known_by`: who was there by then.

    `silent_since`: only who has reported nothing since then; what is for a desk alone is no report
    that anybody may see.
    """

    places: Collection[int] | None
    roles: Collection[str]
    silent_since: datetime | None
    known_by: datetime


def people_after(db: Connection, whom: Whom, now: datetime, after: int, limit: int) -> list[Meant]:
    """The next who are meant, by id, whether they can be told or not."""
    query = _meant_in(whom.roles).where(person.c.id > after).limit(limit)
    query = query.where(person.c.created_at <= whom.known_by)
    if whom.places is not None:
        query = query.where(person.c.place_id.in_(whom.places))
    if whom.silent_since is not None:
        told = exists().where(
            report.c.person_id == person.c.id,
            report.c.opened_at >= whom.silent_since,
            report.c.private.is_(False),
        )
        query = query.where(~told)
    return [_meant(row, now) for row in db.execute(query)]


def people(
    db: Connection, roles: Collection[str], now: datetime, ids: Collection[int]
) -> list[Meant]:
    """Of these people those of these roles, by id, as they stand now."""
    rows = db.execute(_meant_in(roles).where(person.c.id.in_(ids)))
    return [_meant(row, now) for row in rows]


def _meant_in(roles: Collection[str]) -> Select[Any]:
    number = (phone_number.c.person_id == person.c.id) & (phone_number.c.phone == person.c.phone)
    return (
        select(person, phone_number.c.heard_at)
        .outerjoin(phone_number, number & phone_number.c.until.is_(None))
        .where(person.c.role.in_(roles))
        .order_by(person.c.id)
    )


def under(db: Connection, tops: Collection[int]) -> set[int]:
    """These places and all below them."""
    found = set(tops)
    for top in tops:
        found |= set(db.scalars(select(UNDER.c.id), {"top": top}))
    return found


def _meant(row: Any, now: datetime) -> Meant:
    trains = row.training and (row.training_until is None or row.training_until > now)
    values = {name.name: row._mapping[name.name] for name in fields(Meant)}
    return Meant(**{**values, "phone": row.phone or "", "training": trains})


def freeze(db: Connection, broadcast_id: int, rows: Iterable[tuple[int, str]]) -> None:
    """Write down who gets it, with the language of the text that is hers."""
    names = ("person_id", "language")
    values = [
        {**dict(zip(names, row, strict=True)), "broadcast_id": broadcast_id, "state": "waiting"}
        for row in rows
    ]
    if values:
        db.execute(insert(broadcast_recipient), values)


def written_up_to(db: Connection, broadcast_id: int) -> int:
    """The highest id of a person who is written down; 0: nobody yet."""
    query = select(func.max(broadcast_recipient.c.person_id)).where(_of(broadcast_id))
    return db.scalar(query) or 0


def phones_told(db: Connection, broadcast_id: int, phones: Collection[str], up_to: int) -> set[str]:
    """Of these phones those of somebody who is written down, up to this id of a person.

    In two statements: the database does not know yet how many are written down, and would read
    them all in each page.
    """
    hers = (phone_number.c.person_id == person.c.id) & (phone_number.c.phone == person.c.phone)
    query = select(person.c.id, person.c.phone).join(phone_number, hers)
    query = query.where(phone_number.c.phone.in_(phones), phone_number.c.until.is_(None))
    found = {row.id: row.phone for row in db.execute(query.where(person.c.id <= up_to))}
    if not found:
        return set()
    mine = _of(broadcast_id) & broadcast_recipient.c.person_id.in_(found)
    return {found[one] for one in db.scalars(select(broadcast_recipient.c.person_id).where(mine))}


def next_waiting(db: Connection, broadcast_id: int, limit: int) -> list[int]:
    """The next who wait for it, those with one text together; no other clock takes them."""
    query = (
        select(broadcast_recipient.c.person_id)
        .where(_of(broadcast_id), broadcast_recipient.c.state == "waiting")
        .order_by(broadcast_recipient.c.language, broadcast_recipient.c.person_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(db.scalars(query))


def _of(broadcast_id: int) -> Any:
    return broadcast_recipient.c.broadcast_id == broadcast_id


def settle(
    db: Connection, broadcast_id: int, ids: Collection[int], state: str, why: str = ""
) -> None:
    """What became of these people."""
    mine = _of(broadcast_id) & broadcast_recipient.c.person_id.in_(ids)
    db.execute(update(broadcast_recipient).where(mine).values(state=state, why=why))


def _queued(broadcast_id: int) -> Any:
    """Its SMS that wait in the lane and were never tried."""
    return and_(
        outbound.c.state == "queued",
        outbound.c.lane == "bulk",
        outbound.c.kind == "broadcast",
        outbound.c.attempts == 0,
        outbound.c.key.startswith(KEY.format(broadcast_id, ""), autoescape=True),
    )


def any_queued(db: Connection, broadcast_id: int) -> bool:
    """Whether some of it still waits in the lane."""
    query = select(outbound.c.id).where(_queued(broadcast_id)).limit(1)
    return db.scalar(query) is not None


def count_queued(db: Connection, broadcast_id: int) -> int:
    """How many of it still wait in the lane."""
    query = select(func.count()).select_from(outbound).where(_queued(broadcast_id))
    return db.scalar(query) or 0


def recall(db: Connection, broadcast_id: int) -> int:
    """Take back what waits in the outbox and was never tried: those people wait again."""
    taking = delete(outbound).where(_queued(broadcast_id)).returning(outbound.c.person_id)
    ids = list(db.scalars(taking))
    if ids:
        settle(db, broadcast_id, ids, "waiting")
    return len(ids)


def states(db: Connection, broadcast_id: int) -> dict[str, int]:
    """How many people stand in each state."""
    query = (
        select(broadcast_recipient.c.state, func.count().label("number"))
        .where(_of(broadcast_id))
        .group_by(broadcast_recipient.c.state)
    )
    return {row.state: row.number for row in db.execute(query)}
