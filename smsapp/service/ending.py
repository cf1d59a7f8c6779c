"""The last screen of a call: what was saved, who is told, what to write down."""

from dataclasses import dataclass, field, replace

from smsapp.channels.contract import HopReply
from smsapp.flow import screen
from smsapp.flow.fill import fill
from smsapp.flow.judge import lines
from smsapp.runtime import Runtime
from smsapp.service import reports
from smsapp.service.fillings import base_given, new_filling
from smsapp.service.given import given_in
from smsapp.store.people import person_by_id
from smsapp.store.reports import Origin, Report
from smsapp.store.sessions import Call


@dataclass(frozen=True)
class Ending:
    """What the last screen says, and what she may begin there: digit -> flow."""

    text: str
    then: dict[str, str] = field(default_factory=dict)

    def reply(self) -> HopReply:
        return HopReply(self.text, ends=not self.then)


def end_screen(rt: Runtime, saved: reports.Filling, recorded: reports.Recorded) -> Ending:
    """What the reply of the flow says of these answers and outcomes."""
    given = saved.given
    if recorded.already:
        text = rt.flows.say("hop.already", given.language, ref=recorded.ref)
        return Ending(screen.end(text, given, rt.flows.words).text)
    facts = dict(recorded.judged.facts)
    facts.update({f"outcome.{name}": word for name, word in recorded.outcomes.items()})
    said = "\n".join(lines(saved.flow.reply, facts, given.language))
    values = {**screen.values(saved.answers, given), "ref": recorded.ref, **recorded.values}
    then = screen.then(saved.flow, facts, given)
    offered = [f"{digit} {choice.text[given.language]}" for digit, choice in then.items()]
    text = screen.end("\n".join([fill(said, values), *offered]), given, rt.flows.words).text
    return Ending(text, {digit: choice.flow for digit, choice in then.items()})


def end_again(rt: Runtime, call: Call, saved: Origin, report: Report) -> Ending:
    """The last screen once more, from what is saved: effects done twice are done once."""
    flow = rt.flows.flows.get(report.flow)
    base = base_given(call)
    if flow is None or flow.id not in base.flows:
        return Ending(rt.flows.say("hop.already", base.language, ref=report.ref))
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
    return end_screen(rt, filling, recorded)


def stand_at_end(rt: Runtime, call: Call, saved: Origin, report: Report, ending: Ending) -> None:
    """A call that Redis lost after it was saved goes on from its last screen."""
    flow = rt.flows.flows[report.flow]
    base = base_given(call)
    filling = new_filling(
        rt, flow, saved.origin, saved.n, given_in(rt, flow, base, answers=report.answers)
    )
    filling.done, filling.last, filling.then = True, ending.text, ending.then
    call.fillings.append(filling)
    call.last, call.n, call.length = ending.text, saved.n, saved.text_length
    call.marks.append([call.length, len(call.fillings) - 1, 0])
