"""Whether what reminders are about is done: asked when they are sent, not when they are planned.

To add a kind: write its chain in `flows/reminders.toml`, its test here, and call `remind.begin`.
A test is asked once of all steps of its kind that are due together.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.chains import HERSELF
from smsapp.runtime import Runtime
from smsapp.service.months import own_numbers_of
from smsapp.service.period import bounds, read_period
from smsapp.store import months, orders, recalls, requests
from smsapp.store.numbers import unheard
from smsapp.store.people import people_by_ids
from smsapp.store.recurring import heard, visited
from smsapp.store.reminders import Reminder
from smsapp.store.stock import last_counts

NUMBERS = ("number", "number_above")  # the chains that ask whether a number is still theirs
COUNTED_FROM = 15  # day of the month from which a count is this month's: programme's choice
Test = Callable[[Runtime, Connection, Sequence[Reminder]], set[int]]


def _people(due: Sequence[Reminder]) -> set[int]:
    return {one.person_id for one in due}


def _reports(due: Sequence[Reminder]) -> set[int]:
    return {one.report_id for one in due if one.report_id is not None}


def _of(due: Sequence[Reminder], people: Collection[int]) -> set[int]:
    return {one.id for one in due if one.person_id in people}


def _task_closed(_rt: Runtime, _db: Connection, due: Sequence[Reminder]) -> set[int]:
    return {one.id for one in due if one.task_state not in ("", "open")}


def _result_told(_rt: Runtime, _db: Connection, due: Sequence[Reminder]) -> set[int]:
    return {one.id for one in due if not one.waits}


def _heard_again(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    since = rt.now() - timedelta(days=rt.settings.silent_days)
    return _of(due, heard(db, _people(due), since))


def _visited(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    since = rt.now() - timedelta(days=rt.settings.visit_days)
    return _of(due, visited(db, _people(due), since))


def quiet_days(rt: Runtime, kind: str) -> int:
    """After how many days without a sign of her a number is asked about.

    Her chain's first step to somebody above falls on the day on which it counts as silent, if who
    answers is asked: she may have had no reason to write. A CHW has: she is asked from that day on.
    """
    chain = rt.flows.chains.get(kind)
    if kind != "number_above" or chain is None:
        return rt.settings.number_days
    before = next((step.day or 0 for step in chain.steps if step.to != HERSELF), 0)
    return max(rt.settings.number_days - before, 1)


def _number_heard(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    since = rt.now() - timedelta(days=quiet_days(rt, due[0].kind))
    return _of(due, _people(due) - unheard(db, _people(due), since))


def _month_told(_rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    told = months.told_of(db, _people(due), {one.period for one in due})
    return {one.id for one in due if (one.person_id, one.period) in told}


def _counted(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    """Whether her box was counted from the middle of the month on that it is about."""
    middle = timedelta(days=COUNTED_FROM - 1)
    since = {one.period: bounds(rt, read_period(one.period))[0] + middle for one in due}
    trains = {one.id: one.training for one in people_by_ids(db, _people(due), rt.now())}
    last = last_counts(db, _people(due), min(since.values()))
    found = {one.id: last.get((one.person_id, trains.get(one.person_id, False))) for one in due}
    return {one.id for one in due if (at := found[one.id]) and at >= since[one.period]}


def _nothing_to_tell(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    """A month in which she reported nothing: silence has its own reminder, zeros would mock her."""
    hers = people_by_ids(db, _people(due), rt.now())
    known = {
        period: own_numbers_of(rt, db, hers, read_period(period))
        for period in {one.period for one in due}
    }
    told = {
        (period, person_id)
        for period, people in known.items()
        for person_id, numbers in people.items()
        if any(vars(numbers).values())
    }
    return {one.id for one in due if (one.period, one.person_id) not in told}


def _order_left(*states: str) -> Test:
    """An order that stands in none of these states any more."""

    def left(_rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
        stand = requests.in_states(db, _reports(due), states)
        return {one.id for one in due if one.report_id not in stand}

    return left


def _order_whole(_rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    short = orders.short(db, _reports(due))
    return {one.id for one in due if one.report_id not in short}


def _recall_answered(_rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    asked = recalls.unanswered(db, _people(due))
    return {one.id for one in due if (one.person_id, one.period) not in asked}


TESTS: dict[str, Test] = {
    "follow_up": _task_closed,
    "referral": _task_closed,
    "test_waited": _result_told,
    "report_overdue": _heard_again,
    "visit_overdue": _visited,
    **dict.fromkeys(NUMBERS, _number_heard),
    "month": _month_told,
    "stock_count": _counted,
    "own_month": _nothing_to_tell,
    "order_unapproved": _order_left("requested"),
    "order_urgent_unapproved": _order_left("requested"),
    "order_unanswered": _order_left("requested", "approved"),
    "order_urgent": _order_left("requested", "approved"),
    "order_out": _order_left("stocked_out"),
    "order_collect": _order_left("ready"),
    "order_short": _order_whole,
    "recall": _recall_answered,
}


def done_of(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> set[int]:
    """Ids of those about which nothing more need be said. What was withdrawn needs nothing."""
    done = {one.id for one in due if one.report_state == "withdrawn"}
    kinds: dict[str, list[Reminder]] = {}
    for one in due:
        kinds.setdefault(one.kind, []).append(one)
    for kind, alike in kinds.items():
        if kind in TESTS:
            done |= TESTS[kind](rt, db, alike)
    return done
