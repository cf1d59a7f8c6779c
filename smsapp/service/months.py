"""Her month: the report of it, and her own numbers beside those of her month before.

Never a ranking, never another's (domain notes D1 and D3). Deaths are no score: not among them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service.filled import Case, Done
from smsapp.service.period import Period, bounds, period_of, read_period
from smsapp.store import months as store
from smsapp.store import visits
from smsapp.store.months import Led, Sent
from smsapp.store.people import Person

FLOW = "month"
CHILD, OTHERS, AGAIN = "iccm", "emergency", "follow_up"  # flows that are counted
NOT_KNOWN = "-"  # absent is missing, never zero
NOTHING = Led(alerts=0, answered=0, arrived=0)


@dataclass(frozen=True)
class Numbers:
    """What one CHW did in a month, as the reports say."""

    cases: int
    referred: int
    followed: int


def period_told(rt: Runtime, moment: datetime, late_until: int) -> Period:
    """The month that is told of at this moment: the one that ended, up to a day of the next."""
    local = moment.astimezone(ZoneInfo(rt.settings.timezone))
    now = period_of(rt, moment)
    return now.before if local.day <= late_until else now


def late_until(rt: Runtime) -> int:
    """Up to which day of a month the one before is told of, as the programme has it."""
    chosen = rt.settings.flow_params.get(f"{FLOW}.late_until")
    return int(rt.flows.flows[FLOW].params["late_until"].value if chosen is None else chosen)


def own_numbers(rt: Runtime, db: Connection, person: Person, period: Period) -> Numbers | None:
    """Her own numbers of a month. None: she was not here yet, so nothing is known of it."""
    return own_numbers_of(rt, db, [person], period).get(person.id)


def own_numbers_of(
    rt: Runtime, db: Connection, people: Collection[Person], period: Period
) -> dict[int, Numbers]:
    """The own numbers of each of these people; absent: not here yet in that month."""
    moments, days = bounds(rt, period), (period.first, period.last)
    here = store.joined_before(db, [one.id for one in people], moments[1])
    found: dict[int, Numbers] = {}
    for training in {one.training for one in people}:
        ids = [one.id for one in people if one.training == training and one.id in here]
        sent = store.sent(db, ids, (CHILD, OTHERS, AGAIN), days, moments, training=training)
        found |= {person_id: _numbers(rt, sent.get(person_id, [])) for person_id in ids}
    return found


def _numbers(rt: Runtime, sent: Sequence[Sent]) -> Numbers:
    flows = rt.flows.flows
    danger = {
        name: {one.id for one in flows[name].danger_classes}
        for name in (CHILD, OTHERS)
        if name in flows
    }
    return Numbers(
        cases=sum(one.flow == CHILD for one in sent),
        referred=sum(
            not danger.get(one.flow, set()).isdisjoint(one.classes)
            if one.danger is None
            else one.danger and one.flow in danger
            for one in sent
        ),
        followed=sum(one.flow == AGAIN for one in sent),
    )


def compared(
    rt: Runtime, db: Connection, people: Collection[Person], period: Period
) -> dict[int, dict[str, str]]:
    """What the placeholders of each one's month say: each number, in brackets the month before."""
    months = (period, period.before)
    known = [own_numbers_of(rt, db, people, one) for one in months]
    told = store.told_of(db, [one.id for one in people], [str(one) for one in months])
    said: dict[int, dict[str, str]] = {}
    for one in people:
        now, before = (numbers.get(one.id) for numbers in known)
        homes = [told.get((one.id, str(when)), {}).get("homes", NOT_KNOWN) for when in months]
        said[one.id] = {"homes_both": f"{homes[0]} ({homes[1]})"} | {
            name: f"{getattr(now, name, NOT_KNOWN)} ({getattr(before, name, NOT_KNOWN)})"
            for name in ("cases", "referred", "followed")
        }
    return said


def month_name(rt: Runtime, period: Period, language: str) -> str:
    """The month as people say it."""
    return rt.flows.say(f"month.{period.month}", language)


def known_of_month(
    rt: Runtime, db: Connection, person: Person, language: str, moment: datetime
) -> dict[str, str]:
    """The month told of at this moment; `visited`: her visits on record, absent where none is.

    What is on record she is not asked again.
    """
    period = period_told(rt, moment, late_until(rt))
    days = (period.first, period.last)
    many = visits.confirmed_visits(db, [person.id], *days, training=person.training)
    visited = {"visited": str(many[person.id])} if many else {}
    return {"month": month_name(rt, period, language)} | visited


def record(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The effect `record_month`: this report counts for its month now, the one before no more.

    A correction of a report that no longer counts changes nothing of what counts: `later`.
    """
    person, report = case.person, case.report
    said = store.period_of_report(db, report.id)
    moment = case.filling.began_at if case.fresh else report.opened_at
    until = int(report.params.get("late_until", late_until(rt)))
    period = read_period(said) if said else period_told(rt, moment, until)
    counts = store.told(db, person.id, str(period))
    if case.fresh or counts is None:
        store.point(db, person.id, str(period), report.id)
        counts = store.told(db, person.id, str(period))
    done.values |= compared(rt, db, [person], period)[person.id]
    done.values["month"] = month_name(rt, period, case.filling.given.language)
    done.outcomes[effect.id] = "done"
    if counts and counts.report_id != report.id:
        done.outcomes[effect.id], done.values["earlier"] = "later", counts.ref
    elif counts and counts.replaced:
        done.outcomes[effect.id] = "replaced"


def fed_back(
    rt: Runtime, db: Connection, people: Collection[Person], period: Period
) -> dict[int, dict[str, str]]:
    """What a month that is over says to each: her numbers, and what her alerts led to."""
    said = compared(rt, db, people, period)
    for training in {one.training for one in people}:
        ids = [one.id for one in people if one.training == training]
        led = store.led_to(db, ids, bounds(rt, period), training=training)
        for person_id in ids:
            hers = vars(led.get(person_id, NOTHING))
            said[person_id] |= {name: str(value) for name, value in hers.items()}
    return said
