"""Who is told, who is called: the people around one person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.runtime import Runtime
from smsapp.store import people as store
from smsapp.store.numbers import set_opted_out, unheard
from smsapp.store.people import Person

FALLBACK = "en"  # the language of a text that the receiver's own has not got
STAND_IN = ("supervisor", "facility", "district")  # who may act in another's place
RANK = {"supervisor": 1, "facility": 1, "district": 2}  # whose word counts for whose
TRAINING_DAYS = 14  # a mark ends by itself: nobody stays in training by being forgotten (plan, 4)


def contacts(db: Connection, person: Person, roles: Sequence[str], now: datetime) -> list[Person]:
    """Whom her message reaches in these roles: active, with a phone, in training if she is."""
    found = [
        one
        for one in _around(db, person, roles, now)
        if one.training == person.training and one.id != person.id
    ]
    return list({one.id: one for one in found}.values())


def is_doubtful(rt: Runtime, db: Connection, person: Person) -> bool:
    """Whether nobody was heard on her number for long: words meant for her alone must wait."""
    since = rt.now() - timedelta(days=rt.settings.number_days)
    return person.id in unheard(db, [person.id], since)


def reached(rt: Runtime, db: Connection, person: Person, roles: Sequence[str]) -> list[Person]:
    """Of these contacts those on whose number somebody was heard lately: alerts go to all."""
    found = contacts(db, person, roles, rt.now())
    since = rt.now() - timedelta(days=rt.settings.number_days)
    silent = unheard(db, [one.id for one in found], since) if found else set()
    return [one for one in found if one.id not in silent]


def next_told(
    db: Connection, person_id: int, rungs: Sequence[Sequence[str]], now: datetime
) -> tuple[str, ...]:
    """The roles told at the first of these levels on which anybody stands; empty for none."""
    person = store.person_by_id(db, person_id, now)
    for roles in rungs if person else ():
        held = tuple(role for role in roles if person and contacts(db, person, [role], now))
        if held:
            return held
    return ()


def _around(db: Connection, person: Person, roles: Sequence[str], now: datetime) -> list[Person]:
    places = store.above(db, person.place_id)
    found: list[Person] = []
    for role in roles:
        if role == "supervisor":
            found += _supervisor(db, person, now)
        elif role == "deputy":
            found += _deputy(db, person, now)
        else:
            found += _nearest(db, role, places, person, now)
    return found


def _supervisor(db: Connection, person: Person, now: datetime) -> list[Person]:
    return _able(db, person.supervisor_id, now)


def _deputy(db: Connection, person: Person, now: datetime) -> list[Person]:
    """Who stands in for her supervisor, also for one who has left."""
    if person.supervisor_id is None:
        return []
    boss = store.person_by_id(db, person.supervisor_id, now)
    return _able(db, boss.deputy_id if boss else None, now)


def _able(db: Connection, person_id: int | None, now: datetime) -> list[Person]:
    """This person, where there is one who can be told."""
    one = store.person_by_id(db, person_id, now) if person_id is not None else None
    return [one] if one and one.active and one.phone else []


def _nearest(
    db: Connection, role: str, places: Sequence[int], person: Person, now: datetime
) -> list[Person]:
    """The people of a role at the lowest of these places that has any who can be told.

    Her supervisor is no desk for her, whatever role a roster gives her.
    """
    able = [
        one
        for one in store.people_in(db, role, places, now)
        if one.phone and one.training == person.training
        if role != "desk" or one.id != person.supervisor_id
    ]
    height = min((places.index(one.place_id) for one in able), default=0)
    return [one for one in able if places.index(one.place_id) == height]


def may_stand_in(db: Connection, person: Person, chw: Person, roles: Sequence[str]) -> bool:
    """Whether she may answer what others were told: such a role or higher, at a place above."""
    lowest = min((RANK[role] for role in roles if role in RANK), default=1)
    able = person.active and person.id != chw.id and person.training == chw.training
    if not able or RANK.get(person.role, 0) < lowest:
        return False
    return person.place_id in store.above(db, chw.place_id)


def help_phone(
    rt: Runtime, db: Connection, person: Person, unreachable: Collection[int] = ()
) -> str:
    """Whom this person calls: her supervisor, else her facility, else the programme's number.

    A call is between people: a training mark on one side does not stand in its way.
    """
    now = rt.now()
    near = _supervisor(db, person, now)
    if person.facility_id is not None:
        near += store.people_in(db, "facility", [person.facility_id], now)
    return _first_phone(rt, [one for one in near if one.id not in unreachable], person)


def help_phones(rt: Runtime, db: Connection, people: Collection[Person]) -> dict[int, str]:
    """The same of many people, by their ids, in two statements."""
    now = rt.now()
    above = {one.supervisor_id for one in people if one.supervisor_id is not None}
    bosses = {one.id: one for one in store.people_by_ids(db, above, now)}
    centres = sorted({one.facility_id for one in people if one.facility_id is not None})
    nurses: dict[int | None, list[Person]] = {}
    for nurse in store.people_in(db, "facility", centres, now):
        nurses.setdefault(nurse.place_id, []).append(nurse)
    found = {}
    for one in people:
        boss = bosses.get(one.supervisor_id or 0)
        near = [boss] if boss and boss.active else []
        found[one.id] = _first_phone(rt, near + nurses.get(one.facility_id, []), one)
    return found


def _first_phone(rt: Runtime, near: Sequence[Person], person: Person) -> str:
    phones = (one.phone for one in near if one.phone and one.id != person.id)
    return next(phones, rt.settings.help_phone)


def language_of(rt: Runtime, person: Person) -> str:
    """The language of the system's own sentences to this person."""
    return rt.flows.spoken(person.language, training=person.training)


def text_for(rt: Runtime, db: Connection, person: Person, word_id: str, **values: str) -> str:
    """A text of the system as an SMS to this person, in her language."""
    phone = help_phone(rt, db, person)
    return rt.flows.sms(word_id, person.language, person.training, phone, **values)


def languages(rt: Runtime, person: Person) -> list[str]:
    """The languages in which she can have something to do here: signed ones, all in training."""
    hers = [one for one in rt.flows.flows.values() if not one.roles or person.role in one.roles]
    return [
        code
        for code in rt.flows.words.spoken
        if any(rt.flows.language(one, code, training=person.training) == code for one in hers)
    ]


def unregistered(rt: Runtime) -> str:
    """What a phone nobody holds is told: in every language that fits, because hers is not known."""
    return in_every_language(rt, "hop.unknown", phone=rt.settings.help_phone)


def in_every_language(rt: Runtime, word: str, **values: str) -> str:
    """A sentence to somebody whose language is not known: in every language that fits."""
    said = ""
    for language in rt.flows.words.languages:
        line = rt.flows.say(word, language, **values)
        longer = f"{said}\n{line}" if said else line
        said = longer if gsm.fits(longer) else said
    return said


def text_from(rt: Runtime, db: Connection, person: Person, texts: Mapping[str, str]) -> str:
    """One of these texts as an SMS to this person: in her language, else English, else any."""
    text = texts.get(person.language) or texts.get(FALLBACK) or next(iter(texts.values()))
    if not person.training:
        return text
    return rt.flows.wrap(text, person.language, person.training, help_phone(rt, db, person))


def opt_out(db: Connection, phone: str) -> bool:
    """STOP: no reminders or broadcasts to this number; alerts and answers still. False: unknown."""
    return set_opted_out(db, phone, opted_out=True)


def start_training(rt: Runtime, code: str, days: int = TRAINING_DAYS) -> datetime | None:
    """Mark a person as training. Gives the moment it ends, None where nobody has this code."""
    until = rt.now() + timedelta(days=days)
    with rt.begin() as db:
        return until if store.mark_training(db, code, until, training=True) else None


def end_training(rt: Runtime, code: str) -> bool:
    """Take the mark away. False: nobody has this code."""
    with rt.begin() as db:
        return store.mark_training(db, code, None, training=False)
