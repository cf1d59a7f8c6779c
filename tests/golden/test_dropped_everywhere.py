"""Dropped at every hop of the sick child, and taken up by dialling or by SMS: the same report."""

import json
from typing import Any

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"
PATHS = {  # letter ("" where an SMS has none) and key of each ask after the age
    "home": ("S0", "D0", "M3", "P13", "W0", "B48", "R1", "T12"),
    "first sign": ("S3", "1", "D0", "M3", "P0", "T0"),
    "late sign": ("S0", "D13", "1", "M1", "P13", "W0", "B48", "T2"),
}
FACES = ("dial", "sms")


def answers(stage: Stage) -> list[dict[str, Any]]:
    """What the reports hold, oldest first, but for the age and what only a screen asks."""
    found = []
    for row in stage.rows("SELECT answers FROM report ORDER BY id"):
        kept = row.answers if isinstance(row.answers, dict) else json.loads(row.answers)
        found.append({k: v for k, v in kept.items() if k not in ("age", "going")})
    return found


def call(stage: Stage, keys: list[str]) -> None:
    stage.dial()
    for key in keys:
        stage.press(key)


def digits(step: str) -> str:
    return step.lstrip("ASDMPWBRT")


def go_on(stage: Stage, face: str, rest: list[str], *, kept: bool) -> None:
    """The rest of what was dropped; from the start where nothing was kept."""
    if face == "dial":
        call(stage, ["1", *map(digits, rest)])
        return
    letters = " ".join(step for step in rest if step.isalnum() and not step.isdigit())
    stage.send(CHW, letters if kept else f"CCM {letters}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("path", PATHS)
def test_dropped_at_every_hop(stage: Stage, path: str, face: str):
    stage.phone = CHW
    steps = PATHS[path]
    call(stage, ["1", "13", *map(digits, steps)])
    expected = answers(stage)
    assert len(expected) == 1
    for hop in range(len(steps) + 1):  # this many answers are given before the line drops
        asked = [f"A{14 + hop}", *steps]  # another child each time
        call(stage, ["1", *map(digits, asked[:hop])])
        stage.drop()
        go_on(stage, face, asked[hop:], kept=hop > 0)
        assert answers(stage) == expected * (hop + 2), f"dropped after {hop} answers"
        stage.drop()
        stage.move(minutes=20)
    children = len(answers(stage))
    told = len(stage.rows("SELECT id FROM alert"))
    assert told == (0 if path == "home" else children)
    assert stage.rows("SELECT id FROM draft WHERE state = 'open'") == []
    assert stage.broken() == []
