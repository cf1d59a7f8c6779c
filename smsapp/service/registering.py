"""A supervisor registers a CHW: a person with a code, a number and a place, told by one SMS."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Item
from smsapp.flow.model import MAX_CHOICES, Effect
from smsapp.phone import mask
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.filled import Case, Done
from smsapp.service.moments import by_day, next_morning
from smsapp.service.people import text_for
from smsapp.service.places import read_name
from smsapp.service.table import short_name
from smsapp.store import catchment
from smsapp.store import registering as store
from smsapp.store.audit import add_audit
from smsapp.store.catchment import Village
from smsapp.store.numbers import hold
from smsapp.store.people import Person, change_person, people_by_phone, person_by_id

PREFIX = 36  # letters of the place's code that a person's code begins with: 40 is the column
MOST = 999  # people registered of one facility: three digits
TOLD_FOR = timedelta(days=7)  # after that the SMS says nothing new


def villages(db: Connection, person: Person) -> list[Village]:
    """The places below his facility."""
    return catchment.villages(db, person.facility_id or person.place_id)


def village_items(_rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """The same, as a list offers them."""
    return tuple(Item(one.code, one.short) for one in villages(db, person)[:MAX_CHOICES])


def register(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Add her once: `done`, `taken` where somebody has the number, `refused`, `unclear`."""
    answers, by = case.filling.answers, case.person
    asked = next(ask.id for ask in case.filling.flow.asks if ask.kind == "phone")
    phone, name = str(answers[asked]), str(answers[effect.answer])
    here = next((one for one in villages(db, by) if one.code == answers[effect.ask]), None)
    short = _short(name)
    store.lock_phone(db, phone)
    holders = people_by_phone(db, phone, rt.now())
    same = next((one for one in holders if one.supervisor_id == by.id and one.name == name), None)
    if same or holders or here is None or not short:
        outcome = "taken" if holders else "refused" if here is None else "unclear"
        done.outcomes[effect.id] = "done" if same else outcome
        done.values |= _said(same) if same else {}
        return
    chw = _add(rt, db, by, here, name=name, short=short, phone=phone)
    done.outcomes[effect.id] = "done"
    done.values |= _said(chw)
    _tell(rt, db, chw, by)


def _said(chw: Person) -> dict[str, str]:
    return {"chw": chw.short, "person_code": chw.code}


def _short(name: str) -> str:
    """Her name as SMS show it; empty where it is none, or no word of it is short enough."""
    try:
        return short_name(read_name(name), initial=True) if name[:1].isalpha() else ""
    except ValueError:
        return ""


def _add(
    rt: Runtime, db: Connection, by: Person, here: Village, *, name: str, short: str, phone: str
) -> Person:
    """She is there from now on, in training while he is."""
    now = rt.now()
    values = {"name": name, "short": short, "phone": phone, "role": "chw", "place_id": here.id}
    values |= {"language": by.language, "supervisor_id": by.id, "created_at": now}
    added = (store.add_person(db, code=code, **values) for code in _codes(db, by))
    who = next(one for one in added if one is not None)
    if by.training:
        change_person(db, who, **store.training_of(db, by.id))
    hold(db, {(who, phone)}, now)
    add_audit(
        db,
        now,
        actor=f"person:{by.id}",
        action="register",
        object=f"person:{who}",
        after=mask(phone),
    )
    found = person_by_id(db, who, now)
    assert found is not None
    return found


def _codes(db: Connection, by: Person) -> Iterator[str]:
    """`DEMO-F1-01`, `DEMO-F1-02`: those nobody had a moment ago; the database has the last word."""
    top = catchment.own(db, by.facility_id or by.place_id)
    prefix = f"{top.code[:PREFIX]}-"
    known = store.codes_with(db, prefix)
    codes = (f"{prefix}{number:02}" for number in range(1, MOST + 1))
    return (code for code in codes if code not in known)


def _tell(rt: Runtime, db: Connection, chw: Person, by: Person) -> None:
    """One SMS to the new number, by day."""
    due_at = rt.now() if by_day(rt) else next_morning(rt, chw.id)
    values = {"name": by.short, "place": chw.place_short, "code": rt.settings.service_code}
    outbox.put(
        rt,
        db,
        key=f"register:{chw.id}",
        kind="reminder",
        phone=chw.phone,
        text=text_for(rt, db, chw, "register.told", **values),
        lane="bulk",
        person_id=chw.id,
        due_at=due_at,
        expires_at=due_at + TOLD_FOR,
    )


EFFECTS = {"register_person": register}
