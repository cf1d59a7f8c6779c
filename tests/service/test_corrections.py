"""FIX and CANCEL leave the old values in the history, and nothing behind that reminds of them."""

import json
from typing import Any

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"
WAITS = "CCM A14 S0 D0 M3 P3 W0 R3 T0"


def history(stage: Stage) -> list[tuple[str, Any]]:
    rows = stage.rows("SELECT what, answers FROM report_event ORDER BY id")
    return [
        (row.what, row.answers if isinstance(row.answers, dict) else json.loads(row.answers))
        for row in rows
    ]


def ref(stage: Stage) -> str:
    return str(stage.rows("SELECT ref FROM report ORDER BY id DESC")[0].ref)


def said(stage: Stage, phone: str = CHW) -> str:
    query = "SELECT text FROM outbound WHERE phone = :phone ORDER BY id DESC"
    return str(stage.rows(query, phone=phone)[0].text)


def test_the_old_values_stay_in_the_history(stage: Stage):
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.send(CHW, f"FIX {ref(stage)} M2")
    assert [(what, answers["muac"]) for what, answers in history(stage)] == [
        ("closed", "green"),
        ("corrected", "yellow"),
    ]


def test_a_corrected_result_is_waited_for_no_more(stage: Stage):
    stage.send(CHW, WAITS)
    stage.send(CHW, f"FIX {ref(stage)} R2")
    assert stage.rows("SELECT waits FROM report")[0].waits == ""
    states = {row.state for row in stage.rows("SELECT state FROM reminder WHERE kind LIKE 'test%'")}
    assert states == {"dropped"}


def test_cancelling_drops_every_reminder_and_task(stage: Stage):
    stage.send(CHW, WAITS)
    stage.write(
        "INSERT INTO task (person_id, report_id, kind, due_on, state, outcome) "
        "SELECT person_id, id, 'other', '2026-03-05', 'open', '' FROM report"
    )
    assert stage.rows("SELECT id FROM reminder WHERE state = 'planned'")
    stage.send(CHW, f"CANCEL {ref(stage)}")
    assert history(stage)[-1][0] == "withdrawn"
    assert stage.rows("SELECT id FROM reminder WHERE state = 'planned'") == []
    assert {row.state for row in stage.rows("SELECT state FROM task")} == {"dropped"}


def test_the_same_correction_delivered_twice_is_one(stage: Stage):
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.send(CHW, f"FIX {ref(stage)} S1")
    before = len(stage.rows("SELECT id FROM outbound"))
    stage.take("sms", stage.sms)
    assert len(stage.rows("SELECT id FROM outbound")) == before


@pytest.mark.parametrize("hours", [23, 25])
def test_the_window_runs_from_the_closing(stage: Stage, hours: int):
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.move(hours=hours)
    stage.send(CHW, f"FIX {ref(stage)} M2")
    assert ("cannot be changed" in said(stage)) == (hours > 24)
