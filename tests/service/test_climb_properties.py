"""Whatever the clocks do: an alert climbs one level a due time, and tells each level once."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from sqlalchemy import select

from smsapp.service.alerts import climb_due
from smsapp.store.tables import alert_event
from tests.rig.stage import MORNING, Stage
from tests.service.test_chain_properties import Dying, usual

CHW = "+265992000001"
SENT = "CCM A14 S1 D0 M3 P0 T0 G1"
LEVELS = {1: ("REAL-101", "REAL-201"), 2: ("REAL-111",), 3: ("REAL-301",)}
WAIT = timedelta(minutes=15)  # of each level of this ladder
BACK = timedelta(days=1)
TABLES = ("outbound", "alert_told", "alert_event", "alert", "reminder", "task", "inbound")
REPORTS = ("origin", "draft", "report_event", "report")
EVENTS = (
    "SELECT what, level, code FROM alert_event "
    "LEFT JOIN person ON person.id = person_id ORDER BY alert_event.id"
)
DEPUTY = "(SELECT id FROM person WHERE code = 'REAL-111')"
LOST = "UPDATE outbound SET state = 'failed' WHERE alert_level = :level"

MINUTES = st.floats(0.1, 40, allow_nan=False)
ACTS = st.one_of(
    st.tuples(st.just("clocks"), st.integers(1, 3)),
    st.tuples(st.just("ahead"), MINUTES),
    st.tuples(st.just("ahead"), MINUTES),
    st.tuples(st.just("back"), MINUTES),
    st.tuples(st.just("killed"), st.just(0)),
    st.tuples(st.just("lost"), st.integers(1, 3)),
)
EARLY = [("ahead", 5), ("lost", 1), ("clocks", 2), ("ahead", 11), ("clocks", 2)]
PLAYS = st.lists(ACTS, min_size=4, max_size=30)


@pytest.fixture
def the_stage(stage: Stage) -> Callable[[], Stage]:
    """With all flows signed, and somebody on each rung. Hypothesis prints each argument."""
    pairs = {(name, language) for name in stage.rt.flows.flows for language in ("en", "fr")}
    stage.rt = replace(stage.rt, flows=replace(stage.rt.flows, signed=frozenset(pairs)))
    stage.write(f"UPDATE person SET deputy_id = {DEPUTY} WHERE code = 'REAL-101'")
    return lambda: stage


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@usual(30)
@example(play=EARLY)
@given(play=PLAYS)
def test_one_level_a_due_time(the_stage: Callable[[], Stage], play: list[tuple[str, float]]):
    check(the_stage(), play)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@usual(12)
@given(play=PLAYS)
def test_one_level_a_due_time_by_several_clocks_at_once(
    the_stage: Callable[[], Stage], play: list[tuple[str, float]]
):
    check(the_stage(), play)


def check(stage: Stage, play: list[tuple[str, float]]) -> None:
    for table in (*TABLES, *REPORTS):
        stage.write(f"DELETE FROM {table}")
    stage.now = MORNING
    stage.send(CHW, SENT)
    for act, number in play:
        do(stage, act, number)
    stage.now = max(stage.now, MORNING) + BACK  # later than it was before it was put back
    for _ in range(5):
        clocks(stage, 1)
        stage.now += WAIT
    judge(stage)


def do(stage: Stage, act: str, number: float) -> None:
    if act == "clocks":
        clocks(stage, int(number))
    elif act in ("ahead", "back"):
        stage.now += timedelta(minutes=number if act == "ahead" else -number)
    elif act == "killed":
        before = state(stage)
        climb_due(Dying(**vars(stage.rt)))
        assert state(stage) == before
    else:
        stage.write(LOST, level=int(number))


def clocks(stage: Stage, many: int) -> None:
    """So many clocks strike at once; the moment stands still while they do."""
    before = level(stage)
    threads = [threading.Thread(target=climb_due, args=(stage.rt,)) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert before <= level(stage) <= before + 1


def level(stage: Stage) -> int:
    return int(stage.rows("SELECT level FROM alert")[0].level)


def state(stage: Stage) -> tuple[int, int, int]:
    """How many events there are and SMS, and the level."""
    said = stage.rows("SELECT id FROM outbound")
    return len(stage.rows(EVENTS)), len(said), level(stage)


def judge(stage: Stage) -> None:
    events = stage.rows(EVENTS)
    told = [(one.level, one.code) for one in events if one.what == "told"]
    assert sorted(told) == sorted((at, who) for at, people in LEVELS.items() for who in people)
    keys = stage.rows("SELECT alert_level, person_id FROM outbound WHERE alert_level IS NOT NULL")
    assert max(Counter(tuple(key) for key in keys).values()) == 1
    counts = Counter((one.what, one.level) for one in events if one.what != "told")
    unreachable = {one.level for one in events if one.what == "unreachable"}
    assert {counts[what, at] for what, at in (("climbed", 2), ("climbed", 3), ("nobody", 3))} == {1}
    assert events[-1].what == "nobody"
    assert stage.rows("SELECT id FROM outbound WHERE key LIKE 'alert:%:chw:end'")
    far_enough(stage, unreachable)
    event(f"unreachable: {sorted(unreachable)}")


def far_enough(stage: Stage, unreachable: set[int]) -> None:
    """Each level had its minutes, but where the network said that a phone of it is away."""
    with stage.rt.read() as db:
        rows = list(db.execute(select(alert_event).order_by(alert_event.c.id)))
    at = {one.level: one.at for one in rows if one.what in ("raised", "climbed")}
    assert set(at) == {0, 2, 3}
    assert 1 in unreachable or at[2] >= at[0] + WAIT
    assert 2 in unreachable or at[3] >= at[2] + WAIT
