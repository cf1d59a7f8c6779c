"""When people are written to: at the hour the programme chose, by day, spread over minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsapp.flow.chains import HERSELF, Chain, Step
from smsapp.runtime import Runtime
from smsapp.service.naming import local_day
from smsapp.store.people import Person
from smsapp.store.reminders import Reminder

DAY = timedelta(days=1)  # of the calendar: added to dates only, never to moments
APART = timedelta(hours=20)  # two steps to one person: a day, less what a busy morning takes


def at_hour(rt: Runtime, day: date, hour: int) -> datetime:
    """The moment at which it is this hour there on that day, summer time or not."""
    return datetime.combine(day, time(hour), ZoneInfo(rt.settings.timezone)).astimezone(UTC)


def morning(rt: Runtime, seat: int, day: date) -> datetime:
    """When somebody is reminded on that day: not everybody in the same second.

    `seat`: who shares it hears in the same minute; usually the person's id.
    """
    later = timedelta(minutes=seat % rt.settings.reminder_spread_minutes)
    return at_hour(rt, day, rt.settings.reminder_hour) + later


def next_morning(rt: Runtime, seat: int) -> datetime:
    """The next such moment that is still to come."""
    today = local_day(rt, rt.now())
    first = morning(rt, seat, today)
    return first if first > rt.now() else morning(rt, seat, today + DAY)


def by_day(rt: Runtime) -> bool:
    """Whether it is an hour at which people are reminded."""
    hour = rt.now().astimezone(ZoneInfo(rt.settings.timezone)).hour
    return rt.settings.reminder_hour <= hour < rt.settings.reminder_until


def next_moment(
    rt: Runtime, chain: Chain, done: Reminder, person: Person, *, sent: bool
) -> datetime:
    """When the step after this one is due: as long after now as the chain has between the two.

    An outage moves the rest, so nobody is told too soon. But the minutes to another person run on
    while this one waits for the morning; and what was sent late in a day is not said to the same
    person again the next morning.
    """
    last, step = chain.steps[done.step], chain.steps[done.step + 1]
    now, seat, again = rt.now(), seat_of(step, person.id, person), step.to == last.to
    if step.minutes is not None:
        waited = not again and now - done.due_at <= _night(rt)
        return moment_of(rt, step, done.due_at if waited else now, 0, seat)
    days = (step.day or 0) - (last.day or 0)
    due_at = moment_of(rt, step, now, days, seat)
    soon = again and sent and due_at - now < APART
    return moment_of(rt, step, now, days + 1, seat) if soon else due_at


def _night(rt: Runtime) -> timedelta:
    """How long nobody is written to."""
    return DAY - timedelta(hours=rt.settings.reminder_until - rt.settings.reminder_hour)


def moment_of(rt: Runtime, step: Step, after: datetime, days: int, seat: int) -> datetime:
    """So many of the step's minutes after a moment, or days later in the morning."""
    if step.minutes is not None:
        return after + timedelta(minutes=step.minutes)
    return morning(rt, seat, local_day(rt, after) + days * DAY)


def first_moment(rt: Runtime, step: Step, at: datetime, seat: int) -> datetime:
    """When a chain begins that is due at that moment; a day that is past already: next morning."""
    due_at = moment_of(rt, step, at, step.day or 0, seat)
    late = step.day is not None and due_at <= rt.now()
    return next_morning(rt, seat) if late else due_at


def seat_of(step: Step, person_id: int, person: Person | None) -> int:
    """Who are told of together share their minute, so that one SMS can say it all."""
    if person is None or step.to == HERSELF:
        return person_id
    return (person.supervisor_id if step.to == "supervisor" else person.facility_id) or person.id
