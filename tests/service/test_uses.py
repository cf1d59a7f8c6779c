"""What left a box beside what was reported, from ledger and reports, as a count shows it."""

from typing import Any

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"
ROWS = "SELECT treatment, used, reported FROM stock_use ORDER BY report_id, treatment"


def shown(stage: Stage) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in stage.rows(ROWS)]


def last_said(stage: Stage) -> str:
    return str(stage.rows("SELECT text FROM outbound ORDER BY id DESC LIMIT 1")[0][0])


def test_both_packs_of_a_medicine_are_one_figure(stage: Stage):
    stage.send(CHW, "SOH la 100 lb 48")
    stage.send(CHW, "CCM A14 S0 D0 M3 P3 W0 R1 T1")
    stage.send(CHW, "CCM A40 S0 D0 M3 P3 W0 R1 T1")
    stage.send(CHW, "CCM A40 S1 D0 M3 P3 T1 G1")  # first dose before referral
    stage.move(hours=240)
    stage.send(CHW, "SOH la 76 lb 48")
    assert shown(stage) == [("al", 24, 6 + 12 + 2)]
    assert "Used (reports): AL 24 (20)\n" in last_said(stage)


@pytest.mark.parametrize(
    ("between", "hours", "count"),
    [
        (["REC la 50"], 239, "SOH la 100"),  # nine days and a bit say too little
        ([], 240, "SOH la 101"),  # more than is known: what was used is not
        (["SOH la 80"], 240, "SOH la 90"),  # the same
        (["CANCEL {ref}"], 240, "SOH la 90"),
    ],
)
def test_what_is_not_known_is_not_shown(stage: Stage, between: list[str], hours: int, count: str):
    stage.send(CHW, "SOH la 100")
    ref = stage.rows("SELECT ref FROM report")[0][0]
    for said in between:
        stage.send(CHW, said.format(ref=ref))
    stage.move(hours=hours)
    stage.send(CHW, count)
    assert shown(stage) == []
    assert "Used" not in last_said(stage)


def test_a_month_without_a_report_of_a_child_is_missing_and_not_zero(stage: Stage):
    stage.send(CHW, "SOH la 100 zi 40")
    stage.send(CHW, "REC la 20")
    stage.move(hours=240)
    stage.send(CHW, "SOH la 30 zi 40")
    assert shown(stage) == [("al", 90, None), ("zi", 0, None)]


def test_what_found_no_room_was_not_shown_and_what_is_taken_back_is_gone(stage: Stage):
    stage.send(CHW, "SOH la 100 am 500 or 30 zi 40")
    stage.move(hours=240)
    stage.send(CHW, "SOH la 40 am 100 or 26 zi 39")
    assert [row[0] for row in shown(stage)] == ["al", "am"]  # the greatest difference first
    ref = stage.rows("SELECT ref FROM report ORDER BY id DESC LIMIT 1")[0][0]
    stage.send(CHW, f"FIX {ref} la 90")
    assert ("al", 10, None) in shown(stage)
    stage.send(CHW, f"CANCEL {ref}")
    stage.phone = "+265991000101"
    stage.dial()
    assert "8 Medicine used" not in stage.keys("8").text
