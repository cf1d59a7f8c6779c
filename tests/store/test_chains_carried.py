"""Plain reminders of a version before chains become steps, and go on as chains, with rows."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from smsapp.channels.africastalking import AfricasTalking
from smsapp.flow.library import Library
from smsapp.runtime import Runtime
from smsapp.service import remind
from smsapp.settings import Settings
from smsapp.store.migrate import upgrade

BEFORE = "0004"
MORNING = datetime(2026, 3, 6, 6, 0, tzinfo=UTC)  # an hour after the second follow-up is due
PLACE = "INSERT INTO place (id, code, name, short, kind) VALUES (1, 'x', 'x', 'x', 'facility')"
PEOPLE = """
INSERT INTO person (id, code, name, short, phone, role, language, place_id, supervisor_id, active,
                    training, opted_out, tips, guided, created_at)
VALUES (1, 'sup', 'Grace', 'Grace', '+265991000101', 'supervisor', 'en', 1, NULL, true, false,
        false, true, false, '2026-01-05 08:00:00.000000'),
       (2, 'chw', 'Esther', 'Esther', '+265991000001', 'chw', 'en', 1, 1, true, false, false,
        true, false, '2026-01-05 08:00:00.000000')
"""
REPORT = """
INSERT INTO report (id, ref, person_id, flow, version, source, state, unconfirmed, training, params,
                    answers, classes, waits, place_id, private, unverified, opened_at, changed_at)
VALUES ({id}, '{ref}', 2, 'iccm', 1, 'ussd', 'closed', false, false, '{{}}',
        '{{"age_months": 14}}', '[]', '{waits}', 1, false, false,
        '2026-03-02 08:00:00.000000', '2026-03-02 08:00:00.000000')
"""
TASK = """
INSERT INTO task (person_id, report_id, kind, due_on, state, outcome)
VALUES (2, 1, 'follow_up', '2026-03-05', 'open', '')
"""
REMINDER = """
INSERT INTO reminder (person_id, kind, period, report_id, state, due_at) VALUES (2, {})
"""
PLAIN = (  # as they were written: a period for each of two, told by its day or its minutes
    "'follow_up', '123457:2026-03-05', 1, 'sent', '2026-03-05 05:02:00.000000'",
    "'follow_up', '123457:2026-03-06', 1, 'planned', '2026-03-06 05:02:00.000000'",
    "'test_waited', '200006:20', 2, 'dropped', '2026-03-02 08:20:00.000000'",
    "'test_waited', '200006:60', 2, 'dropped', '2026-03-02 09:00:00.000000'",
    "'tip', '2026-W10', NULL, 'sent', '2026-03-04 07:00:00.000000'",
)


TWICE = (  # the same follow-up, planned anew when the report was amended
    "'follow_up', '123457:2026-03-05', 1, '{first}', '2026-03-05 05:02:00.000000'",
    "'follow_up', '123457:2026-03-06', 1, 'planned', '2026-03-06 05:02:00.000000'",
    "'follow_up', '123457:2026-03-07', 1, 'planned', '2026-03-07 05:02:00.000000'",
    "'follow_up', '123457:2026-03-08', 1, 'planned', '2026-03-08 05:02:00.000000'",
    "'test_waited', '123457:20', 1, 'planned', '2026-03-02 08:20:00.000000'",
)


def carried(earlier: Callable[[str], Engine], rows: Iterable[str]) -> Engine:
    """A database of before chains with these reminders, brought up to date."""
    engine = earlier(BEFORE)
    with engine.begin() as db:
        for one in (PLACE, PEOPLE, REPORT.format(id=1, ref="123457", waits="")):
            db.execute(text(one))
        db.execute(text(REPORT.format(id=2, ref="200006", waits="")))
        db.execute(text(TASK))
        for row in rows:
            db.execute(text(REMINDER.format(row)))
    upgrade(engine)
    return engine


@pytest.mark.parametrize("first", ["planned", "sent"])
def test_a_follow_up_planned_twice_goes_on_as_one_chain(
    earlier: Callable[[str], Engine], first: str
):
    engine = carried(earlier, (row.format(first=first) for row in TWICE))
    with engine.begin() as db:
        steps = db.execute(text("SELECT period, step, state, why FROM reminder ORDER BY id"))
        assert list(steps) == [
            ("123457:2026-03-05", 0, first, ""),
            ("123457:2026-03-05", 1, "planned", ""),
            ("123457:2026-03-07", 0, "dropped", "twice"),
            ("123457:2026-03-08", 0, "dropped", "twice"),
            ("123457:20", 0, "planned", ""),
        ]


def test_of_a_chain_that_is_over_the_other_goes_on(earlier: Callable[[str], Engine]):
    over = (row.replace("planned", "{first}") for row in TWICE[:2])
    engine = carried(earlier, [row.format(first="sent") for row in (*over, *TWICE[2:])])
    with engine.begin() as db:
        steps = db.execute(text("SELECT state FROM reminder WHERE kind = 'follow_up' ORDER BY id"))
        assert list(steps.scalars()) == ["sent", "sent", "planned", "dropped"]


def test_plain_reminders_go_on_as_chains(
    earlier: Callable[[str], Engine], make_settings: Callable[..., Settings], flows: Library
):
    engine = carried(earlier, PLAIN)
    with engine.begin() as db:
        steps = db.execute(text("SELECT kind, period, step, state FROM reminder ORDER BY id"))
        assert list(steps) == [
            ("follow_up", "123457:2026-03-05", 0, "sent"),
            ("follow_up", "123457:2026-03-05", 1, "planned"),
            ("test_waited", "200006:20", 0, "dropped"),
            ("test_waited", "200006:20", 1, "dropped"),
            ("tip", "2026-W10", 0, "sent"),
        ]
    settings = make_settings()
    with Redis.from_url(settings.redis) as redis:
        rt = Runtime(settings, flows, AfricasTalking(settings), engine, redis)
        assert remind.send_due(replace(rt, clock=lambda: MORNING)) == 1
    with engine.begin() as db:
        (said,) = db.execute(text("SELECT phone, kind FROM outbound"))
        assert tuple(said) == ("+265991000001", "reminder")
        after = db.execute(text("SELECT step, state FROM reminder WHERE kind = 'follow_up'"))
        assert sorted(map(tuple, after)) == [(0, "sent"), (1, "sent"), (2, "planned")]
