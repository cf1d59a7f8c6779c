"""What a count orders while something is packed, urgent, or ordered in the same second."""

from datetime import timedelta

from tests.golden.test_same_second import CHW, FACILITY, heard, together
from tests.rig.stage import Stage

STANDING = "SELECT ref, state, urgent, asked FROM request JOIN request_line ON request_id = id"
STANDING += " WHERE state IN ('requested', 'approved', 'ready', 'stocked_out') ORDER BY id, product"


def counted(stage: Stage, words: str) -> str:
    """Send it; gives the answer, without its training line."""
    stage.now += timedelta(minutes=1)
    stage.send(CHW, words)
    return heard(stage, CHW)[-1]


def packed(stage: Stage, words: str = "SOH la 0") -> str:
    counted(stage, words)
    ref: str = stage.rows(STANDING)[-1].ref
    stage.send(FACILITY, f"READY {ref}")
    return ref


def test_what_is_packed_is_to_be_collected(stage: Stage):
    ref = packed(stage)
    stage.now += timedelta(hours=30)
    for words in ("EO la", "SOH la 0"):
        said = counted(stage, words)
        assert said.startswith(f"{ref} is ready at Bua HC. Collect it, then REC {ref}")
    assert [row.state for row in stage.rows(STANDING)] == ["ready"]
    assert "You have enough" in counted(stage, "SOH la 360")


def test_what_she_never_said_has_come_is_ordered_again(stage: Stage):
    old = packed(stage)
    stage.now += timedelta(days=30)
    assert "Ordered: LA 359" in counted(stage, "SOH la 1")
    stage.now += timedelta(days=31)
    assert "Saved: LA 360" in counted(stage, f"REC {old}")


def test_a_count_of_something_else_leaves_it_urgent(stage: Stage):
    counted(stage, "EO la")
    counted(stage, "SOH zi 5")
    assert [bool(row.urgent) for row in stage.rows(STANDING)] == [True, True]
    assert heard(stage, FACILITY)[-1].startswith("URGENT")
    counted(stage, "SOH la 300 zi 100")
    assert [bool(row.urgent) for row in stage.rows(STANDING)] == [False, False]


def test_two_counts_in_one_second_are_one_order(stage: Stage):
    for at in range(3):
        together(
            lambda at=at: stage.send(CHW, f"SOH la {5 + at}"),
            lambda at=at: stage.send(CHW, f"SOH la {30 + at} zi 3"),
        )
        assert len({row.ref for row in stage.rows(STANDING)}) == 1
        stage.now += timedelta(minutes=5)


def test_a_count_and_an_answer_in_one_second(stage: Stage):
    counted(stage, "SOH la 5")
    ref = stage.rows(STANDING)[0].ref
    together(
        lambda: stage.send(CHW, "SOH la 50"),
        lambda: stage.send(FACILITY, f"READY {ref}"),
    )
    assert [row.asked for row in stage.rows(STANDING)] in ([355], [310])


def test_what_is_out_of_stock_can_be_cancelled_the_same_day(stage: Stage):
    counted(stage, "SOH la 5")
    ref = stage.rows(STANDING)[0].ref
    stage.send(FACILITY, f"OS {ref}")
    assert "the order is cancelled" in counted(stage, f"CANCEL {ref}")
    assert stage.rows(STANDING) == []


def test_more_lost_than_she_has_is_asked_back(stage: Stage):
    counted(stage, "SOH la 5")
    for words, saved in (("LOST la 500", False), ("LOST la 500", True), ("LOST la 5", True)):
        counted(stage, words)
        assert bool(stage.rows("SELECT id FROM report WHERE flow = 'loss'")) is saved
