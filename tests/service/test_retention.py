"""Texts and bodies are emptied when their time is over; what is undecided keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from smsapp.service import retention
from smsapp.store.retention import FINAL
from tests.rig.stage import Stage

CHW = "+265991000001"
LATER = timedelta(days=91)


def held(stage: Stage) -> list[tuple[int, ...]]:
    return [
        tuple(one)
        for table, body in (("inbound", "raw"), ("inbound", "text"), ("outbound", "text"))
        for one in stage.rows(
            f"SELECT count(*), sum(CASE WHEN length({body}) > 0 THEN 1 ELSE 0 END) FROM {table}"
        )
    ]


def test_what_is_over_is_emptied_and_stays_a_row(stage: Stage):
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.write("UPDATE outbound SET state = 'delivered'")
    stage.now += timedelta(days=89)
    assert retention.empty_old(stage.rt) == 0
    assert held(stage) == [(1, 1), (1, 1), (1, 1)]
    stage.now += timedelta(days=2)
    assert retention.empty_old(stage.rt) == 2
    assert held(stage) == [(1, 0), (1, 0), (1, 0)]
    assert retention.empty_old(stage.rt) == 0
    assert stage.rows("SELECT answers FROM report")


@pytest.mark.parametrize("state", ["queued", "sending", "accepted", "unknown", "held", "dead"])
def test_what_is_not_decided_keeps_its_text(stage: Stage, state: str):
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.write("UPDATE outbound SET state = :state", state=state)
    stage.write("UPDATE inbound SET state = 'error'")
    stage.now += LATER
    assert state not in FINAL
    assert retention.empty_old(stage.rt) == 0
    assert held(stage) == [(1, 1), (1, 1), (1, 1)]


def test_a_long_past_is_emptied_in_batches(stage: Stage):
    for number in range(7):
        stage.send(CHW, f"hello {number}")
    stage.write("UPDATE outbound SET state = 'delivered'")
    stage.now += LATER
    assert [retention.empty_old(stage.rt, 2, 2) for _ in range(3)] == [8, 6, 0]


def test_a_programme_may_keep_less(stage: Stage):
    stage.send(CHW, "HELP")
    settings = stage.rt.settings.model_copy(update={"retain_body_days": 1.0})
    stage.rt = replace(stage.rt, settings=settings)
    stage.now += timedelta(days=2)
    assert retention.empty_old(stage.rt) >= 1
