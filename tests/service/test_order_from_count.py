"""What a count orders while something is packed, urgent, or ordered in the same second."""

import threading
import time
from datetime import timedelta

from smsapp.service import remind
from smsapp.store.people import lock
from tests.golden.test_same_second import CHW, FACILITY, SUPERVISOR, heard, together
from tests.rig.stage import Stage

HELD = 0.5  # seconds in which whoever does not wait for her row has answered
STANDING = "SELECT ref, state, urgent, asked FROM request JOIN request_line ON request_id = id"
STANDING += " WHERE state IN ('requested', 'approved', 'ready', 'stocked_out') ORDER BY id, product"


def counted(stage: Stage, words: str, phone: str = CHW) -> str:
    """Send it; gives the answer, without its training line."""
    stage.now += timedelta(minutes=1)
    stage.send(phone, words)
    return heard(stage, phone)[-1]


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
    """Both wait for her row, which is held until both are there: then one of them is second."""
    counted(stage, "SOH la 5")
    before = stage.rows(STANDING)
    said = ((CHW, "SOH la 50"), (FACILITY, f"READY {before[0].ref}"))
    threads = [threading.Thread(target=stage.send, args=one) for one in said]
    with stage.rt.begin() as db:
        lock(db, stage.rows("SELECT person_id FROM request")[0].person_id)
        for thread in threads:
            thread.start()
        time.sleep(HELD)
        assert stage.rows(STANDING) == before
    for thread in threads:
        thread.join()
    (stands,) = stage.rows(STANDING)
    count_was_first = stands.state == "requested"
    assert stands.asked == (310 if count_was_first else 355)
    assert ("no longer needs it" in heard(stage, FACILITY)[-1]) is count_was_first
    assert (f"{before[0].ref}: ready" in "".join(heard(stage, CHW))) is not count_was_first


def test_an_urgent_order_in_the_place_of_another_waits_no_longer_than_that_one(stage: Stage):
    counted(stage, "EO la")
    for hours, told in ((3, 0), (1, 1), (4, 1), (18, 2)):
        counted(stage, "EO zi" if hours == 3 else "SOH or 1")
        stage.now += timedelta(hours=hours)
        remind.send_due(stage.rt)
        late = stage.rows("SELECT phone FROM outbound WHERE text LIKE '%URGENT order%'")
        assert len(late) == told
    assert [row.phone for row in late] == [FACILITY, SUPERVISOR]


def test_what_was_missing_of_an_order_can_be_taken_back_too(stage: Stage):
    counted(stage, "SOH la 5 zi 5")
    stage.send(FACILITY, f"OS {stage.rows(STANDING)[0].ref} la")
    rest = next(row.ref for row in stage.rows(STANDING) if row.state == "stocked_out")
    assert "No report of yours" in counted(stage, f"CANCEL {rest}", "+265991000002")
    for _ in range(2):
        assert "the order is cancelled" in counted(stage, f"CANCEL {rest}")
    assert [row.state for row in stage.rows(STANDING)] == ["ready"] * 2


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
