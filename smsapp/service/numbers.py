"""A person's phone number changes: asked for by her, approved by her supervisor, moved at once."""

from sqlalchemy import Connection

from smsapp.phone import mask
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.people import help_phone, text_for
from smsapp.store.audit import add_audit
from smsapp.store.numbers import hold, release
from smsapp.store.people import Person, change_person, people_by_phone, person_by_id
from smsapp.store.queries import Query
from smsapp.store.roster import move_waiting

SHOWN = 3  # last digits of a number in an SMS: enough to compare, too few to be dialled


def tail(phone: str) -> str:
    """How a number is named where others may read it."""
    return phone[-SHOWN:]


def problem(rt: Runtime, db: Connection, person: Person, phone: str) -> str:
    """Why this number cannot become hers: `same`, `taken`, or "" where it can."""
    holders = [one.id for one in people_by_phone(db, phone, rt.now())]
    if not holders:
        return ""
    return "same" if person.id in holders else "taken"


def move_number(rt: Runtime, db: Connection, query: Query, by: Person) -> bool:
    """The new number is hers, the old one stops; both are told. False: somebody has it by now."""
    person = person_by_id(db, query.person_id, rt.now())
    if person is None or problem(rt, db, person, query.phone) == "taken":
        return False
    change_person(db, person.id, phone=query.phone)
    release(db, {(person.id, person.phone)}, rt.now())
    hold(db, {(person.id, query.phone)}, rt.now())
    move_waiting(db, person.id, query.phone)
    add_audit(
        db,
        rt.now(),
        actor=f"person:{by.id}",
        action="change phone",
        object=f"person:{person.id}",
        before=mask(person.phone) if person.phone else "",
        after=mask(query.phone),
    )
    values = {
        "tail": tail(query.phone),
        "code": rt.settings.service_code,
        "phone": help_phone(rt, db, person),
    }
    for word, phone in (("number.new", query.phone), ("number.old", person.phone)):
        if phone:
            text = text_for(rt, db, person, word, **values)
            key = f"{word}:{query.id}"
            outbox.put(rt, db, key=key, kind="reply", phone=phone, text=text, person_id=person.id)
    return True
