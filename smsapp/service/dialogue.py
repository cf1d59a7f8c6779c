"""What an SMS of a registered person says, and what it is answered.

A command, one report or several, an answer to an earlier report, or letters that finish what was
begun on either face. What nobody can read is told so, and its first word is kept for the operators.
"""

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import help_reply
from smsapp.flow.given import Given
from smsapp.flow.keyword import Opening, has_answers, normal, open_sms, read
from smsapp.flow.walk import resume
from smsapp.runtime import Runtime
from smsapp.service import commands, reports
from smsapp.service.given import answers_kept, given_again, given_at_dial, given_in
from smsapp.service.texted import Answer, begin_filling, fill, lost
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.people import Person

CLEAR_ANSWERS = 2  # fewer letters with digits may be any text
WORD_LENGTH = 40  # characters: the column's width
NO_WORD = "?"  # what was not understood has no word


def answer_sms(rt: Runtime, db: Connection, person: Person, sms: SmsIn) -> Answer:
    """Do what the SMS says, each thing of it once."""
    base = given_at_dial(rt, db, person, "sms")
    opening = open_sms(rt.flows, sms.text)
    if opening.command or not sms.text.strip():
        return commands.answer(rt, db, person, sms, opening, base)
    if opening.ref:
        return _amend(rt, db, person, sms, opening, base)
    return (
        _report(rt, db, person, sms, opening, base)
        or _continue(rt, db, person, opening, base)
        or _without_keyword(rt, db, person, sms, base)
        or _not_understood(rt, db, person, sms)
    )


def _not_understood(rt: Runtime, db: Connection, person: Person, sms: SmsIn) -> Answer:
    said = lost(rt, db, person, "sms.not_understood")
    words = [word for word in normal(sms.text).split() if word.isalpha()]
    return Answer(said.texts, unread=words[0][:WORD_LENGTH] if words else NO_WORD)


def _amend(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """`R482913 1`: the result that an earlier report waits for."""
    report = store.report_by_ref(db, person.id, opening.ref)
    flow = rt.flows.flows.get(report.flow) if report else None
    if report is None or flow is None or not report.waits:
        return lost(rt, db, person, "sms.not_found", ref=opening.ref)
    given = given_in(rt, flow, base, answers=answers_kept(flow, report))
    filling = begin_filling(rt, sms, 1, flow, given, report_id=report.id)
    return fill(rt, db, person, filling, opening)


def _report(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer | None:
    """What a keyword begins. None: there is none that is hers."""
    flow = rt.flows.flows.get(opening.flow)
    if flow is None or flow.id not in base.flows:
        return None
    given = given_in(rt, flow, base)
    if not opening.rest.strip() and flow.help:
        return Answer((help_reply(rt.flows, flow, given),))
    return fill(rt, db, person, begin_filling(rt, sms, 1, flow, given), opening)


def _continue(
    rt: Runtime, db: Connection, person: Person, opening: Opening, base: Given
) -> Answer | None:
    """Letters without a keyword finish what she left unfinished, on whichever face."""
    for draft in draft_store.drafts_of(db, person.id, rt.now()):
        flow = rt.flows.flows.get(draft.flow)
        if flow is None or flow.id not in base.flows or not has_answers(flow, opening.rest):
            continue
        taken = tuple((ask, key) for ask, key in draft.keys)
        walked = resume(flow, taken, given_again(rt, flow, draft, base))
        given = given_in(rt, flow, base, answers=walked.answers)
        filling = reports.Filling(
            flow=flow,
            origin=draft.origin,
            session=draft.session,
            n=int(draft.origin.rpartition(":")[2]),
            source="sms",
            text_length=draft.text_length,
            given=given,
            answers={},
            began_at=draft.began_at,
            withdrawn=walked.withdrawn,
            report_id=draft.report_id,
        )
        return fill(rt, db, person, filling, opening)
    return None


def _without_keyword(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, base: Given
) -> Answer | None:
    """The keyword is missing or misspelt: danger that can be read, or all of a report, is taken."""
    body = sms.text.strip()
    for name in base.flows:
        flow = rt.flows.flows[name]
        for rest in (body, body.partition(" ")[2]):
            given = given_in(rt, flow, base)
            if not has_answers(flow, rest):
                continue
            opening = Opening(flow=name, rest=rest)
            reading = read(flow, opening, given)
            judged = reading.judged
            if len(reading.answers) >= CLEAR_ANSWERS and (judged.dangers or judged.complete):
                return fill(rt, db, person, begin_filling(rt, sms, 1, flow, given), opening)
    return None
