"""The screen of a call that stands now, or stood earlier."""

from smsapp.channels.contract import HopReply
from smsapp.flow import screen
from smsapp.flow.given import Given
from smsapp.flow.model import Ask, Flow
from smsapp.flow.walk import Walked, next_ask, step
from smsapp.runtime import Runtime
from smsapp.service.fillings import current, start
from smsapp.service.given import read_given
from smsapp.store.sessions import Call, Filling


def show(rt: Runtime, call: Call) -> HopReply:
    """The screen that stands now."""
    if call.last:
        return HopReply(call.last, ends=not (call.fillings and call.fillings[-1].then))
    return _show(rt, call, *current(rt, call))


def show_earlier(rt: Runtime, call: Call, length: int) -> HopReply:
    """The screen that stood when the text was this long: a repeat changes nothing."""
    index, count = next(
        ((at, keys) for known, at, keys in reversed(call.marks) if known <= length), (0, 0)
    )
    filling = call.fillings[index]
    flow = rt.flows.flows[filling.flow]
    given = read_given(filling.given)
    walked = start(flow, filling, given)
    for key in filling.keys[:count]:
        walked = step(flow, walked, key, given)
    return _show(rt, call, filling, flow, given, walked)


def _show(
    rt: Runtime, call: Call, filling: Filling, flow: Flow, given: Given, walked: Walked
) -> HopReply:
    ask, facts = next_ask(flow, walked, given)
    if ask is None:
        said = filling.last or call.last or rt.flows.say("hop.left", given.language)
        return HopReply(said, ends=not filling.then)
    shown = screen.show(
        flow,
        ask,
        facts,
        walked.answers,
        given,
        rt.flows.words,
        page=walked.page,
        notice=walked.notice,
        back=len(walked.taken) > walked.barrier or (not walked.taken and _may_leave(flow, ask)),
        outcomes=call.outcomes,
    )
    return HopReply(shown.text, shown.ends, f"{filling.flow}.{ask.id}")


def _may_leave(flow: Flow, ask: Ask) -> bool:
    """Whether `00` on the first screen leads back to the menu; a list that opens names 0 for it."""
    return flow.id != screen.FIRST and not ask.opens
