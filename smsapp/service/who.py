"""The first screen on a phone that several people share, or that nobody holds: who are you?

What is answered counts for this call only.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.channels.contract import HopReply
from smsapp.runtime import Runtime
from smsapp.service.call import open_menu
from smsapp.service.caller import chw_of_code, holders
from smsapp.service.people import in_every_language, language_of
from smsapp.store.people import Person
from smsapp.store.sessions import Call, Who

TRIES = 3  # wrong answers in one call: then it ends


def ask_who(rt: Runtime, call: Call, people: Sequence[Person]) -> None:
    """From now on the call waits for who it is."""
    language = language_of(rt, people[0]) if people else rt.flows.words.languages[0]
    call.who = Who([[one.id, one.short] for one in people], language)


def waits_for_who(call: Call) -> bool:
    """Whether the next key says who it is."""
    return call.who is not None and call.person is None and not call.last


def who_screen(rt: Runtime, call: Call) -> HopReply:
    """The names of those who share the phone, else the question for a code."""
    who = call.who or Who([], rt.flows.words.languages[0])
    wrong = [rt.flows.say("wrong.who", who.language)] if who.tries else []
    asked = rt.flows.say("hop.who", who.language)
    names = [f"{number} {one[1]}" for number, one in enumerate(who.people, start=1)]
    text = "\n".join([*wrong, asked, *names])
    if not who.people:
        text = in_every_language(rt, "hop.code", phone=rt.settings.help_phone)
        louder = "\n".join([*wrong, text])
        text = louder if gsm.fits(louder) else text
    elif not gsm.fits(text):
        text = "\n".join([*wrong, rt.flows.say("hop.who_code", who.language)])
    return HopReply(text, ends=False)


def take_who(rt: Runtime, call: Call, key: str) -> None:
    """A number of the list, or a code. Three wrong ones end the call."""
    with rt.read() as db:
        here = holders(rt, db, call.phone)
        person = _listed(call, key, here) or next((one for one in here if _is(one, key)), None)
        if person is None:
            person = chw_of_code(rt, db, key)
            call.borrowed = person is not None
        if person is None or not _enter(rt, db, call, person):
            _refuse(rt, call)


def _listed(call: Call, key: str, here: Sequence[Person]) -> Person | None:
    listed = call.who.people if call.who else []
    wanted = listed[int(key) - 1][0] if key.isdecimal() and 0 < int(key) <= len(listed) else None
    return next((one for one in here if one.id == wanted), None)


def _is(person: Person, key: str) -> bool:
    return person.code.casefold() == key.strip().casefold()


def _enter(rt: Runtime, db: Connection, call: Call, person: Person) -> bool:
    call.person = person.id
    if open_menu(rt, db, call, person):
        return True
    call.person, call.borrowed = None, False
    return False


def _refuse(rt: Runtime, call: Call) -> None:
    if call.who is not None:
        call.who.tries += 1
        if call.who.tries >= TRIES:
            call.last = in_every_language(rt, "hop.nobody", phone=rt.settings.help_phone)
