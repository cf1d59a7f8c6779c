"""Who is on the line: who alone holds the phone, one of those who share it, or who gave her code.

On another's phone a code is all that says who she is: it opens reporting and nothing else, and
what comes of it is marked unverified.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.store.people import Person, people_by_codes, people_by_phone, person_by_id
from smsapp.store.sessions import Call

SHORTEST_CODE = 3  # characters: what is shorter is a digit of a menu
ANSWER = re.compile(r"[A-Z]\d{1,3}", re.IGNORECASE)  # `B52`: a letter of a form, not a code
DOUBT = "?"  # behind the name of somebody whose phone does not say that it is her


@dataclass(frozen=True)
class Line:
    """How somebody is there: on which phone, and whether it is hers alone, shared, or another's."""

    phone: str = ""  # E.164; empty: the one she is told on
    shared: bool = False
    borrowed: bool = False


OWN = Line()


def line_of(call: Call) -> Line:
    """How the caller of this call is there."""
    return Line(call.phone, shared=call.who is not None, borrowed=call.borrowed)


def holders(rt: Runtime, db: Connection, phone: str) -> list[Person]:
    """The active people who hold this number."""
    return [one for one in people_by_phone(db, phone, rt.now()) if one.active]


def caller(rt: Runtime, db: Connection, call: Call) -> Person | None:
    """Who calls, as she stands now. None: the phone is hers no longer, or nobody has said who.

    Who left in the middle of the call is still found: danger she told counts, a report does not.
    """
    if not call.borrowed:
        here = people_by_phone(db, call.phone, rt.now())
        if call.person is None:
            return here[0] if len(here) == 1 and call.who is None else None
        for one in here:
            if one.id == call.person:
                return one
    found = person_by_id(db, call.person, rt.now()) if call.person else None
    return found if found and (call.borrowed or not found.active) else None


def chw_of_code(rt: Runtime, db: Connection, typed: str) -> Person | None:
    """The active CHW of this code, written in any case."""
    code = typed.strip()
    if len(code) < SHORTEST_CODE or not any(letter.isdigit() for letter in code):
        return None
    found = people_by_codes(db, {code, code.upper(), code.lower()}, rt.now())
    able = [one for one in found if one.active and one.role == "chw"]
    return able[0] if len(able) == 1 else None


def split_code(text: str) -> tuple[str, str]:
    """The first word of an SMS where it may be a code, and the rest."""
    first, _, rest = text.strip().partition(" ")
    word = first.rstrip(".,:;")
    return ("", text) if ANSWER.fullmatch(word) else (word, rest.strip())
