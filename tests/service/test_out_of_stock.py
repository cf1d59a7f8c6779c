"""Who is out of stock, for her supervisor: her ledger says so, whatever became of an order."""

import pytest

from smsapp.service import team
from smsapp.store.holdings import set_held
from smsapp.store.people import person_by_code
from smsapp.store.team import members
from tests.rig.stage import Stage

CHW, FACILITY = "+265991000001", "+265991000201"


def out(stage: Stage) -> list[str]:
    """Whom her supervisor sees, with the day since when."""
    with stage.rt.read() as db:
        grace = person_by_code(db, "DEMO-101", stage.now)
        assert grace
        found = team.out_of_stock(stage.rt, db, members(db, [grace.id]))
    return [f"{one.short} {at:%d/%m}" for one, at in found if at]


def ref(stage: Stage) -> str:
    return str(stage.rows("SELECT ref FROM report ORDER BY id DESC LIMIT 1")[0][0])


@pytest.mark.parametrize(
    ("said", "is_out"),
    [
        (["SOH la 0"], True),
        (["EO la"], True),
        (["STOCK F1 N0"], True),
        (["SOH la 5", "LOST la 5"], True),
        (["SOH la 5", "EXPIRED la 9", "EXPIRED la 9"], True),  # said twice is meant
        (["SOH la 0", "REC la 20", "LOST la 20"], True),
        (["SOH la 5"], False),
        (["SOH la 5", "LOST la 4"], False),
        (["STOCK F0 N1"], False),  # low is not out
        (["SOH la 0", "REC la 1"], False),
        (["SOH la 0", "SOH la 3"], False),
        (["LOST la 5"], False),  # never counted: nobody knows
        (["SOH la 0", "CANCEL {ref}"], False),
        (["SOH la 0", "FIX {ref} la 3"], False),
    ],
)
def test_her_last_word_on_it_counts(stage: Stage, said: list[str], is_out: bool):
    for one in said:
        stage.send(CHW, one.format(ref=ref(stage) if "{ref}" in one else ""))
    assert out(stage) == (["Esther Demo 02/03"] if is_out else [])


def test_packed_is_not_received_and_the_first_day_counts(stage: Stage):
    stage.send(CHW, "SOH la 0")
    stage.send(FACILITY, f"READY {ref(stage)}")
    stage.move(hours=24)
    stage.send(CHW, "SOH la 0 zi 10")
    stage.send("+265991000002", "SOH la 0")
    assert out(stage) == ["Esther Demo 02/03", "Mercy Demo 03/03"]  # the longest first
    stage.send(CHW, "REC la 20")
    assert out(stage) == ["Mercy Demo 03/03"]


def test_what_she_does_not_hold_is_no_stock_out(stage: Stage):
    stage.send(CHW, "SOH la 0")
    (chw,) = stage.rows("SELECT id FROM person WHERE phone = :phone", phone=CHW)[0]
    with stage.rt.begin() as db:
        set_held(db, chw, ["zi"])
    assert out(stage) == []
