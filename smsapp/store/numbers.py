"""Who holds which number, and since when: one may have several, and several may share one."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import (
    Connection,
    Insert,
    String,
    bindparam,
    exists,
    insert,
    literal,
    select,
    update,
)

from smsapp.store.tables import Id, UtcTime, person, phone_number

Held = tuple[int, str]  # a person's id, and an E.164 number of hers

NOW_HELD = phone_number.c.until.is_(None)
THIS = NOW_HELD & (phone_number.c.person_id == bindparam("who"))
THIS_NUMBER = THIS & (phone_number.c.phone == bindparam("number"))


def _insert() -> Insert:
    at = bindparam("at", type_=UtcTime)
    values = select(
        bindparam("number", type_=String), bindparam("who", type_=Id), at, at, literal(0)
    ).where(~exists().where(THIS_NUMBER))
    return insert(phone_number).from_select(
        ["phone", "person_id", "since", "heard_at", "asked"], values
    )


HOLD = _insert()
RELEASE = update(phone_number).where(THIS_NUMBER).values(until=bindparam("at"))
DATE = update(phone_number).where(THIS_NUMBER).values(since=bindparam("at"))
RELEASE_ALL = update(phone_number).where(THIS).values(until=bindparam("at"))


def hold(db: Connection, wanted: Collection[Held], at: datetime) -> None:
    """These numbers are theirs from now on; one that is hers already stays as it is."""
    rows = [{"who": who, "number": number, "at": at} for who, number in sorted(wanted)]
    if rows:
        db.execute(HOLD, rows)


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
