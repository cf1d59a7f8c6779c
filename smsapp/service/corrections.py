"""FIX and CANCEL: she mends or takes back her own report by SMS, for a day.

The old values stay in the history. An alert is never taken back so: those told are asked to confirm
by a call, and until then the answer to her is REFER. Danger that a correction adds is told at once.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import missing_letters, unread_text
from smsapp.flow.given import Given
from smsapp.flow.judge import ABSENT, Judgement, judge
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Answers, Flow
from smsapp.flow.reading import Reading, read
from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.service import alerts, arrival, effects, reports, signals, supply, tasks
from smsapp.service.believed import given_stock
from smsapp.service.correctable import SAID, Meant, is_correctable, meant_by
from smsapp.service.doubt import doubted, said_again
from smsapp.service.given import given_in, given_of_month
from smsapp.service.naming import seen_on
from smsapp.service.stock import pieces
from smsapp.service.taking_back import cancel_order, open_orders
from smsapp.service.texted import Answer, begin_filling, go_on, lost, take_up, tell
from smsapp.store import alerts as alert_store
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store import signals as signal_store
from smsapp.store.people import Person
from smsapp.store.reports import Report
from smsapp.store.sent import withdraw
from smsapp.store.stock import drop as drop_movements


def fix(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """`FIX 482913 B52`: change these answers, judge anew, say the reply anew."""
    meant = meant_by(rt, db, person, opening, base, "sms.fix_how", danger="_danger")
    if isinstance(meant, Answer):
        return meant
    report, flow = meant.report, meant.flow
    said = Opening(flow=flow.id, rest=meant.letters, said=opening.said)
    if not normal(meant.letters):
        return lost(rt, db, person, "sms.fix_how")
    if report.state == "open":
        return _finish(rt, db, person, sms, meant, base)
    given = given_in(rt, flow, base, answers=report.answers)
    given = replace(given, params=given.params | report.params)
    given = given_of_month(rt, db, person, flow, given, report.opened_at)
    reading = read(flow, said, given)
    asked = _asked_back(rt, db, person, opening, flow, reading, given, report.opened_at)
    if asked:
        return asked
    more = signals.is_correctable(db, flow, report, reading.answers)
    if not more or not is_correctable(flow, reading.judged):
        return lost(rt, db, person, "sms.too_late", ref=report.ref, phone=base.values["phone"])
    added = set(reading.judged.dangers) - set(report.classes)
    if not added:
        refused = _refused(rt, db, person, flow, report, reading)
        if refused:
            return refused
    answers = _applying(flow, reading.answers, reading.judged)
    given = replace(given, answers=answers)
    changed = Reading(answers, reading.unknown, judge(flow, answers, given))
    return _change(rt, db, person, sms, report, changed, given, flow, anew=bool(added))


def _asked_back(
    rt: Runtime,
    db: Connection,
    person: Person,
    opening: Opening,
    flow: Flow,
    reading: Reading,
    given: Given,
    since: datetime,
) -> Answer | None:
    """An amount that can hardly be meant: asked back, unless this is the second time."""
    amounts = doubted(flow, reading.answers, given_stock(rt, db, person, flow, given, since))
    if not amounts:
        return None

    def same(one: Opening) -> bool:
        return one.command == opening.command and normal(one.rest) == normal(opening.rest)

    if said_again(rt, db, person, same):
        return None
    return lost(rt, db, person, "sms.sure", text=pieces(amounts, "text"))


def _finish(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, meant: Meant, base: Given
) -> Answer:
    """What is not finished is gone on with: no danger that was told is lowered there."""
    for draft in draft_store.drafts_of(db, person.id, rt.now()):
        if draft.report_id == meant.report.id:
            filling = take_up(rt, draft, meant.flow, base)
            said = rt.flows.words.meanings
            opening = Opening(flow=meant.flow.id, rest=meant.letters, said=said)
            return go_on(rt, db, person, sms, filling, opening)
    return lost(rt, db, person, "sms.too_late", ref=meant.report.ref, phone=base.values["phone"])


def _refused(
    rt: Runtime, db: Connection, person: Person, flow: Flow, report: Report, reading: Reading
) -> Answer | None:
    """Why nothing is changed. A correction is taken whole or not at all, unless it adds danger."""
    ref, facts = report.ref, reading.judged.facts
    changed = [one for one, value in reading.answers.items() if report.answers.get(one) != value]
    foreign = [ask.letter for ask in flow.asks if ask.id in changed and facts[ask.id] is ABSENT]
    unread = [*reading.unknown, *foreign]
    if unread:
        return lost(rt, db, person, "sms.fix_not", ref=ref, text=unread_text(unread))
    missing = [ask for ask in reading.judged.missing if not ask.again]
    if missing:
        letters = missing_letters(missing)
        return lost(rt, db, person, "sms.fix_missing", ref=ref, letters=letters)
    return None if changed else lost(rt, db, person, "sms.already", ref=ref)


def _applying(flow: Flow, answers: Answers, judged: Judgement) -> Answers:
    """Without the answers of asks that apply no more; what was said to the danger screen stands."""
    danger = flow.danger_ask.id if flow.danger_ask else ""
    return {
        name: value
        for name, value in answers.items()
        if name == danger or judged.facts.get(name, value) is not ABSENT
    }


def _change(
    rt: Runtime,
    db: Connection,
    person: Person,
    sms: SmsIn,
    report: Report,
    reading: Reading,
    given: Given,
    flow: Flow,
    *,
    anew: bool,
) -> Answer:
    judged, now = reading.judged, rt.now()
    filling = begin_filling(rt, sms, 0, flow, given, report.id)
    filling = replace(filling, answers=reading.answers)
    of_village = signal_store.state_of(db, report.id)  # its alert is of no child's danger
    stands = bool(alert_store.standing(db, report.id)) and not (judged.dangers or of_village)
    values = {
        "answers": reading.answers,
        "classes": list(judged.classes),
        "danger": bool(judged.dangers),
        "changed_at": now,
        "seen_on": seen_on(rt, flow, reading.answers, report.opened_at),
        "waits": "" if stands else reports.waits_for(flow, reading.answers, judged),
    }
    store.change_report(db, report.id, **values)
    store.add_event(db, report.id, now, "corrected", reading.answers, list(judged.classes))
    done = effects.apply(rt, db, person, filling, judged, report, finished=True, anew=anew)
    if stands:
        if any(one.id in report.classes for one in flow.danger_classes):
            alerts.doubt_alert(rt, db, report.id)
        return lost(rt, db, person, "sms.fix_doubt", ref=report.ref)
    return tell(rt, filling, reading, done.outcomes, {"ref": report.ref, **done.values})


def cancel(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """`CANCEL 482913`: it counts no more; an alert of it stands. What is packed has left."""
    said = SAID.fullmatch(normal(opening.rest))
    ordered = cancel_order(rt, db, person, said[1]) if said else None
    if ordered:
        return ordered
    meant = meant_by(rt, db, person, opening, base, "sms.cancel_how", open_orders(db, person))
    if isinstance(meant, Answer):
        return meant
    report = meant.report
    if signal_store.state_of(db, report.id):  # the district alone closes it
        return lost(rt, db, person, "sms.too_late", ref=report.ref, phone=base.values["phone"])
    withdraw(db, report.id, rt.now())
    store.add_event(db, report.id, rt.now(), "withdrawn", report.answers, report.classes)
    supply.withdraw(rt, db, person, report.id)
    drop_movements(db, report.id, rt.now())
    arrival.settle(rt, db, person)
    tasks.reopen(db, report.id)
    stands = alerts.doubt_alert(rt, db, report.id)
    word = "sms.cancelled_alert" if stands else "sms.cancelled"
    return lost(rt, db, person, word, ref=report.ref)
