"""What a person changes about herself: her language, Guide me, tips."""

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import people
from smsapp.store.people import Person, change_person

PLACES = tuple(map(str, range(1, 98)))  # an SMS names what is offered by its place


def set_person(rt: Runtime, db: Connection, person: Person, what: str, value: str) -> str:
    """Change one thing: `done`, or `refused` for a language she is not served in."""
    if what == "language":
        offered = people.languages(rt, person)
        language = dict(zip(PLACES, offered, strict=False)).get(value, value)
        if language not in offered:
            return "refused"
        change_person(db, person.id, language=language)
    else:
        change_person(db, person.id, **{what: value == "on"})
    return "done"
