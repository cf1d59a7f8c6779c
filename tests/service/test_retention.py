"""Texts and bodies are emptied when their time is over; what is undecided keeps them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from smsapp.service import broadcasts, retention
from smsapp.service.audience import Audience
from smsapp.store.retention import FINAL
from tests.rig.stage import Stage

CHW = "+265991000001"
GRACE = "+265991000101"
LATER = timedelta(days=91)
ERRANDS = "SELECT text, ref, state FROM errand ORDER BY id"


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


def test_what_a_supervisor_wrote_goes_and_that_he_wrote_stays(stage: Stage):
    for words in ("Bring your register", "Meeting at 9"):  # two of one day: neither may be lost
        stage.send(GRACE, f"REMIND DEMO-001 today {words}")
    stage.send(GRACE, "REMIND DEMO-002 12/3 later")
    stage.move(minutes=1)
    stage.now += timedelta(days=89)
    retention.empty_old(stage.rt)
    assert [row.text for row in stage.rows(ERRANDS)][:2] == ["Bring your register", "Meeting at 9"]
    stage.now += timedelta(days=2)
    assert retention.empty_old(stage.rt) > 2
    told = [(row.text == row.ref, row.state) for row in stage.rows(ERRANDS)]
    assert told == [(True, "sent"), (True, "sent"), (False, "planned")]
    assert retention.empty_old(stage.rt) == 0


@pytest.mark.parametrize(("state", "kept"), [("done", 0), ("paused", 1)])
def test_a_broadcast_keeps_its_text_until_everybody_has_it(stage: Stage, state: str, kept: int):
    by = ("grace", "why", "")
    stage.write("UPDATE person SET training = :no", no=False)
    made = broadcasts.draft(stage.rt, {"en": "Meeting on Friday"}, Audience(), by)
    broadcasts.send(stage.rt, made, by)
    stage.write("UPDATE broadcast SET state = :state", state=state)
    stage.now += LATER
    assert retention.empty_old(stage.rt) == 1 - kept
    if kept:
        assert broadcasts.preview(stage.rt, made).texts
    else:
        with pytest.raises(broadcasts.BadBroadcast, match="no longer kept"):
            broadcasts.preview(stage.rt, made)
