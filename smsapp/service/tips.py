"""One protocol reminder a week: planned on its day for everybody who wants it, a batch a tick."""

from datetime import date, datetime, timedelta

from smsapp.flow.model import Line
from smsapp.runtime import Runtime
from smsapp.service.moments import at_hour
from smsapp.service.naming import local_day
from smsapp.store import ticks
from smsapp.store import tips as store
from smsapp.store.people import Person

BATCH = 500  # people one tick plans for
FLOW = "tips"
WEEK = 7  # days


def plan_due(rt: Runtime) -> int:
    """What the clock does for tips. Gives for how many it planned."""
    today = local_day(rt, rt.now())
    if today.weekday() != rt.settings.tip_weekday or FLOW not in rt.flows.flows:
        return 0
    year, number, _ = today.isocalendar()
    week = f"{year}-W{number:02}"
    with rt.read() as db:
        if not store.next_people(db, store.planned_up_to(db, week), 1):
            return 0
    with rt.begin() as db:
        people = store.next_people(db, store.planned_up_to(db, week), BATCH)
        slot = f"{week}:{people[-1]:012}" if people else ""
        if not people or not ticks.take_slot(db, store.NAME, slot, rt.now()):
            return 0
        store.plan(db, week, [(one, _moment(rt, one, today)) for one in people])
    return len(people)


def _moment(rt: Runtime, person_id: int, day: date) -> datetime:
    """From the hour on, spread: not everybody in the same second."""
    begins = at_hour(rt, day, rt.settings.tip_hour)
    return begins + timedelta(minutes=person_id % rt.settings.tip_spread_minutes)


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
