"""The fillings of a call, as Redis keeps them, as flows walk them, as reports take them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from smsapp.flow.answer import Wrong
from smsapp.flow.given import Given
from smsapp.flow.model import Flow
from smsapp.flow.screen import FIRST
from smsapp.flow.walk import Walked, begin, resume, step
from smsapp.runtime import Runtime
from smsapp.service import reports
from smsapp.service.given import given_again, read_given, write_given
from smsapp.store.drafts import Draft
from smsapp.store.sessions import Call, Filling


def current(rt: Runtime, call: Call) -> tuple[Filling, Flow, Given, Walked]:
    """The filling that goes on, with its flow and how far it is."""
    filling = call.fillings[-1]
    if call.live and call.live[0] is filling and call.live[1] is filling.walked:
        return filling, *call.live[2]
    flow = rt.flows.flows[filling.flow]
    given = read_given(filling.given)
    if filling.version != flow.version:
        _catch_up(flow, filling, given)
    if filling.walked is None:
        walked = start(flow, filling, given)
        for key in filling.keys:
            walked = step(flow, walked, key, given)
    else:
        walked = load(filling.walked)
    call.live = (filling, filling.walked, (flow, given, walked))
    return filling, flow, given, walked


def advance(call: Call, flow: Flow, given: Given, walked: Walked) -> None:
    """The last filling has come this far."""
    filling = call.fillings[-1]
    filling.walked = dump(walked)
    call.live = (filling, filling.walked, (flow, given, walked))


def _catch_up(flow: Flow, filling: Filling, given: Given) -> None:
    """The flow changed under the call: go on at the first answer that no longer fits."""
    taken = load(filling.walked).taken if filling.walked else ()
    walked = resume(flow, taken or _pairs(filling.resumed), given)
    filling.version, filling.keys = flow.version, []
    filling.resumed = [list(pair) for pair in walked.taken]
    filling.walked, filling.saved = dump(walked), walked.commits


def resume_draft(rt: Runtime, call: Call, draft: Draft) -> bool:
    """Go on with a dropped filling. False: its flow is not served to her any more."""
    flow = rt.flows.flows.get(draft.flow)
    base = base_given(call)
    if flow is None or flow.id not in base.flows:
        return False
    given = given_again(rt, flow, draft, base)
    n = int(draft.origin.rpartition(":")[2])
    filling = new_filling(rt, flow, draft.origin, n, given)
    filling.began_at = draft.began_at.timestamp()
    filling.resumed = draft.keys
    filling.report_id = draft.report_id
    walked = start(flow, filling, given)
    filling.walked, filling.saved = dump(walked), walked.commits
    call.fillings.append(filling)
    return True


def base_given(call: Call) -> Given:
    """What the menu rests on: the latest, because a code typed there changes who calls."""
    return read_given(next(one.given for one in reversed(call.fillings) if one.flow == FIRST))


def as_report(rt: Runtime, call: Call, filling: Filling, length: int) -> reports.Filling:
    """A filling of this call as the reports take it."""
    flow = rt.flows.flows[filling.flow]
    given = read_given(filling.given)
    walked = load(filling.walked) if filling.walked else start(flow, filling, given)
    return reports.Filling(
        flow=flow,
        origin=filling.origin,
        session=call.session,
        n=filling.n,
        source="ussd",
        text_length=length,
        given=given,
        answers=walked.answers,
        began_at=datetime.fromtimestamp(filling.began_at, UTC),
        taken=walked.taken,
        withdrawn=walked.withdrawn,
        report_id=filling.report_id,
    )


def new_filling(rt: Runtime, flow: Flow, origin: str, n: int, given: Given) -> Filling:
    at = rt.now().timestamp()
    return Filling(flow.id, flow.version, origin, n, write_given(given), began_at=at)


def start(flow: Flow, filling: Filling, given: Given) -> Walked:
    if not filling.resumed:
        return begin(given)
    return resume(flow, _pairs(filling.resumed), given)


def _pairs(stored: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((ask, key) for ask, key in stored)


def last_hop(call: Call) -> datetime:
    """When she last typed."""
    return datetime.fromtimestamp(call.at, UTC)


def dump(walked: Walked) -> dict[str, Any]:
    notice = walked.notice
    kept = {name: value for name, value in vars(walked).items() if name != "ahead"}
    return {**kept, "notice": vars(notice) if notice else None}


def load(stored: dict[str, Any]) -> Walked:
    walked = Walked(**stored)
    notice = stored["notice"]
    return replace(
        walked,
        taken=tuple((ask, key) for ask, key in stored["taken"]),
        ticked=tuple(stored["ticked"]),
        notice=Wrong(**notice) if notice else None,
    )
