"""Whether what a reminder is about is done: asked when it is sent, not when it is planned.

To add a kind: write its chain in `flows/reminders.toml`, its test here, and call `remind.begin`.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.months import own_numbers
from smsapp.service.period import bounds, read_period
from smsapp.store import months, orders, recalls, requests
from smsapp.store.numbers import unheard
from smsapp.store.people import person_by_id
from smsapp.store.recurring import heard, visited
from smsapp.store.reminders import Reminder
from smsapp.store.stock import movements

COUNTED_FROM = 15  # day of the month from which a count is this month's: programme's choice
Test = Callable[[Runtime, Connection, Reminder], bool]


def _task_closed(_rt: Runtime, _db: Connection, one: Reminder) -> bool:
    return one.task_state not in ("", "open")


def _result_told(_rt: Runtime, _db: Connection, one: Reminder) -> bool:
    return not one.waits


def _heard_again(rt: Runtime, db: Connection, one: Reminder) -> bool:
    return heard(db, one.person_id, rt.now() - timedelta(days=rt.settings.silent_days))


def _visited(rt: Runtime, db: Connection, one: Reminder) -> bool:
    return visited(db, one.person_id, rt.now() - timedelta(days=rt.settings.visit_days))


def _month_told(_rt: Runtime, db: Connection, one: Reminder) -> bool:
    return months.told(db, one.person_id, one.period) is not None


def _counted(rt: Runtime, db: Connection, one: Reminder) -> bool:
    """Whether her box was counted in the second half of the month that it is about."""
    person = person_by_id(db, one.person_id, rt.now())
    since = bounds(rt, read_period(one.period))[0] + timedelta(days=COUNTED_FROM - 1)
    known = movements(db, one.person_id, since, training=bool(person and person.training))
    return any(line.kind == "count" for lines in known.values() for line in lines)


def _nothing_to_tell(rt: Runtime, db: Connection, one: Reminder) -> bool:
    """A month in which she reported nothing: silence has its own reminder, zeros would mock her."""
    person = person_by_id(db, one.person_id, rt.now())
    counted = person and own_numbers(rt, db, person, read_period(one.period))
    return not counted or not any(vars(counted).values())


def _order_left(*states: str) -> Test:
    """An order that stands in none of these states any more."""

    def left(_rt: Runtime, db: Connection, one: Reminder) -> bool:
        request = requests.of_report(db, one.report_id) if one.report_id else None
        return request is None or request.state not in states

    return left


def _order_whole(_rt: Runtime, db: Connection, one: Reminder) -> bool:
    request = requests.of_report(db, one.report_id) if one.report_id else None
    return request is None or not orders.short_of(db, request.id)


def _recall_answered(_rt: Runtime, db: Connection, one: Reminder) -> bool:
    mine = [ask for ask in recalls.asked_of(db, one.person_id) if ask.recall.ref == one.period]
    return all(ask.answer for ask in mine)


def _number_heard(rt: Runtime, db: Connection, one: Reminder) -> bool:
    since = rt.now() - timedelta(days=rt.settings.number_days)
    return not unheard(db, [one.person_id], since)


TESTS: dict[str, Test] = {
    "follow_up": _task_closed,
    "referral": _task_closed,
    "test_waited": _result_told,
    "report_overdue": _heard_again,
    "visit_overdue": _visited,
    "number": _number_heard,
    "month": _month_told,
    "stock_count": _counted,
    "own_month": _nothing_to_tell,
    "order_unapproved": _order_left("requested"),
    "order_unanswered": _order_left("requested", "approved"),
    "order_urgent": _order_left("requested", "approved"),
    "order_out": _order_left("stocked_out"),
    "order_collect": _order_left("ready"),
    "order_short": _order_whole,
    "recall": _recall_answered,
}


def is_done(rt: Runtime, db: Connection, one: Reminder) -> bool:
    """Whether nothing more need be said about it. What was withdrawn needs nothing."""
    test = TESTS.get(one.kind)
    return one.report_state == "withdrawn" or (test is not None and test(rt, db, one))
