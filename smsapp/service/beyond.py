"""What one SMS holds beyond the reports that are taken of it: danger is told once, the rest is not
taken, and she is asked to send it one by one."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.given import Given
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Flow
from smsapp.flow.reading import read
from smsapp.runtime import Runtime
from smsapp.service.given import given_by_sms, given_in
from smsapp.service.texted import Answer, begin_filling, fill, lost
from smsapp.store.people import Person

MOST_REPORTS = 8  # of one SMS: ten segments hold no more that are whole; more is a robot or a slip
UNREADABLE = "?"  # what an SMS says whose signs nobody reads


def beyond(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, rest: Sequence[Opening], base: Given
) -> list[Answer]:
    """What she is answered of the reports that are too many; danger in them is one alert."""
    if not rest:
        return []
    asked = lost(rt, db, person, "sms.too_many", count=str(MOST_REPORTS))
    too_many = replace(asked, refers=True)
    flow = next((one for one in _offered(rt, base) if _tells_unread(one)), None)
    if flow is None or not any(_may_be_danger(rt, one, base) for one in rest):
        return [too_many]
    given = given_by_sms(rt, db, person, flow, base)
    filling = begin_filling(rt, sms, MOST_REPORTS + 1, flow, given)
    opening = Opening(flow=flow.id, rest=UNREADABLE, said=rt.flows.words.meanings)
    return [fill(rt, db, person, filling, opening), too_many]


def _offered(rt: Runtime, base: Given) -> list[Flow]:
    return [rt.flows.flows[name] for name in base.flows]


def _tells_unread(flow: Flow) -> bool:
    """Whether an SMS to it is told though no sign can be read."""
    return any(choice.unread for ask in flow.asks for choice in ask.choices)


def _may_be_danger(rt: Runtime, opening: Opening, base: Given) -> bool:
    """Whether a report says danger, or leaves it open."""
    flow = rt.flows.flows.get(opening.flow)
    if flow is None or flow.id not in base.flows:
        return False
    return read(flow, opening, given_in(rt, flow, base)).judged.facts["danger"] is not False
