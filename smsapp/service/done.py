"""Whether what a reminder is about is done: asked when it is sent, not when it is planned.

To add a kind: write its chain in `flows/reminders.toml`, its test here, and call `remind.begin`.
"""

from collections.abc import Callable

from sqlalchemy import Connection

from smsapp.store.reminders import Reminder

Test = Callable[[Connection, Reminder], bool]


def _task_closed(_db: Connection, one: Reminder) -> bool:
    return one.task_state not in ("", "open")


def _result_told(_db: Connection, one: Reminder) -> bool:
    return not one.waits


TESTS: dict[str, Test] = {
    "follow_up": _task_closed,
    "referral": _task_closed,
    "test_waited": _result_told,
}


def is_done(db: Connection, one: Reminder) -> bool:
    """Whether nothing more need be said about it. What was withdrawn needs nothing."""
    test = TESTS.get(one.kind)
    return one.report_state == "withdrawn" or (test is not None and test(db, one))
