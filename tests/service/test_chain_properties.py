"""Whatever the clocks do: a step is sent once, in its order, by day, and never after it is done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from smsapp.runtime import Runtime
from smsapp.service import remind
from smsapp.store.tables import outbound, person, phone_number, reminder
from tests.rig.stage import Stage

ZONE = "Europe/Paris"
CHANGES = (date(2026, 3, 29), date(2026, 10, 25))  # summer time begins, and ends
KIND, CHW = "report_overdue", "+265992000002"
ENDED = timedelta(days=40)  # after which every chain has come to its end

HOURS = st.floats(0.1, 60, allow_nan=False)
ACTS = st.one_of(
    st.tuples(st.just("clocks"), st.integers(1, 3)),
    st.tuples(st.just("ahead"), HOURS),
    st.tuples(st.just("ahead"), HOURS),
    st.tuples(st.just("back"), HOURS),
    st.tuples(st.just("killed"), st.just(0)),
    st.tuples(st.just("begun again"), st.just(0)),
)
LATER = st.lists(st.one_of(ACTS, st.tuples(st.just("heard"), st.just(0))), max_size=8)
PLAYS = st.builds(list.__add__, st.lists(ACTS, min_size=5, max_size=40), LATER)
STARTS = st.tuples(st.sampled_from(CHANGES), st.integers(0, 12), st.integers(0, 23))


class Killed(Exception):
    """The process ended before its transaction did."""


class Dying(Runtime):
    """A process that is killed at each commit."""

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with super().begin() as db:
            yield db
            raise Killed


@pytest.fixture
def the_stage(stage: Stage) -> Callable[[], Stage]:
    """In a country with summer time, where a play of months makes no number a silent one.

    Hypothesis prints each argument; a stage is too much.
    """
    there = stage.rt.settings.model_copy(update={"timezone": ZONE, "number_days": 365})
    stage.rt = replace(stage.rt, settings=there)
    return lambda: stage


def usual(examples: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@usual(40)
@given(start=STARTS, play=PLAYS)
def test_each_step_once(
    the_stage: Callable[[], Stage], start: tuple[date, int, int], play: list[tuple[str, float]]
):
    check(the_stage(), start, play)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@usual(15)
@given(start=STARTS, play=PLAYS)
def test_each_step_once_by_several_clocks_at_once(
    the_stage: Callable[[], Stage], start: tuple[date, int, int], play: list[tuple[str, float]]
):
    check(the_stage(), start, play)


def check(stage: Stage, start: tuple[date, int, int], play: list[tuple[str, float]]) -> None:
    for table in ("outbound", "reminder", "inbound", "tick"):
        stage.write(f"DELETE FROM {table}")
    change, before, hour = start
    stage.now = datetime(change.year, change.month, change.day, hour, tzinfo=UTC)
    stage.now -= timedelta(days=before)
    with stage.rt.begin() as db:
        db.execute(update(phone_number).values(heard_at=stage.now))
    begin(stage)
    done_at = [at for act, number in play for at in do(stage, act, number)]
    latest = stage.now + ENDED
    while stage.now < latest and stage.rows("SELECT 1 FROM reminder WHERE state = 'planned'"):
        clocks(stage, 1)
        stage.now += timedelta(hours=11)
    judge(stage, done_at)


def begin(stage: Stage) -> None:
    with stage.rt.begin() as db:
        who = db.scalar(select(person.c.id).where(person.c.phone == CHW)) or 0
        remind.begin(stage.rt, db, KIND, who, "after:0", stage.now)


def clocks(stage: Stage, many: int) -> None:
    """So many clocks strike at once; the moment stands still while they do."""
    threads = [threading.Thread(target=remind.send_due, args=(stage.rt,)) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def do(stage: Stage, act: str, number: float) -> Iterator[datetime]:
    """One thing that happens; gives the moment at which she is heard."""
    if act == "clocks":
        clocks(stage, int(number))
    elif act in ("ahead", "back"):
        stage.now += timedelta(hours=number if act == "ahead" else -number)
    elif act == "killed":
        remind.send_due(Dying(**vars(stage.rt)))
    elif act == "begun again":
        begin(stage)
    else:
        stage.now += timedelta(seconds=1)  # what a clock sent in this moment came before
        stage.send(CHW, "TASK")
        yield stage.now


def judge(stage: Stage, done_at: list[datetime]) -> None:
    with stage.rt.read() as db:
        steps = list(db.execute(select(reminder).order_by(reminder.c.step)))
        said = select(outbound).where(outbound.c.kind == "reminder").order_by(outbound.c.id)
        sms = list(db.execute(said))
    sent = [one for one in steps if one.state == "sent"]
    assert [one.step for one in steps] == list(range(len(steps)))
    assert len(sms) == len(sent)  # the steps above her are told one a day, of one person
    for one in sms:
        local = one.created_at.astimezone(ZoneInfo(ZONE))
        assert 7 <= local.hour < 20
        assert not heard_before(stage, one.created_at, done_at)
    far_enough(stage, steps)
    if not done_at:
        assert len(sent) >= 2
        assert [one.state for one in steps[-2:]] == ["sent", "sent"]  # supervisor and facility
        assert len(steps) == 4
    event(f"steps: {len(steps)}, sent: {len(sent)}, heard: {bool(done_at)}")


def heard_before(stage: Stage, at: datetime, done_at: list[datetime]) -> bool:
    """Whether she was heard in the days before this moment, as one who is silent is not."""
    silence = timedelta(days=stage.rt.settings.silent_days)
    return any(at - silence < moment <= at for moment in done_at)


def far_enough(stage: Stage, steps: list[Any]) -> None:
    """Between two steps lie the days of the chain, counted on the calendar there."""
    chain = stage.rt.flows.chains[KIND].steps
    for one, two in pairwise(steps):
        if two.settled_at is None:
            continue
        first, second = (at.astimezone(ZoneInfo(ZONE)) for at in (one.settled_at, two.due_at))
        days = (chain[two.step].day or 0) - (chain[one.step].day or 0)
        assert (second.date() - first.date()).days >= days
        assert second.hour == 7
        assert two.settled_at >= two.due_at
