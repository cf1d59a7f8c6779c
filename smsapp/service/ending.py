"""The last screen of a call: what was saved, who is told, what to write down."""

from dataclasses import replace

from smsapp.channels.contract import HopReply
from smsapp.flow import screen
from smsapp.flow.fill import fill
from smsapp.flow.judge import lines
from smsapp.runtime import Runtime
from smsapp.service import reports
from smsapp.service.given import given_in, read_given
from smsapp.store.people import person_by_id
from smsapp.store.reports import Origin, Report
from smsapp.store.sessions import Call


def end_screen(rt: Runtime, saved: reports.Filling, recorded: reports.Recorded) -> str:
    """What the reply of the flow says of these answers and outcomes."""
    given = saved.given
    if recorded.already:
        text = rt.flows.say("hop.already", given.language, ref=recorded.ref)
        return screen.end(text, given, rt.flows.words).text
    facts = dict(recorded.judged.facts)
    facts.update({f"outcome.{name}": word for name, word in recorded.outcomes.items()})
    said = "\n".join(lines(saved.flow.reply, facts, given.language))
    values = {**screen.values(saved.answers, given), "ref": recorded.ref, **recorded.values}
    return screen.end(fill(said, values), given, rt.flows.words).text


def end_again(rt: Runtime, call: Call, saved: Origin, report: Report) -> HopReply:
    """The last screen once more, from what is saved: effects done twice are done once."""
    flow = rt.flows.flows.get(report.flow)
    base = read_given(call.fillings[0].given)  # of the menu, as it is now
    if flow is None or flow.id not in base.flows:
        return HopReply(rt.flows.say("hop.already", base.language, ref=report.ref), ends=True)
    filling = reports.Filling(
        flow=flow,
        origin=saved.origin,
        session=call.session,
        n=saved.n,
        source="ussd",
        text_length=saved.text_length,
        given=replace(given_in(rt, flow, base), params=report.params),
        answers=report.answers,
        began_at=report.opened_at,
    )
    with rt.begin() as db:
        person = person_by_id(db, report.person_id, rt.now())
        if person is None:
            raise LookupError("the person of a report is gone")
        recorded = reports.record(rt, db, person, filling, finished=True)
    return HopReply(end_screen(rt, filling, recorded), ends=True)
