"""A day as people write it: TODAY, TUE, 23/11."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from smsapp.flow.words import Command

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}  # days from today
NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](?:20)?(\d\d))?")  # day, month, year


def day_ahead(dates: Mapping[str, Command], typed: str, today: date) -> date | None:
    """The day from today on that is meant. None: it names none."""
    return _meant(dates, typed, today, 1)


def day_back(dates: Mapping[str, Command], typed: str, today: date) -> date | None:
    """The day up to today that is meant. None: it names none."""
    return _meant(dates, typed, today, -1)


def _meant(dates: Mapping[str, Command], typed: str, today: date, way: int) -> date | None:
    plain = re.sub(r"[^A-Z]", "", typed)
    name = next((name for name, one in dates.items() if plain in one.words), "")
    if name in NEAR:
        return today + timedelta(days=NEAR[name])
    if name in WEEK:
        apart = (WEEK.index(name) - today.weekday()) * way % len(WEEK)
        return today + timedelta(days=apart * way)
    found = NUMBERS.fullmatch(typed)
    return _dated(found, today, way) if found else None


def _dated(found: re.Match[str], today: date, way: int) -> date | None:
    """Without a year it is the nearest such day on this side of today."""
    years = [2000 + int(found[3])] if found[3] else [today.year, today.year + way]
    for year in years:
        try:
            day = date(year, int(found[2]), int(found[1]))
        except ValueError:
            continue
        if found[3] or (day - today).days * way >= 0:
            return day
    return None
