"""Who holds which number, and since when: one may have several, and several may share one."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    String,
    bindparam,
    exists,
    insert,
    select,
    update,
)

from smsapp.store.tables import Id, UtcTime, person, phone_number

FINE = timedelta(days=1)
Held = tuple[int, str]  # a person's id, and an E.164 number of hers

NOW_HELD = phone_number.c.until.is_(None)
THIS = NOW_HELD & (phone_number.c.person_id == bindparam("who"))
THIS_NUMBER = THIS & (phone_number.c.phone == bindparam("number"))


def _insert() -> Insert:
    at = bindparam("at", type_=UtcTime)
    values = select(bindparam("number", type_=String), bindparam("who", type_=Id), at, at).where(
        ~exists().where(THIS_NUMBER)
    )
    return insert(phone_number).from_select(["phone", "person_id", "since", "heard_at"], values)


HOLD = _insert()
RELEASE = update(phone_number).where(THIS_NUMBER).values(until=bindparam("at"))
DATE = update(phone_number).where(THIS_NUMBER).values(since=bindparam("at"))
RELEASE_ALL = update(phone_number).where(THIS).values(until=bindparam("at"))


def hold(db: Connection, wanted: Collection[Held], at: datetime) -> None:
    """These numbers are theirs from now on; one that is hers already stays as it is."""
    rows = [{"who": who, "number": number, "at": at} for who, number in sorted(wanted)]
    if rows:
        db.execute(HOLD, rows)


def heard(db: Connection, person_id: int, phone: str, now: datetime) -> None:
    """She dialled or texted on this number. Written once a day: nothing needs it finer."""
    stale = THIS_NUMBER & (phone_number.c.heard_at < bindparam("before"))
    values = {"who": person_id, "number": phone, "at": now, "before": now - FINE}
    db.execute(update(phone_number).where(stale).values(heard_at=bindparam("at")), values)


def is_unheard(since: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether on the number she is told on nobody was heard since then."""
    hers = (phone_number.c.person_id == person.c.id) & (phone_number.c.phone == person.c.phone)
    return exists().where(hers, NOW_HELD, phone_number.c.heard_at < since)


def unheard(db: Connection, ids: Collection[int], since: datetime) -> set[int]:
    """Those of these people on whose number nobody was heard since then."""
    return set(db.scalars(select(person.c.id).where(person.c.id.in_(ids), is_unheard(since))))


def date_since(db: Connection, days: Mapping[Held, datetime]) -> None:
    """The day from which each of these numbers is hers, as the programme knows it."""
    rows = [{"who": who, "number": number, "at": at} for (who, number), at in sorted(days.items())]
    if rows:
        db.execute(DATE, rows)


def everybodys(db: Connection) -> dict[int, dict[str, datetime]]:
    """All numbers held now, by person, with the moment since when: for imports, never for a hop."""
    held: dict[int, dict[str, datetime]] = {}
    columns = (phone_number.c.person_id, phone_number.c.phone, phone_number.c.since)
    for person_id, phone, since in db.execute(select(*columns).where(NOW_HELD)):
        held.setdefault(person_id, {})[phone] = since
    return held


def release(db: Connection, given_up: Collection[Held], at: datetime) -> None:
    """These numbers are theirs no longer."""
    rows = [{"who": who, "number": number, "at": at} for who, number in sorted(given_up)]
    if rows:
        db.execute(RELEASE, rows)


def release_all(db: Connection, ids: Collection[int], at: datetime) -> None:
    """These people hold no number any more."""
    if ids:
        db.execute(RELEASE_ALL, [{"who": who, "at": at} for who in sorted(ids)])


def set_opted_out(db: Connection, phone: str, *, opted_out: bool) -> bool:
    """Note STOP or START of this number. False: nobody holds it."""
    holders = select(phone_number.c.person_id).where(NOW_HELD, phone_number.c.phone == phone)
    done = db.execute(update(person).where(person.c.id.in_(holders)).values(opted_out=opted_out))
    return done.rowcount > 0
