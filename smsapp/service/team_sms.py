"""What a supervisor and his CHWs write in words of their own: VISIT, REMIND, ADD.

Each becomes a filling of the flow that the same thing has by USSD: one validator, one reply.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.answer import Wrong, parse
from smsapp.flow.dates import day_ahead, day_back
from smsapp.flow.given import Given
from smsapp.flow.judge import judge, limit
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Answers, Flow
from smsapp.flow.reading import Reading
from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.service.errands import AHEAD, ALL
from smsapp.service.given import given_begun, given_in
from smsapp.service.naming import local_day
from smsapp.service.registering import villages
from smsapp.service.texted import Answer, begin_filling, lost, save
from smsapp.store.people import Person
from smsapp.store.team import Member, members

WORDS = re.compile(r"[^\s,;:()]+")
EVERYBODY = ("ALL", "TOUS", "TOUTES", "WOTE", "ONSE")
LEAST = 2  # words: whom and when; the rest is his own
REFUSED = {"wrong.long": "errand.long", "wrong.letters": "errand.letters"}  # others: how it goes
LONGEST_CODE = 3  # words in which a code may be written: DEMO 001
MOST_DAYS = 30  # ago, as flows/me.toml has it
MOST_PIECES = 6  # of a number written with spaces
MOST_DIGITS = 3  # of a number of days


def visit(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """`VISIT DEMO-001 2` of a supervisor; `VISIT YES`, `VISIT NO`, `VISIT 2` of a CHW."""
    said: dict[str, Callable[..., Answer]] = {"supervisor": _visit, "chw": _visited}
    if person.role not in said:
        return lost(rt, db, person, "sms.not_understood")
    return said[person.role](rt, db, person, sms, WORDS.findall(opening.rest), base)


def _visit(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, words: Sequence[str], base: Given
) -> Answer:
    if not words or "visit" not in base.flows:
        return lost(rt, db, person, "visit.how")
    chw, rest = named(members(db, [person.id]), words)
    if chw is None:
        return lost(rt, db, person, "visit.whom")
    flow, given = _begun(rt, db, person, "visit", base)
    most = limit("most_days", given.facts, 0)
    days = _days(rt, rest, most)
    if days is None:
        return lost(rt, db, person, "visit.day", max=str(most))
    return _save(rt, db, person, sms, flow, given, {"chw": chw.code, "days": days})


def _visited(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, words: Sequence[str], base: Given
) -> Answer:
    answer = rt.flows.words.meanings.get(words[0]) if len(words) == 1 else ""
    if answer in ("yes", "no") and "visited" in base.flows:
        flow, given = _begun(rt, db, person, "visited", base)
        return _save(rt, db, person, sms, flow, given, {"answer": answer})
    days = _days(rt, words, MOST_DAYS) if words else None
    if days is None or "me" not in base.flows or "name" not in base.values:
        return lost(rt, db, person, "visit.chw_how")
    flow, given = _begun(rt, db, person, "me", base)
    return _save(rt, db, person, sms, flow, given, {"do": "visit", "came": days})


def remind(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, _opening: Opening, base: Given
) -> Answer:
    """`REMIND DEMO-001 Mon Bring the register`, `REMIND ALL 23/11 ...`: his words as he wrote them.

    Nothing is sent before whom, day and words are all plain.
    """
    if person.role != "supervisor" or "errand" not in base.flows:
        return lost(rt, db, person, "sms.not_understood")
    written = _behind(rt, sms.text)
    words = [normal(one) for one in written]
    if len(words) < LEAST:
        return lost(rt, db, person, "errand.how")
    whom, rest = ALL, list[str](words[1:])
    if words[0] not in EVERYBODY:
        chw, rest = named(members(db, [person.id]), words)
        if chw is None:
            return lost(rt, db, person, "errand.whom")
        whom = chw.code
    today = local_day(rt, rt.now())
    day = day_ahead(rt.flows.words.date, rest[0].rstrip(":,;."), today) if rest else None
    if day is None or not 0 <= (day - today).days <= AHEAD:
        return lost(rt, db, person, "errand.day", days=str(AHEAD))
    flow, given = _begun(rt, db, person, "errand", base)
    said = _words(flow, "text", " ".join(written[len(words) - len(rest) + 1 :]), given)
    if isinstance(said, Wrong):
        word = REFUSED.get(said.word, "errand.how")
        return lost(rt, db, person, word, **said.values)
    answers: Answers = {"task": whom, "day": f"{day}", "text": said}
    return _save(rt, db, person, sms, flow, given, answers)


def add(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, _opening: Opening, base: Given
) -> Answer:
    """`ADD 0991000094 DEMO-V1 Rose Banda`: number, village and name, in this order."""
    if person.role != "supervisor" or "register" not in base.flows:
        return lost(rt, db, person, "sms.not_understood")
    written = _behind(rt, sms.text, "register")
    if not written:
        return lost(rt, db, person, "register.how")
    flow, given = _begun(rt, db, person, "register", base)
    phone, rest = _number(flow, written, given)
    if not phone:
        return lost(rt, db, person, "register.phone")
    typed = _alike(rest[0]) if rest else ""
    here = [one.code for one in villages(db, person) if _alike(one.code) == typed]
    if len(here) != 1:
        return lost(rt, db, person, "register.village")
    name = _words(flow, "new_name", " ".join(rest[1:]), given)
    if isinstance(name, Wrong):
        word = "letters" if name.word == "wrong.letters" else "name"
        ask = flow.ask("new_name")
        most = limit(ask.max if ask else None, given.facts, 0)
        return lost(rt, db, person, f"register.{word}", max=str(most))
    answers: Answers = {"new_phone": phone, "village": here[0], "new_name": name}
    return _save(rt, db, person, sms, flow, given, answers)


def _number(flow: Flow, written: Sequence[str], given: Given) -> tuple[str, list[str]]:
    """The number that the first words are, as many as look like one; and the words after."""
    for count in range(min(MOST_PIECES, len(written)), 0, -1):
        value = _words(flow, "new_phone", " ".join(written[:count]).strip(":,;"), given)
        if not isinstance(value, Wrong):
            return value, list(written[count:])
    return "", list(written)


def _behind(rt: Runtime, body: str, command: str = "remind") -> list[str]:
    """The words behind the command, as they were written."""
    written = body.split()
    called = rt.flows.words.command[command].words
    plain = [re.sub(r"[^A-Z]", "", normal(one)) for one in written]
    at = next((at for at, one in enumerate(plain) if one in called), 0)
    return written[at + 1 :]


def _words(flow: Flow, name: str, typed: str, given: Given) -> str | Wrong:
    """His words as USSD would take them: one validator for both faces."""
    ask = flow.ask(name)
    value = parse(ask, typed, given.facts, given) if ask else ""
    return value if isinstance(value, Wrong) else str(value)


def _begun(
    rt: Runtime, db: Connection, person: Person, name: str, base: Given
) -> tuple[Flow, Given]:
    flow = rt.flows.flows[name]
    return flow, given_begun(rt, db, person, flow, given_in(rt, flow, base))


def _save(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    flow: Flow,
    given: Given,
    answers: Answers,
) -> Answer:
    """The report that these answers make, and what it is answered."""
    filling = replace(begin_filling(rt, sms, 1, flow, given), answers=answers)
    return save(rt, db, person, filling, Reading(answers, (), judge(flow, answers, given)))


def named(team: Sequence[Member], words: Sequence[str]) -> tuple[Member | None, list[str]]:
    """Whom the first words name, by code or by a name that only one has; and the words after."""
    for count in range(min(LONGEST_CODE, len(words)), 0, -1):
        typed = _alike("".join(words[:count]))
        by_code = [one for one in team if _alike(one.code) == typed]
        by_name = [one for one in team if typed in _names(one)]
        for found in (by_code, by_name):
            if len(found) == 1:
                return found[0], list(words[count:])
    return None, list(words)


def _alike(code: str) -> str:
    """A code as it is heard: without hyphens, zero for O, one for I and L."""
    return re.sub(r"[^A-Z0-9]", "", normal(code)).translate(str.maketrans("OIL", "011"))


def _names(one: Member) -> set[str]:
    return {_alike(one.short), _alike(one.short.split(" ")[0])}


def _days(rt: Runtime, words: Sequence[str], most: int) -> int | None:
    """How many days ago; none said is today. None: that is no day, or too long ago."""
    typed = "".join(words)
    today = local_day(rt, rt.now())
    days: int | None = 0
    if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS:
        days = int(typed)
    elif typed:
        day: date | None = day_back(rt.flows.words.date, typed, today)
        days = (today - day).days if day else None
    return days if days is not None and 0 <= days <= most else None
