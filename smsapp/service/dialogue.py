"""What an SMS of a registered person says, and what it is answered.

A command, one report or several, an answer to an earlier report, or letters that finish what was
begun on either face. What nobody can read is told so, and its first word is kept for the operators.
"""

from dataclasses import replace

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import help_reply
from smsapp.flow.given import Given
from smsapp.flow.judge import judge
from smsapp.flow.keys import has_answers
from smsapp.flow.keyword import Opening, hers, open_all
from smsapp.flow.model import Flow
from smsapp.flow.reading import read
from smsapp.flow.spelling import first_word, normal
from smsapp.runtime import Runtime
from smsapp.service import commands, reports, twins
from smsapp.service.beyond import MOST_REPORTS, beyond
from smsapp.service.caller import OWN, Line
from smsapp.service.given import answers_kept, given_at_dial, given_by_sms, given_in, given_of_month
from smsapp.service.mistyped import mistyped
from smsapp.service.settling import settle_for_sms
from smsapp.service.texted import Answer, begin_filling, fill, go_on, lost, take_up
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.misspellings import meanings
from smsapp.store.people import Person

CLEAR_ANSWERS = 2  # fewer letters with digits may be any text


def answer_sms(rt: Runtime, db: Connection, person: Person, sms: SmsIn, line: Line = OWN) -> Answer:
    """Do what the SMS says, each thing of it once. From another's phone only reports count."""
    base = given_at_dial(rt, db, person, "sms", line)
    found = [hers(rt.flows, one, base.flows) for one in openings(rt, db, sms.text)]
    if line.borrowed:
        found = [one for one in found if one.flow in base.flows] or [Opening(rest=normal(sms.text))]
    if len(found) > 1:
        return _several(rt, db, person, sms, found, base)
    opening = found[0]
    if not sms.text.strip():
        return commands.answer(rt, db, person, sms, opening, base)
    return (
        _said(rt, db, person, sms, opening, base)
        or twins.answer(rt, db, person, sms.text)
        or _continue(rt, db, person, sms, opening, base)
        or _without_keyword(rt, db, person, sms, base)
        or _not_understood(rt, db, person, sms)
    )


def openings(rt: Runtime, db: Connection, body: str) -> list[Opening]:
    """What an SMS says, one thing after the other; words that a person explained are read so."""
    return open_all(rt.flows, body, meanings(db))


def _several(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, found: list[Opening], base: Given
) -> Answer:
    """Several reports in one SMS: each a filling and a reply of its own, danger first."""
    found, rest = found[:MOST_REPORTS], found[MOST_REPORTS:]
    said = [
        _said(rt, db, person, sms, opening, base, n) or lost(rt, db, person, "sms.not_understood")
        for n, opening in enumerate(found, start=1)
    ]
    said += beyond(rt, db, person, sms, rest, base)
    said.sort(key=lambda one: not one.danger)
    texts = tuple(text for one in said for text in _about(person, one))
    refers = any(one.refers for one in said)
    return Answer(texts, danger=said[0].danger, refers=refers)


def _about(person: Person, said: Answer) -> tuple[str, ...]:
    """The answer to one of several, with the letter that says which: `A14: TREAT AT HOME`."""
    if not said.about:
        return said.texts
    first, *others = said.texts
    training, line, words = first.partition("\n") if person.training else ("", "", first)
    marked = f"{training}{line}{said.about}: {words}"
    return (marked if gsm.fits(marked) else first, *others)


def _said(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    opening: Opening,
    base: Given,
    n: int = 1,
) -> Answer | None:
    """The n-th thing of an SMS, where it says what it is. None: it does not, or is not hers."""
    if opening.command:
        return commands.answer(rt, db, person, sms, opening, base)
    if opening.ref:
        return _amend(rt, db, person, sms, opening, base, n)
    flow = rt.flows.flows.get(opening.flow)
    if flow and flow.private and flow.id not in base.flows:
        return commands.answer(rt, db, person, sms, Opening(), base)  # no hint that it exists
    return _report(rt, db, person, sms, opening, base, n)


def _not_understood(rt: Runtime, db: Connection, person: Person, sms: SmsIn) -> Answer:
    said = lost(rt, db, person, "sms.not_understood")
    return Answer(said.texts, unread=first_word(sms.text))


def _amend(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    opening: Opening,
    base: Given,
    n: int,
) -> Answer:
    """`R482913 1`: the result that an earlier report waits for."""
    found = waiting(rt, db, person, opening.ref, base)
    if found is None:
        mine = [one.ref for one in store.waiting(db, person.id)]
        word, values = mistyped(opening.ref, mine, "sms.not_found")
        return lost(rt, db, person, word, **values, ref=opening.ref)
    flow, given, report_id = found
    filling = begin_filling(rt, sms, n, flow, given, report_id=report_id)
    return fill(rt, db, person, filling, opening)


def waiting(
    rt: Runtime, db: Connection, person: Person, ref: str, base: Given
) -> tuple[Flow, Given, int] | None:
    """Her report of this ref that waits for a result: its flow, what it rests on, its id."""
    report = store.report_by_ref(db, person.id, ref)
    flow = rt.flows.flows.get(report.flow) if report else None
    if report is None or flow is None or not report.waits:
        return None
    return flow, given_in(rt, flow, base, answers=answers_kept(flow, report)), report.id


def _report(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    opening: Opening,
    base: Given,
    n: int,
) -> Answer | None:
    """What a keyword begins, the n-th of this SMS. None: there is none that is hers."""
    flow = rt.flows.flows.get(opening.flow)
    if flow is None or flow.id not in base.flows:
        return None
    given = given_by_sms(rt, db, person, flow, base)
    if not opening.rest.strip() and flow.help:
        return Answer((help_reply(rt.flows, flow, given),))
    return fill(rt, db, person, begin_filling(rt, sms, n, flow, given), opening)


def _continue(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer | None:
    """Letters without a keyword finish what she left unfinished, on whichever face.

    Where several reports lack just these letters nothing is guessed: she says which, by dialling.
    Danger among them is told at once, as a report of its own.
    """
    settle_for_sms(rt, db, sms.sender)
    fits = begun(rt, db, person, opening, base)
    if len(fits) > 1:
        return _which(rt, db, person, sms, opening, base, fits)
    if not fits:
        return None
    return go_on(rt, db, person, sms, fits[0], opening)


def begun(
    rt: Runtime, db: Connection, person: Person, opening: Opening, base: Given
) -> list[reports.Filling]:
    """What she left unfinished that these letters may go on with."""
    fits = [
        take_up(rt, draft, flow, base)
        for draft in draft_store.drafts_of(db, person.id, rt.now())
        if not base.unverified or draft.given.get("unverified")
        if (flow := _served(rt, draft.flow, base)) and has_answers(flow, opening.rest)
    ]
    if len(fits) < 2:
        return fits
    return [one for one in fits if _is_missing(one, opening)] or fits


def _which(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    opening: Opening,
    base: Given,
    fits: list[reports.Filling],
) -> Answer:
    """Several may be meant: she says which one, unless it cannot wait."""
    flow = fits[0].flow
    fresh = begin_filling(rt, sms, 1, flow, given_in(rt, flow, base))
    if read(flow, opening, fresh.given).judged.dangers:
        return fill(rt, db, person, fresh, opening)
    danger = any(judge(one.flow, one.answers, one.given).dangers for one in fits)
    said = lost(rt, db, person, "sms.which_danger" if danger else "sms.which")
    return replace(said, danger=danger, refers=danger)


def _served(rt: Runtime, name: str, base: Given) -> Flow | None:
    return rt.flows.flows.get(name) if name in base.flows else None


def _is_missing(filling: reports.Filling, opening: Opening) -> bool:
    """Whether these letters say something that this filling still lacks."""
    before = judge(filling.flow, filling.answers, filling.given).missing
    after = read(filling.flow, opening, filling.given).answers
    return any(ask.id in after for ask in before)


def _without_keyword(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, base: Given
) -> Answer | None:
    """The keyword is missing or misspelt: danger that can be read, or all of a report, is taken."""
    body = sms.text.strip()
    for name in base.flows:
        flow = rt.flows.flows[name]
        if flow.private:
            continue  # what is private is said in so many words
        for rest in (body, body.partition(" ")[2]):
            if not has_answers(flow, rest):
                continue
            given = given_of_month(rt, db, person, flow, given_in(rt, flow, base), rt.now())
            opening = Opening(rest=rest, said=rt.flows.words.meanings)
            reading = read(flow, opening, given)
            judged = reading.judged
            if any(ask.product and ask.id in reading.answers for ask in flow.asks):
                continue  # counted or received: the keyword alone says which
            if len(reading.answers) >= CLEAR_ANSWERS and (judged.dangers or judged.complete):
                return fill(rt, db, person, begin_filling(rt, sms, 1, flow, given), opening)
    return None
