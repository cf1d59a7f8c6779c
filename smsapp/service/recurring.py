"""What comes round by itself: counts and reports of the month, silence, the week's tip.

Planned by the clock once an hour for everybody whose turn it is; the rows decide, so that a clock
that ran twice, or not at all for some days, makes no difference. Due days are staggered: the
facilities take turns over `stagger_days`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from smsapp.flow.chains import HERSELF, Chain
from smsapp.runtime import Runtime
from smsapp.service.done import TESTS, quiet_days
from smsapp.service.moments import DAY, at_hour
from smsapp.service.naming import local_day
from smsapp.store import recurring as store
from smsapp.store.recurring import Round, Rule

BATCH = 5000  # people of one statement: well within `statement_seconds`
MISSED = 7  # days: what the clock could not plan for so long is left out, not made up


@dataclass(frozen=True)
class Silence:
    """What is overdue when it has not been for some days: a report, a visit."""

    days: Callable[[Runtime], int]
    rule: Rule  # for whom it has not been since then; another period after it has been
    staggered: bool = True  # else everybody is looked at every day


SILENCES = {
    "number": Silence(lambda rt: quiet_days(rt, "number"), store.UNHEARD, staggered=False),
    "number_above": Silence(
        lambda rt: quiet_days(rt, "number_above"), store.UNHEARD_ABOVE, staggered=False
    ),
    "report_overdue": Silence(lambda rt: rt.settings.silent_days, store.UNTOLD),
    "visit_overdue": Silence(lambda rt: rt.settings.visit_days, store.UNVISITED),
}


def plan_due(rt: Runtime) -> None:
    """What the clock does once an hour."""
    today = local_day(rt, rt.now())
    rounds = [
        one
        for kind, chain in rt.flows.chains.items()
        for one in _rounds(rt, kind, chain, today)
        if not chain.needs or chain.needs in rt.flows.flows
        if kind == "tip" or kind in TESTS  # what nobody can say is done must not nag for ever
    ]
    with rt.read() as db:
        last = store.last_person(db) if rounds else 0
    for one in rounds:
        for first in range(1, last + 1, BATCH):
            with rt.begin() as db:
                store.plan(db, one, first, first + BATCH - 1)


def _rounds(rt: Runtime, kind: str, chain: Chain, today: date) -> Iterator[Round]:
    if kind == "tip":
        yield from _tip(rt, kind, today)
    elif chain.day_of_month:
        yield from _monthly(rt, kind, chain, today)
    elif kind in SILENCES:
        yield from _silent(rt, kind, chain, today)


def _monthly(rt: Runtime, kind: str, chain: Chain, today: date) -> Iterator[Round]:
    """Each facility on its own day from the month's due day on; also those of missed days."""
    for first in _months(today):
        begins = first.replace(day=chain.day_of_month or 1)
        if not 0 <= (today - begins).days < rt.settings.stagger_days + MISSED:
            continue
        about = first - DAY if chain.about_last else first
        for rest in range(min((today - begins).days + 1, rt.settings.stagger_days)):
            one = _round(rt, kind, chain, begins + rest * DAY, rest, f"{about:%Y-%m}")
            yield replace(one, known_before=at_hour(rt, first, 0)) if chain.about_last else one


def _months(today: date) -> list[date]:
    """The first of this month and of the last: a turn may run over the end of a month."""
    first = today.replace(day=1)
    return [(first - DAY).replace(day=1), first]


def _silent(rt: Runtime, kind: str, chain: Chain, today: date) -> Iterator[Round]:
    """Each facility is looked at every `stagger_days`; a chain for each silence."""
    silence = SILENCES[kind]
    rest = today.toordinal() % rt.settings.stagger_days
    since = rt.now() - timedelta(days=silence.days(rt))
    one = _round(rt, kind, chain, today, rest, "")
    one = one if silence.staggered else replace(one, rest=0, of=1)
    yield replace(one, rule=silence.rule, since=since, known_before=since)


def _round(rt: Runtime, kind: str, chain: Chain, day: date, rest: int, period: str) -> Round:
    return Round(
        store.EVERYBODY,
        kind,
        period,
        at_hour(rt, day, rt.settings.reminder_hour),
        rt.settings.reminder_spread_minutes,
        known_before=at_hour(rt, day, 0),
        since=rt.now(),
        rest=rest,
        of=rt.settings.stagger_days,
        above=chain.steps[0].to != HERSELF,
    )


def _tip(rt: Runtime, kind: str, today: date) -> Iterator[Round]:
    """On its day of the week, for all: the same tip."""
    if today.weekday() == rt.settings.tip_weekday and "tips" in rt.flows.flows:
        year, week, _ = today.isocalendar()
        begins, minutes = at_hour(rt, today, rt.settings.tip_hour), rt.settings.tip_spread_minutes
        now, period = rt.now(), f"{year}-W{week:02}"
        yield Round(store.TIPS, kind, period, begins, minutes, known_before=now, since=now)
