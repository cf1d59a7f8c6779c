"""The fillings of a call, as Redis keeps them, as flows walk them, as reports take them."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from smsapp.flow.answer import Wrong
from smsapp.flow.model import Flow, Given
from smsapp.flow.walk import Walked, begin, resume, step
from smsapp.runtime import Runtime
from smsapp.service import reports
from smsapp.service.given import given_again, read_given, write_given
from smsapp.store.reports import Draft
from smsapp.store.sessions import Call, Filling


def current(rt: Runtime, call: Call) -> tuple[Filling, Flow, Given, Walked]:
    """The filling that goes on, with its flow and how far it is."""
    filling = call.fillings[-1]
    flow = rt.flows.flows[filling.flow]
    given = read_given(filling.given)
    if filling.walked is None or filling.version != flow.version:
        walked = start(flow, filling, given)
        for key in filling.keys:
            walked = step(flow, walked, key, given)
    else:
        walked = load(filling.walked)
    return filling, flow, given, walked


def resume_draft(rt: Runtime, call: Call, draft: Draft) -> bool:
    """Go on with a dropped filling. False: its flow is not served any more."""
    flow = rt.flows.flows.get(draft.flow)
    if flow is None:
        return False
    given = given_again(rt, draft)
    n = int(draft.origin.rpartition(":")[2])
    filling = new_filling(rt, flow, draft.origin, n, given)
    filling.began_at = draft.began_at.timestamp()
    filling.resumed = draft.keys
    filling.report_id = draft.report_id
    walked = start(flow, filling, given)
    filling.walked, filling.saved = dump(walked), walked.commits
    call.fillings.append(filling)
    return True


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
    return resume(flow, tuple((ask, key) for ask, key in filling.resumed), given)


def dump(walked: Walked) -> dict[str, Any]:
    return asdict(walked)


def load(stored: dict[str, Any]) -> Walked:
    walked = Walked(**stored)
    notice = stored["notice"]
    return replace(
        walked,
        taken=tuple((ask, key) for ask, key in stored["taken"]),
        ticked=tuple(stored["ticked"]),
        notice=Wrong(**notice) if notice else None,
    )
