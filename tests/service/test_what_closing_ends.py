"""Who closes an alert says what became of the person: nothing more is asked that he has said."""

import pytest

from tests.golden.test_same_second import together
from tests.rig.stage import Stage

CHW = "+265991000001"
FACILITY, DISTRICT = "+265991000201", "+265991000301"
SENT = "CCM A14 S1 D0 M3 P0 T0 G1"


def heard(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :phone ORDER BY id", phone=phone)
    return [row.text.split("\n", 1)[-1] for row in rows]


def sent(stage: Stage, words: str = SENT) -> str:
    stage.send(CHW, words)
    return str(stage.rows("SELECT ref FROM report ORDER BY id DESC")[0].ref)


def tasks(stage: Stage) -> list[tuple[str, str]]:
    return [(row.state, row.outcome) for row in stage.rows("SELECT * FROM task ORDER BY id")]


def planned(stage: Stage) -> int:
    return len(stage.rows("SELECT id FROM reminder WHERE state = 'planned'"))


def deaths(stage: Stage) -> list[tuple[str, bool]]:
    rows = stage.rows("SELECT kind, case_report_id FROM death ORDER BY id")
    return [(row.kind, row.case_report_id is not None) for row in rows]


@pytest.mark.parametrize("digit", range(1, 6))
def test_only_who_has_seen_the_person_ends_the_question(stage: Stage, digit: int):
    ref = sent(stage)
    stage.send(FACILITY, f"CLOSE {ref} {digit}")
    ends = ("done", "arrived") if digit in (1, 2) else ("dropped" if digit == 4 else "open", "")
    assert tasks(stage) == [ends]
    assert planned(stage) == (digit in (3, 5))
    told = len(heard(stage, CHW))
    stage.send(FACILITY, f"ARR {ref}")
    assert len(heard(stage, CHW)) == told + (digit in (3, 5))


def test_one_who_has_not_gone_is_closed_by_the_ref_of_either_alert(stage: Stage):
    ref = sent(stage)
    stage.move(hours=24)
    stage.send(CHW, f"RF {ref} 2 G2")
    again = str(stage.rows("SELECT ref FROM alert ORDER BY id DESC")[0].ref)
    stage.send(FACILITY, f"CLOSE {again} 1")
    assert again != ref
    assert tasks(stage) == [("done", "arrived")]
    assert planned(stage) == 0


def test_a_death_is_one_row_wherever_it_is_told_first(stage: Stage):
    ref = sent(stage)
    stage.send(FACILITY, f"CLOSE {ref} 4")
    assert deaths(stage) == [("child", True)]
    assert planned(stage) == 0
    assert "news for you" in heard(stage, CHW)[-1]
    stage.send(CHW, f"RF {ref} 4")
    assert f"Recorded already with {ref}" in heard(stage, CHW)[-1]
    other = sent(stage, SENT.replace("14", "20"))
    stage.send(CHW, f"RF {other} 4")
    told = len(heard(stage, CHW))
    stage.send(FACILITY, f"CLOSE {other} 4")
    assert deaths(stage) == [("child", True)] * 2
    assert len(heard(stage, CHW)) == told


def test_a_death_told_without_a_child_is_this_ones(stage: Stage):
    ref = sent(stage)
    stage.send(CHW, "DEATH W4 X1 P2 V0")
    stage.send(FACILITY, f"CLOSE {ref} 4")
    assert deaths(stage) == [("child", True)]


def test_of_the_chw_and_the_facility_in_the_same_second_one_writes_it_down(stage: Stage):
    ref = sent(stage)
    together(lambda: stage.send(CHW, f"RF {ref} 4"), lambda: stage.send(FACILITY, f"CLOSE {ref} 4"))
    assert stage.rows("SELECT id FROM inbound WHERE attempts > 1") == []  # neither waits for both
    assert deaths(stage) == [("child", True)]
    assert planned(stage) == 0


def test_after_a_death_no_alert_about_the_child_sends_the_chw_anywhere(stage: Stage):
    ref = sent(stage)
    stage.move(hours=24)
    stage.send(CHW, f"RF {ref} 2 G2")
    stage.send(CHW, f"RF {ref} 4")
    told = len(heard(stage, CHW))
    stage.move(minutes=16)
    stage.move(minutes=16)
    assert len(heard(stage, CHW)) == told
    assert stage.rows("SELECT climb_at FROM alert ORDER BY id DESC")[0].climb_at is None


@pytest.mark.parametrize("word", ["OK {}", "CLOSE {} 1", "ARR {}", "VERIFIED {}"])
def test_said_twice_each_gets_one_clear_answer(stage: Stage, word: str):
    words = word.format(sent(stage))
    stage.send(FACILITY, words)
    stage.send(FACILITY, words)
    first, second = heard(stage, FACILITY)[-2:]
    assert first == second
    assert "Same as" not in first
    told = [text for text in heard(stage, CHW) if text.startswith(words.split()[1])]
    assert len(told) == 1
    stage.send(DISTRICT, words)
    assert "B Centre" in heard(stage, DISTRICT)[-1] or "known already" in heard(stage, DISTRICT)[-1]


def test_a_ref_with_two_alerts_is_closed_once(stage: Stage):
    ref = sent(stage)
    stage.send(FACILITY, f"OK {ref}")
    stage.send(CHW, f"FIX {ref} S12")  # more danger: a new alert under the same ref
    assert [row.state for row in stage.rows("SELECT state FROM alert")] == [
        "acknowledged",
        "raised",
    ]
    told = len(heard(stage, CHW))
    for _ in range(2):
        stage.send(FACILITY, f"CLOSE {ref} 1")
        assert [row.state for row in stage.rows("SELECT state FROM alert")] == ["closed", "closed"]
        assert f"{ref} is closed" in heard(stage, FACILITY)[-1]
    assert len(heard(stage, CHW)) == told + 1
    stage.send(DISTRICT, f"OK {ref}")
    assert f"{ref}: seen by B Centre" in heard(stage, DISTRICT)[-1]
