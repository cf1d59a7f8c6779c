"""People and places: who somebody is, where, under whom, and who stands above."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)

from smsapp.store.tables import person, phone_number, place


@dataclass(frozen=True)
class Person:
    """Somebody of the programme, as she stands at the moment of the question."""

    id: int
    code: str
    name: str
    short: str  # at most 12 GSM-7 characters, as SMS and screens show it
    phone: str  # E.164, on which she is told; empty: none known
    role: str
    language: str
    place_id: int
    place_short: str
    facility_id: int | None  # the place of kind facility at or right above hers
    supervisor_id: int | None
    deputy_id: int | None  # who stands in for her
    active: bool
    training: bool  # at that moment: an expired mark is none
    opted_out: bool
    tips: bool  # a protocol reminder each week
    guided: bool  # one tick a screen


def _people() -> Select[tuple[object, ...]]:
    own, parent = place.alias("own"), place.alias("parent")
    facility = case(
        (own.c.kind == "facility", own.c.id),
        (parent.c.kind == "facility", parent.c.id),
    )
    return (
        select(person, own.c.short.label("place_short"), facility.label("facility_id"))
        .join(own, own.c.id == person.c.place_id)
        .outerjoin(parent, parent.c.id == own.c.parent_id)
    )


PEOPLE = _people()  # built once: building it costs more than running it
BY_PHONE = (
    PEOPLE.join(phone_number, phone_number.c.person_id == person.c.id)
    .where(phone_number.c.phone == bindparam("wanted"), phone_number.c.until.is_(None))
    .order_by(person.c.id)
)
BY_ID = PEOPLE.where(person.c.id == bindparam("wanted"))
IN_PLACES = PEOPLE.where(
    person.c.role == bindparam("role"),
    person.c.place_id.in_(bindparam("places", expanding=True)),
    person.c.active,
).order_by(person.c.id)


def _person(row: Row[tuple[object, ...]], now: datetime) -> Person:
    return Person(
        id=row.id,
        code=row.code,
        name=row.name,
        short=row.short,
        phone=row.phone or "",
        role=row.role,
        language=row.language,
        place_id=row.place_id,
        place_short=row.place_short,
        facility_id=row.facility_id,
        supervisor_id=row.supervisor_id,
        deputy_id=row.deputy_id,
        active=row.active,
        training=row.training and (row.training_until is None or row.training_until > now),
        opted_out=row.opted_out,
        tips=row.tips,
        guided=row.guided,
    )


def people_by_phone(db: Connection, phone: str, now: datetime) -> list[Person]:
    """Who holds this E.164 number, active or not: one query, because every hop asks it."""
    return [_person(row, now) for row in db.execute(BY_PHONE, {"wanted": phone})]


def person_by_phone(db: Connection, phone: str, now: datetime) -> Person | None:
    """Who alone holds this E.164 number, active or not. None: nobody, or several share it."""
    found = people_by_phone(db, phone, now)
    return found[0] if len(found) == 1 else None


def person_by_id(db: Connection, person_id: int, now: datetime) -> Person | None:
    """The person of this id, active or not."""
    row = db.execute(BY_ID, {"wanted": person_id}).one_or_none()
    return _person(row, now) if row else None


def person_by_code(db: Connection, code: str, now: datetime) -> Person | None:
    """The person of the programme's own code, active or not."""
    row = db.execute(PEOPLE.where(person.c.code == code)).one_or_none()
    return _person(row, now) if row else None


def lock(db: Connection, person_id: int) -> None:
    """Nobody else changes what this person has, or is sent, before this transaction ends."""
    query = select(person.c.id).where(person.c.id == person_id)
    db.execute(query.with_for_update(key_share=True))


def people_by_codes(db: Connection, codes: Collection[str], now: datetime) -> list[Person]:
    """The people of these codes, active or not."""
    rows = db.execute(PEOPLE.where(person.c.code.in_(codes)).order_by(person.c.id))
    return [_person(row, now) for row in rows]


def people_by_ids(db: Connection, ids: Collection[int], now: datetime) -> list[Person]:
    """These people, by id."""
    rows = db.execute(PEOPLE.where(person.c.id.in_(ids)).order_by(person.c.id))
    return [_person(row, now) for row in rows]


def people_in(db: Connection, role: str, place_ids: Sequence[int], now: datetime) -> list[Person]:
    """The active people of a role at these places, phone or none, in the order they came."""
    rows = db.execute(IN_PLACES, {"role": role, "places": list(place_ids)})
    return [_person(row, now) for row in rows]


def everybody(db: Connection, now: datetime) -> list[Person]:
    """The whole programme, by code: for the command line, never for a hop."""
    return [_person(row, now) for row in db.execute(PEOPLE.order_by(person.c.code))]


def _up() -> Select[tuple[int]]:
    start = select(place.c.id, place.c.parent_id, literal(0).label("height"))
    up = start.where(place.c.id == bindparam("place_id")).cte("up", recursive=True)
    over = place.alias("over")
    up = up.union_all(
        select(over.c.id, over.c.parent_id, up.c.height + 1).join(up, over.c.id == up.c.parent_id)
    )
    return select(up.c.id).order_by(up.c.height)


UP = _up()


def above(db: Connection, place_id: int) -> list[int]:
    """This place and those above it, nearest first."""
    return list(db.scalars(UP, {"place_id": place_id}))


def without_supervisor(db: Connection) -> list[str]:
    """Codes of the active CHWs whose supervisor is missing, inactive or has no phone."""
    boss = person.alias("boss")
    reachable = boss.c.active & boss.c.phone.is_not(None)
    query = (
        select(person.c.code)
        .outerjoin(boss, (boss.c.id == person.c.supervisor_id) & reachable)
        .where(person.c.role == "chw", person.c.active, boss.c.id.is_(None))
        .order_by(person.c.code)
    )
    return list(db.scalars(query))


def any_people(db: Connection) -> bool:
    """Whether the programme has anybody."""
    return db.scalar(select(func.min(person.c.id))) is not None


def set_language(db: Connection, person_id: int, language: str) -> None:
    """From now on she is answered in this language."""
    change_person(db, person_id, language=language)


def change_person(db: Connection, person_id: int, **values: str | bool | None) -> None:
    """Write what is now true of a person."""
    db.execute(update(person).where(person.c.id == person_id).values(values))


def mark_training(db: Connection, code: str, until: datetime | None, *, training: bool) -> bool:
    """Mark or unmark this person as training. False: nobody has that code."""
    done = db.execute(
        update(person).where(person.c.code == code).values(training=training, training_until=until)
    )
    return done.rowcount > 0
