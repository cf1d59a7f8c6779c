"""What became of an alert is told to who follows a CHW who has left, or its history says nobody."""

import pytest

from smsapp.service.leaving import leave_by_code
from tests.rig.stage import Stage

ESTHER, EVE, FATOU, RUTH = (f"+26599100000{n}" for n in (1, 2, 4, 6))
FACILITY, OFFICER = "+265991000201", "+265991000301"
DANGER, VILLAGE = "CCM A14 S1 D0 M3 P0 T0 G1", "ALERT C2 N3 D0"


def raised(stage: Stage, words: str = DANGER) -> str:
    stage.send(ESTHER, words)
    return str(stage.rows("SELECT ref FROM alert ORDER BY id DESC")[0].ref)


def heard(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :phone ORDER BY id", phone=phone)
    return [row.text.partition("\n")[2] for row in rows]


def history(stage: Stage) -> list[str]:
    return [row.what for row in stage.rows("SELECT what FROM alert_event ORDER BY id")]


def test_her_successor_hears_it_and_whose_it_was(stage: Stage):
    ref = raised(stage)
    leave_by_code(stage.rt, "DEMO-001", "DEMO-002")
    leave_by_code(stage.rt, "DEMO-001", "DEMO-002")
    stage.send(FACILITY, f"CLOSE {ref} 1")
    last = f"{ref}: B Centre has seen and treated. Thank you.\nThis was Esther Demo's alert."
    assert heard(stage, EVE)[-1] == last
    assert history(stage).count("handed") == 1
    assert "untold" not in history(stage)


def test_a_successor_who_leaves_hands_it_on(stage: Stage):
    ref = raised(stage)
    leave_by_code(stage.rt, "DEMO-001", "DEMO-002")
    leave_by_code(stage.rt, "DEMO-002", "DEMO-004")
    told = len(heard(stage, EVE))
    stage.send(FACILITY, f"OK {ref}")
    assert heard(stage, FATOU)[-1].endswith("\nC'était une alerte de Esther Demo.")
    assert len(heard(stage, EVE)) == told


@pytest.mark.parametrize("named_later", [False, True])
def test_nobody_is_there_and_the_history_says_so_once(stage: Stage, named_later: bool):
    ref = raised(stage)
    leave_by_code(stage.rt, "DEMO-001")
    stage.send(FACILITY, f"OK {ref}")
    assert "Esther Demo has left and nobody hears it" in heard(stage, FACILITY)[-1]
    assert history(stage).count("untold") == 1
    if named_later:
        leave_by_code(stage.rt, "DEMO-001", "DEMO-002")
    stage.send(FACILITY, f"CLOSE {ref} 5")
    assert history(stage).count("untold") == 1
    said = "Mercy Demo is told." if named_later else "Esther Demo has left and nobody hears it."
    assert said in heard(stage, FACILITY)[-1]
    assert any("found no danger" in said for said in heard(stage, EVE)) is named_later
    assert stage.broken() == []


def test_of_a_village_each_who_told_it_hears_it_and_the_successor_of_one_who_left(stage: Stage):
    ref = raised(stage, VILLAGE)
    stage.send(RUTH, "ALERT C2 N2 D0")
    leave_by_code(stage.rt, "DEMO-006", "DEMO-002")
    stage.send(OFFICER, f"DISMISS {ref} R2")
    for phone, whose in ((ESTHER, False), (EVE, True)):
        assert "closed by" in heard(stage, phone)[-1]
        assert ("alert." in heard(stage, phone)[-1]) is whose
