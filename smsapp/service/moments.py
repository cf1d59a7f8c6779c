"""When people are written to: at the hour the programme chose, by day, spread over minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsapp.runtime import Runtime
from smsapp.service.naming import local_day

DAY = timedelta(days=1)  # of the calendar: added to dates only, never to moments


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
