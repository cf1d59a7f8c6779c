"""Who sent an SMS: who alone holds the phone, or whose code stands first in it.

What only one of those who share a phone may send is that one's. Where nobody can be named it is
kept, and read once it is said who sent it. Danger does not wait: it is taken as from the CHW of
that phone who reported last, unverified.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.channels.contract import SmsIn
from smsapp.flow.keyword import Opening, hers, open_sms
from smsapp.runtime import Runtime
from smsapp.service import dialogue, people
from smsapp.service.caller import OWN, Line, chw_of_code, split_code
from smsapp.service.texted import Answer, lost
from smsapp.store import inbound as inbox
from smsapp.store.numbers import set_opted_out
from smsapp.store.people import Person, person_by_id
from smsapp.store.sent import last_reporter

KEPT = timedelta(hours=24)  # an SMS waits this long for the word who sent it
DECIDES = {"answer_alert", "close_alert", "answer_signal", "answer_query"}  # a CHW has that ref too
COMMANDS = {"remind": "errand", "register": "register"}  # command -> the flow it fills
REF = re.compile(r"\d{6}")  # on a phone that one person holds it names a report, and no CHW


@dataclass(frozen=True)
class Sender:
    """Somebody, how she is there, and what her SMS says without her code."""

    person: Person
    line: Line
    sms: SmsIn


def sender_of(
    rt: Runtime, db: Connection, row_id: int, here: Sequence[Person], sms: SmsIn
) -> Sender | None:
    """Who sent this, `here` being who holds the phone. None: it is not said."""
    shared = len(here) > 1
    line = Line(sms.sender, shared=True) if shared else OWN
    word, rest = split_code(sms.text)
    named = next((one for one in here if one.code.casefold() == word.casefold()), None)
    picked = None if named or not shared else _picked(rt, db, here, sms)
    if named or picked:
        return Sender(named or picked or here[0], line, replace(sms, text=rest if named else ""))
    before = inbox.sender_before(db, row_id)
    holder = next((one for one in here if one.id == before), None)
    holder = holder or (_by_role(rt, db, here, sms) if shared else None)
    if holder is not None:
        return Sender(holder, line, sms)
    other = None if here and REF.fullmatch(word) else chw_of_code(rt, db, word)
    if other is None and before and not here:
        other, rest = person_by_id(db, before, rt.now()), sms.text
    if other is not None and other.active:
        return Sender(other, Line(sms.sender, borrowed=True), replace(sms, text=rest))
    return Sender(here[0], OWN, sms) if len(here) == 1 else None


def _picked(rt: Runtime, db: Connection, here: Sequence[Person], sms: SmsIn) -> Person | None:
    """`2`, where she was asked which of those who share the phone she is."""
    number = sms.text.strip(" .")
    if not number.isdecimal() or not 0 < int(number) <= len(here):
        return None
    return here[int(number) - 1] if inbox.waits(db, sms.sender, rt.now() - KEPT) else None


def _by_role(rt: Runtime, db: Connection, here: Sequence[Person], sms: SmsIn) -> Person | None:
    """The one of those who share a phone whose role alone may say this; None: none, or several."""
    said = dialogue.openings(rt, db, sms.text)
    able = [one for one in here if all(_may_say(rt, one, opening) for opening in said)]
    return able[0] if len(able) == 1 else None


def _may_say(rt: Runtime, person: Person, opening: Opening) -> bool:
    """By role alone: whether in training says nothing of who holds the phone just now.

    What quietens an alert, answers a query or is private is nobody's before it is said who sent it.
    """
    hers_by_role = [one.id for one in rt.flows.flows.values() if person.role in one.roles]
    begun = hers(rt.flows, opening, hers_by_role)
    flow = rt.flows.flows.get(begun.flow or COMMANDS.get(begun.command, ""))
    if flow is None or flow.private or any(one.do in DECIDES for one in flow.effects):
        return False
    return flow.id in hers_by_role


def say_who(rt: Runtime, db: Connection, sender: Sender) -> Answer:
    """She said who she is and nothing else: what was kept of this phone is read as hers now."""
    if inbox.name_sender(db, sender.sms.sender, sender.person.id, rt.now() - KEPT, rt.now()):
        rt.ring(db, "inbound")
        return Answer(())
    return lost(rt, db, sender.person, "sms.who_how")


def keep(
    rt: Runtime, db: Connection, row_id: int, here: Sequence[Person], sms: SmsIn
) -> tuple[Answer, Person | None]:
    """Who sent this is not said: danger counts at once, the rest waits for the word.

    Gives the answer and whose it was taken for.
    """
    if open_sms(rt.flows, sms.text).command == "stop":
        set_opted_out(db, sms.sender, opted_out=True)
        return lost(rt, db, here[0], "sms.stopped"), None
    likely = _likely(db, here)
    if likely is not None:
        said = _danger(rt, db, likely, sms)
        if said is not None:
            return said, likely
    inbox.keep_for_who(db, row_id)
    return Answer((_question(rt, db, here),)), None


def _likely(db: Connection, here: Sequence[Person]) -> Person | None:
    """The CHW of this phone who reported last, else the first of them."""
    chws = {one.id: one for one in here if one.role == "chw"}
    last = last_reporter(db, list(chws)) if len(chws) > 1 else None
    return chws.get(last or 0) or next(iter(chws.values()), None)


def _danger(rt: Runtime, db: Connection, likely: Person, sms: SmsIn) -> Answer | None:
    """What is done and said where the SMS tells of danger. None: it does not; nothing is done."""
    trial = db.begin_nested()
    said = dialogue.answer_sms(rt, db, likely, sms, Line(sms.sender, borrowed=True))
    if not said.danger:
        trial.rollback()
        return None
    trial.commit()
    taken = people.text_for(rt, db, likely, "sms.taken_as", chw=likely.short)
    return replace(said, texts=(*said.texts, taken))


def _question(rt: Runtime, db: Connection, here: Sequence[Person]) -> str:
    """The names of those who share the phone; where they do not fit, the question for a code."""
    names = [f"{number} {one.short}" for number, one in enumerate(here, start=1)]
    text = "\n".join([people.text_for(rt, db, here[0], "sms.who_sent"), *names])
    return text if gsm.fits(text) else people.text_for(rt, db, here[0], "sms.who_code")
