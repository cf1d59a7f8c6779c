"""One death is one row, in whatever order and by whatever form it is told; two deaths are two."""

from itertools import permutations

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"
TOLD = ("DEATH W4 X1 P2 V1", "DEATH W4 X1 P2 V1 C{ref}", "RF {ref} 4")
DEATHS = "SELECT kind, died_on, case_report_id FROM death ORDER BY id"


def child(stage: Stage, age: int = 14) -> str:
    """A child in danger, referred three days ago; its ref."""
    stage.send(CHW, f"CCM A{age} S1 D0 M3 P0 T0 G1")
    stage.move(hours=72)
    return str(stage.rows("SELECT ref FROM report ORDER BY id DESC")[0].ref)


def rows(stage: Stage) -> list[tuple[str, str, bool]]:
    return [
        (one.kind, str(one.died_on), one.case_report_id is not None) for one in stage.rows(DEATHS)
    ]


@pytest.mark.parametrize("order", list(permutations(TOLD)), ids=" | ".join)
def test_the_order_in_which_it_is_told_changes_nothing(stage: Stage, order: tuple[str, ...]):
    ref = child(stage)
    for said in (*order, order[0]):
        stage.send(CHW, said.format(ref=ref))
        stage.move(minutes=1)
    assert rows(stage) == [("child", "2026-03-04", True)]
    assert stage.broken() == []


def test_the_deaths_of_two_children_are_two(stage: Stage):
    first, second = child(stage), child(stage, 15)
    stage.send(CHW, f"RF {first} 4")
    stage.send(CHW, f"RF {second} 4")
    assert len(rows(stage)) == 2


@pytest.mark.parametrize(
    "said",
    [
        "DEATH W3 X1 P2 V1",  # of another age
        "DEATH W4 X1 P2 V9",  # before the child was seen
        "DEATH W5 P2 V1",
    ],
)
def test_another_death_is_another_row(stage: Stage, said: str):
    ref = child(stage)
    stage.send(CHW, said)
    stage.send(CHW, f"RF {ref} 4")
    assert len(rows(stage)) == 2


def test_a_child_that_is_named_is_no_other(stage: Stage):
    first, second = child(stage), child(stage, 15)
    stage.send(CHW, f"DEATH W4 X1 P2 V0 C{first}")
    stage.send(CHW, f"RF {second} 4")
    assert len(rows(stage)) == 2


def test_she_hears_what_it_was_taken_for(stage: Stage):
    ref = child(stage)
    stage.send(CHW, "DEATH W4 X1 P2 V1")
    told = stage.rows("SELECT ref FROM report WHERE flow = 'event'")[0].ref
    stage.send(CHW, f"RF {ref} 4")
    last = stage.rows("SELECT text FROM outbound ORDER BY id DESC")[0].text
    assert f"Recorded already with {told}." in last
