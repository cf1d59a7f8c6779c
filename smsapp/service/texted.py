"""A filling that comes by SMS: what is understood of it is saved, and answered.

The same content again within a day, in another SMS, is a question and no second report: an
impatient thumb and a second child look alike, and she alone knows which it is.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import echo, sms_reply, unread_reply
from smsapp.flow.given import Given
from smsapp.flow.judge import UNKNOWN
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Flow
from smsapp.flow.reading import Reading, never_lower, read
from smsapp.flow.unlettered import in_doubt
from smsapp.flow.walk import resume
from smsapp.runtime import Runtime
from smsapp.service import drafts, people, receipt, reports
from smsapp.service.believed import given_asked
from smsapp.service.doubt import doubted, meant, taking
from smsapp.service.given import given_again
from smsapp.service.stock import pieces
from smsapp.service.understood import says_nothing, whose
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.drafts import Draft
from smsapp.store.people import Person
from smsapp.store.reports import Report
from smsapp.store.sent import sent_since

SAME_WITHIN = timedelta(hours=24)  # the same content in this time may be the same child
ID_LENGTH = 60  # characters of a gateway id kept as it is; longer ones are hashed


@dataclass(frozen=True)
class Answer:
    """What an SMS is answered: one SMS or more. `danger`: said before all else."""

    texts: tuple[str, ...]
    danger: bool = False
    refers: bool = False  # says REFER, or when to: never held back
    unread: str = ""  # the word that nobody understood
    about: str = ""  # which child of several: the first letter and digits


def session_of(sms: SmsIn) -> str:
    """The gateway's id of an SMS as a session: what a filling that it began is known by."""
    name = sms.gateway_id
    if len(name) > ID_LENGTH:
        name = hashlib.sha256(name.encode()).hexdigest()
    return f"sms:{name}"


def begin_filling(
    rt: Runtime, sms: SmsIn, n: int, flow: Flow, given: Given, report_id: int | None = None
) -> reports.Filling:
    """The n-th filling of an SMS; the same SMS read again has the same origins."""
    session = session_of(sms)
    return reports.Filling(
        flow=flow,
        origin=f"{session}:{n}",
        session=session,
        n=n,
        source="sms",
        text_length=0,
        given=given,
        answers={},
        began_at=rt.now(),
        report_id=report_id,
    )


def take_up(rt: Runtime, draft: Draft, flow: Flow, base: Given) -> reports.Filling:
    """What was kept, with the answers given so far, as this SMS goes on with it."""
    again = given_again(rt, flow, draft, base)
    walked = resume(flow, tuple((ask, key) for ask, key in draft.keys), again)
    return reports.Filling(
        flow=flow,
        origin=draft.origin,
        session=draft.session,
        n=int(draft.origin.rpartition(":")[2]),
        source="sms",
        text_length=draft.text_length,
        given=replace(again, answers=walked.answers),
        answers=walked.answers,
        began_at=draft.began_at,
        withdrawn=walked.withdrawn,
        report_id=draft.report_id,
    )


def go_on(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    filling: reports.Filling,
    opening: Opening,
) -> Answer:
    """Add what this SMS says to a draft, and hold it: a call that is not over yet does not."""
    filling = replace(filling, session=session_of(sms), text_length=0)
    drafts.hold_by_sms(rt, db, filling)
    return fill(rt, db, person, filling, opening)


def lost(rt: Runtime, db: Connection, person: Person, word: str, **values: str) -> Answer:
    """A sentence of the system in answer."""
    code = rt.settings.service_code
    return Answer((people.text_for(rt, db, person, word, **{"code": code, **values}),))


def fill(
    rt: Runtime, db: Connection, person: Person, filling: reports.Filling, opening: Opening
) -> Answer:
    """Save what was read: a report when nothing is missing, danger at once, else a draft."""
    doubt = in_doubt(filling.flow, opening.rest, filling.given)
    if doubt:
        return lost(rt, db, person, "sms.letter_missing", letters=doubt)
    reading = read(filling.flow, opening, filling.given)
    if filling.report_id:  # what is asked again by USSD may be left out here
        reading = reading.without_again()
    reading = never_lower(filling.flow, reading, filling.given)
    refused = _refused(rt, db, person, filling, reading)
    if refused:
        return refused
    reading, unnamed = whose(db, person, filling, reading)
    if unnamed is not None:
        said = lost(rt, db, person, unnamed.word, **unnamed.values)
        return replace(said, danger=bool(reading.judged.dangers))
    believed = given_asked(rt, db, person, filling.flow, filling.given, reading.answers)
    amounts = doubted(filling.flow, reading.answers, believed)
    if amounts:
        if not meant(rt, db, person, filling, reading):
            return lost(rt, db, person, "sms.sure", text=pieces(amounts, "text"))
        filling = replace(filling, given=taking(filling.given, amounts))
        reading = read(filling.flow, opening, filling.given)
    return _keep_or_save(rt, db, person, filling, reading)


def _keep_or_save(
    rt: Runtime, db: Connection, person: Person, filling: reports.Filling, reading: Reading
) -> Answer:
    """A draft of what is not whole, a question about what was said before, or a report."""
    given = replace(filling.given, answers=reading.answers)
    filling = replace(filling, given=given, answers=reading.answers)
    if reading.judged.missing and not reading.judged.dangers:
        if not drafts.is_kept(db, person, filling, rt.now()):
            drafts.keep_draft(rt, db, person, filling, rt.now())
        return tell(rt, filling, reading, {}, {})
    twin = _twin(rt, db, person, filling)
    if twin is not None:
        return _ask(rt, db, person, filling, twin, danger=bool(reading.judged.dangers))
    return save(rt, db, person, filling, reading)


def _refused(
    rt: Runtime, db: Connection, person: Person, filling: reports.Filling, reading: Reading
) -> Answer | None:
    """Why nothing is taken of this SMS."""
    refused = receipt.refused(rt, db, person, filling, reading)
    if refused:
        return lost(rt, db, person, refused[0], **refused[1])
    if says_nothing(filling, reading):
        return Answer((unread_reply(rt.flows, filling.flow, reading, filling.given),))
    return None


def _twin(rt: Runtime, db: Connection, person: Person, filling: reports.Filling) -> Report | None:
    """The report that already says all this. What is no report is never one, nor what replaces."""
    if filling.report_id or not filling.flow.reports or _replaces(filling.flow):
        return None
    if store.find_origin(db, filling.origin) is not None:
        return None
    lately = sent_since(db, person.id, filling.flow.id, rt.now() - SAME_WITHIN)
    return next((one for one in lately if one.answers == filling.answers), None)


def _replaces(flow: Flow) -> bool:
    """Whether a report takes the place of the one before: the same again is no other."""
    return any(one.do == "record_month" for one in flow.effects)


def _ask(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: reports.Filling,
    twin: Report,
    *,
    danger: bool,
) -> Answer:
    """Ask whether it is another; the question is a draft, so that it outlives us."""
    values = {
        "person_id": person.id,
        "flow": filling.flow.id,
        "version": filling.flow.version,
        "session": filling.session,
        "text_length": filling.text_length,
        "given": asdict(filling.given),
        "keys": [],
        "danger": danger,
        "report_id": twin.id,
        "twin": True,
        "state": "open",
        "began_at": filling.began_at,
        "due_at": rt.now() + drafts.patience(rt),
    }
    if not drafts.is_kept(db, person, filling, rt.now(), twin=True):
        draft_store.put_draft(db, filling.origin, values)
    word = "sms.twin_child" if filling.flow.ask("age") else "sms.twin"
    said = lost(rt, db, person, "sms.twin_danger" if danger else word, ref=twin.ref)
    return replace(said, danger=danger, refers=danger)


def save(
    rt: Runtime, db: Connection, person: Person, filling: reports.Filling, reading: Reading
) -> Answer:
    """Record a filling that is whole or holds danger, and say what became of it."""
    try:
        finished = not reading.judged.missing
        saved = reports.record(rt, db, person, filling, finished=finished)
    except reports.NotAllowed:
        return lost(rt, db, person, "sms.not_understood")
    if saved.already:
        return lost(rt, db, person, "sms.already", ref=saved.ref)
    return tell(rt, filling, reading, saved.outcomes, {"ref": saved.ref, **saved.values})


def tell(
    rt: Runtime,
    filling: reports.Filling,
    reading: Reading,
    outcomes: Mapping[str, str],
    values: Mapping[str, str],
) -> Answer:
    """The reply, and a second SMS where something was not understood."""
    first = sms_reply(rt.flows, filling.flow, reading, filling.given, outcomes, values)
    second = unread_reply(rt.flows, filling.flow, reading, filling.given)
    texts = (first, second) if second else (first,)
    about = echo(filling.flow, reading.answers, reading.judged).partition(" ")[0]
    danger, open_yet = bool(reading.judged.dangers), reading.judged.facts["danger"] is UNKNOWN
    return Answer(texts, danger=danger, refers=danger or open_yet, about=about)
