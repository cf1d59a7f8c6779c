"""Whatever is typed, repeated, dropped and lost: no report is lost or doubled, no danger untold."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from smsapp import ref
from smsapp.channels.contract import HopReply
from tests.rig.stage import Stage

WISE = st.sampled_from(["0", "0", "3", "1", "2"])  # leads through the asks
ODD = st.sampled_from(["4", "5", "14", "44", "99", "00", "000", "98", "", "*", "x"])
EVENTS = st.sampled_from(["repeat", "late", "flush", "end", "dial", "silence", "down"])
KEYS = st.tuples(st.just("key"), WISE)
OTHERS = st.one_of(st.tuples(st.just("key"), ODD), st.tuples(EVENTS, st.just("")))
STEPS = st.lists(st.one_of(KEYS, KEYS, KEYS, OTHERS), min_size=8, max_size=40)
REFER = "REFER NOW"
REF = re.compile(r"(?<!\d)\d{6}(?!\d)")


@pytest.fixture
def the_stage(stage: Stage) -> Callable[[], Stage]:
    """Hypothesis prints each argument, and a stage is too much to print."""
    return lambda: stage


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_danger_is_lost_and_no_report_doubled(
    the_stage: Callable[[], Stage], steps: list[tuple[str, str]]
):
    stage = the_stage()
    stage.phone = "+265991000001"
    stage.hops = []
    stage.move(days=2)  # what the example before left is over
    stage.rt.redis.flushall()
    before = _count(stage, "report")
    said = list(_play(stage, steps))
    for reply in said:
        if REFER in reply.text:
            assert _count(stage, "alert") > 0
        if reply.ends:
            for word in REF.findall(reply.text):
                assert ref.is_ref(word)
                assert stage.rows("SELECT id FROM report WHERE ref = :ref", ref=word)
    event(f"reports: {_count(stage, 'report') - before}")
    event(f"danger: {any(REFER in reply.text for reply in said)}")
    shown = any("REFER NOW to" in reply.text for reply in said)
    added = stage.rows("SELECT id FROM report WHERE id > :id", id=before)
    assert bool(shown) <= bool(added)
    origins = stage.rows("SELECT count(*) AS n, count(DISTINCT origin) AS d FROM origin")[0]
    assert origins.n == origins.d
    stage.move(days=2)
    stage.move(minutes=1)  # what was settled a moment ago expires
    assert stage.broken() == []
    assert stage.rows("SELECT id FROM draft WHERE state = 'open'") == []
    assert stage.rows("SELECT id FROM report WHERE state = 'open'") == []


def _play(stage: Stage, steps: list[tuple[str, str]]) -> Iterator[HopReply]:
    yield stage.dial()
    yield stage.keys("1", "14")
    for what, key in steps:
        yield from ACTS[what](stage, key)


def _type(stage: Stage, key: str) -> list[HopReply]:
    if stage.hops[-1]["answer"].startswith("END"):
        return [stage.dial()]
    return stage.press(key)


def _pass(stage: Stage) -> list[HopReply]:
    stage.move(minutes=4)
    return []


def _flush(stage: Stage) -> list[HopReply]:
    stage.rt.redis.flushall()
    return []


def _end(stage: Stage) -> list[HopReply]:
    stage.drop()
    return [stage.dial()]


def _without_redis(stage: Stage) -> list[HopReply]:
    stage.redis("unix:///nowhere/valkey.sock")
    reply = stage.ask(stage.call.texts[-1])
    stage.redis(stage.rt.settings.redis)
    return [reply]


ACTS: dict[str, Callable[[Stage, str], list[HopReply]]] = {
    "key": _type,
    "repeat": lambda stage, _: [stage.ask(stage.call.texts[-1])],
    "late": lambda stage, _: [stage.ask(stage.call.texts[len(stage.call.texts) // 2])],
    "flush": lambda stage, _: _flush(stage),
    "down": lambda stage, _: _without_redis(stage),
    "silence": lambda stage, _: _pass(stage),
    "end": lambda stage, _: _end(stage),
    "dial": lambda stage, _: [stage.dial()],
}


def _count(stage: Stage, table: str) -> Any:
    return stage.rows(f"SELECT coalesce(max(id), 0) AS n FROM {table}")[0].n
