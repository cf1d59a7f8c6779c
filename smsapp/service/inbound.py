"""An SMS from a phone: a command, a report or a part of one, an answer; each is answered once."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from smsapp import phone
from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import help_reply, sms_reply, unread_reply
from smsapp.flow.given import Given
from smsapp.flow.judge import judge
from smsapp.flow.keyword import Opening, Reading, has_answers, open_sms, read
from smsapp.flow.model import Flow
from smsapp.flow.walk import resume
from smsapp.runtime import Runtime
from smsapp.service import drafts, outbox, people, reports
from smsapp.service.given import answers_kept, given_again, given_at_dial, given_in
from smsapp.store import drafts as draft_store
from smsapp.store import inbound as inbox
from smsapp.store import reports as store
from smsapp.store.people import Person, person_by_phone

log = structlog.get_logger()

LOOP_WINDOW = timedelta(minutes=5)  # reliability D5: robots answer robots
LOOP_LIMIT = 3  # the same text this often in the window is answered; then we are silent
CLEAR_ANSWERS = 2  # fewer letters with digits may be any text
ID_LENGTH = 60  # characters of a gateway id kept as it is; longer ones are hashed


def take_sms(rt: Runtime, db: Connection, row_id: int, sms: SmsIn) -> None:
    """Understand one SMS and put its answer into the outbox, in the transaction that reads it."""
    try:
        sender = phone.parse(sms.sender, rt.settings.country)
    except phone.BadPhone:
        return  # a short code or a name: robots, never answered
    person = person_by_phone(db, sender, rt.now())
    inbox.note_sender(db, row_id, sender, person.id if person else None)
    looping = inbox.repeats(db, row_id, sender, rt.now() - LOOP_WINDOW) >= LOOP_LIMIT
    if looping:
        log.warning("loop_stopped", inbound=row_id)
        if person is None or person.role == "chw":
            return  # of the others an OK counts all the same
    if person is None or not person.active:
        _tell_stranger(rt, db, sender)
        return
    answers = _answer(rt, db, person, sms)
    for number, text in enumerate([] if looping else answers):
        outbox.put(
            rt,
            db,
            key=f"reply:{row_id}:{number}",
            kind="reply",
            phone=sender,
            text=text,
            person_id=person.id,
        )


def _tell_stranger(rt: Runtime, db: Connection, sender: str) -> None:
    """What to do, once a day: in every language, because hers is not known."""
    name = hashlib.sha256(sender.encode()).hexdigest()[:20]
    text = people.unregistered(rt)
    key = f"stranger:{name}:{rt.now():%Y-%m-%d}"
    outbox.put(rt, db, key=key, kind="reply", phone=sender, text=text)


def _answer(rt: Runtime, db: Connection, person: Person, sms: SmsIn) -> list[str]:
    opening = open_sms(rt.flows, sms.text)
    base = given_at_dial(rt, db, person, "sms")
    if opening.command or not sms.text.strip():
        return [_command(rt, db, person, opening.command, base)]
    if opening.ref:
        return _amend(rt, db, person, sms, opening, base)
    flow = rt.flows.flows.get(opening.flow)
    if flow is not None and flow.id in base.flows:
        given = given_in(rt, flow, base)
        if not opening.rest.strip() and flow.help:
            return [help_reply(rt.flows, flow, given)]
        return _fill(rt, db, person, _filling(rt, sms, flow, given), opening)
    return (
        _continue(rt, db, person, opening, base)
        or _without_keyword(rt, db, person, sms, base)
        or [_lost(rt, db, person, "sms.not_understood")]
    )


def _lost(rt: Runtime, db: Connection, person: Person, word: str, **values: str) -> str:
    return people.text_for(rt, db, person, word, code=rt.settings.service_code, **values)


def _command(rt: Runtime, db: Connection, person: Person, command: str, base: Given) -> str:
    word = "sms.help_chw" if person.role == "chw" else "sms.help_answerer"
    if command == "stop":
        people.opt_out(db, person.phone)
        word = "sms.stopped"
    elif command == "start":
        people.opt_in(db, person.phone)
        word = "sms.started"
    values = {name: base.values[name] for name in ("code", "phone")}
    return people.text_for(rt, db, person, word, **values)


def _amend(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> list[str]:
    """`R482913 1`: the result that an earlier report waits for."""
    report = store.report_by_ref(db, person.id, opening.ref)
    flow = rt.flows.flows.get(report.flow) if report else None
    if report is None or flow is None or not report.waits:
        return [_lost(rt, db, person, "sms.not_found", ref=opening.ref)]
    given = given_in(rt, flow, base, answers=answers_kept(flow, report))
    filling = _filling(rt, sms, flow, given, report_id=report.id)
    return _fill(rt, db, person, filling, opening)


def _continue(
    rt: Runtime, db: Connection, person: Person, opening: Opening, base: Given
) -> list[str]:
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
        return _fill(rt, db, person, filling, opening)
    return []


def _without_keyword(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, base: Given
) -> list[str]:
    """The keyword is missing or misspelt: danger that can be read, or all of a report, is taken."""
    body = sms.text.strip()
    for name in base.flows:
        flow = rt.flows.flows[name]
        for rest in (body, body.partition(" ")[2]):
            given = given_in(rt, flow, base)
            if not has_answers(flow, rest):
                continue
            reading = read(flow, Opening(flow=name, rest=rest), given)
            judged = reading.judged
            if len(reading.answers) >= CLEAR_ANSWERS and (judged.dangers or judged.complete):
                filling = _filling(rt, sms, flow, given)
                return _fill(rt, db, person, filling, Opening(flow=name, rest=rest))
    return []


def _filling(
    rt: Runtime, sms: SmsIn, flow: Flow, given: Given, report_id: int | None = None
) -> reports.Filling:
    name = sms.gateway_id
    if len(name) > ID_LENGTH:
        name = hashlib.sha256(name.encode()).hexdigest()
    return reports.Filling(
        flow=flow,
        origin=f"sms:{name}:1",
        session=f"sms:{name}",
        n=1,
        source="sms",
        text_length=0,
        given=given,
        answers={},
        began_at=rt.now(),
        report_id=report_id,
    )


def _fill(
    rt: Runtime, db: Connection, person: Person, filling: reports.Filling, opening: Opening
) -> list[str]:
    """Save what was read: a report when nothing is missing, danger at once, else a draft."""
    reading = read(filling.flow, opening, filling.given)
    if filling.report_id:  # what is asked again by USSD may be left out here
        reading = reading.without_again()
    reading = _never_lower(filling.flow, reading, filling.given)
    if _says_nothing(filling, reading):
        return [unread_reply(rt.flows, reading, filling.given)]
    given = replace(filling.given, answers=reading.answers)
    filling = replace(filling, given=given, answers=reading.answers)
    outcomes: dict[str, str] = {}
    values: dict[str, str] = {}
    if reading.judged.missing and not reading.judged.dangers:
        drafts.keep_draft(rt, db, person, filling, rt.now())
    else:
        try:
            finished = not reading.judged.missing
            saved = reports.record(rt, db, person, filling, finished=finished)
        except reports.NotAllowed:
            return [_lost(rt, db, person, "sms.not_understood")]
        if saved.already:
            return [_lost(rt, db, person, "sms.already", ref=saved.ref)]
        outcomes, values = saved.outcomes, {"ref": saved.ref, **saved.values}
    first = sms_reply(rt.flows, filling.flow, reading, given, outcomes, values)
    second = unread_reply(rt.flows, reading, given)
    return [first, second] if second else [first]


def _says_nothing(filling: reports.Filling, reading: Reading) -> bool:
    """Whether all that was meant is what was not understood: nothing is taken for it.

    `OK 482 914`, a ref in two pieces, is not the bare OK; `OK thanks` is.
    """
    if reading.judged.missing or not reading.unknown:
        return False
    answers_somebody = any(one.do.startswith("answer_") for one in filling.flow.effects)
    if answers_somebody:
        return any(letter.isdigit() for piece in reading.unknown for letter in piece)
    return filling.report_id is not None and reading.answers == filling.given.answers


def _never_lower(flow: Flow, reading: Reading, given: Given) -> Reading:
    """The reading where a danger told before stands: only `Mistake`, by dialling, takes it back."""
    before = given.answers
    if not judge(flow, before, given).dangers:
        return reading
    answers = dict(reading.answers)
    for name in flow.danger_support & before.keys():
        old, new = before[name], answers[name]
        if isinstance(old, list) and isinstance(new, list):
            answers[name] = [*old, *(tick for tick in new if tick not in old)]
        else:
            answers[name] = old
    return replace(reading, answers=answers, judged=judge(flow, answers, given))
