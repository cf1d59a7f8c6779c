"""The protocol tip of a week: one rule each, in turn."""

from datetime import date, datetime

from smsapp.flow.model import Line
from smsapp.runtime import Runtime
from smsapp.service.naming import local_day
from smsapp.store.people import Person

FLOW = "tips"
WEEK = 7  # days


def tip_for(rt: Runtime, person: Person, due_at: datetime) -> str:
    """The tip of that week in a language that is hers, "" where none is signed for her."""
    flow = rt.flows.flows.get(FLOW)
    if flow is None or not flow.tips:
        return ""
    language = rt.flows.language(flow, person.language, training=person.training)
    return _of_week(flow.tips, local_day(rt, due_at)).text[language] if language else ""


def _of_week(tips: tuple[Line, ...], day: date) -> Line:
    """One after the other, the same for everybody."""
    return tips[(day.toordinal() - 1) // WEEK % len(tips)]
