"""Bad receipts: more than was packed, a ref of nobody, or one a slip away from hers."""

from datetime import timedelta

import pytest

from tests.rig.orders import answer, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme
from tests.rig.stage import Stage, slip

CHW, FACILITY = "+265991000001", "+265991000201"
SAID = "SELECT text FROM outbound WHERE phone = :phone ORDER BY id DESC LIMIT 1"
RECEIPTS = "SELECT count(*) FROM report WHERE flow = 'receipt'"


def said_to(stage: Stage, phone: str) -> str:
    return str(stage.rows(SAID, phone=phone)[0][0])


@pytest.fixture
def ref(stage: Stage) -> str:
    """An order of 345 tablets that is packed."""
    stage.send(CHW, "SOH la 15")
    made = str(stage.rows("SELECT ref FROM report")[0][0])
    stage.send(FACILITY, f"READY {made}")
    return made


def test_a_ref_that_is_not_hers_saves_nothing_and_names_the_cure(stage: Stage, ref: str):
    stage.send("+265991000002", f"REC {ref}")
    assert f"No order {ref} waits for you. Send REC la 20" in said_to(stage, "+265991000002")
    stage.send(CHW, f"REC {slip(ref)}")
    assert said_to(stage, CHW).endswith(f"{slip(ref)}? You have {ref}. Send it again with that.")
    assert stage.rows(RECEIPTS)[0][0] == 0
    for _ in range(2):
        stage.send(CHW, f"REC {ref}")
    assert f"{ref}: you told us that it arrived." in said_to(stage, CHW)
    assert stage.rows(RECEIPTS)[0][0] == 1


def test_amounts_beside_a_wrong_ref_have_arrived(stage: Stage, ref: str):
    stage.send(CHW, f"REC {slip(ref)} la 345")
    assert "Saved: LA 345" in said_to(stage, CHW)
    assert stage.rows("SELECT state FROM request")[0][0] == "received"


def test_more_than_was_packed_is_asked_back_on_both_faces(stage: Stage, ref: str):
    stage.send(CHW, "REC la 346")
    assert "Is LA 346 right?" in said_to(stage, CHW)
    stage.phone = CHW
    stage.dial()
    assert "Sure? Type it again." in stage.keys("2", "2", "346").text
    assert "Amoxicillin" in stage.keys("346").text
    stage.drop()
    stage.send(CHW, "REC la 345")
    assert "Saved: LA 345" in said_to(stage, CHW)


def test_an_order_a_slip_away_is_named_to_who_packs(programme: Programme):
    ref = place(programme)
    near = answer(programme, "fac", slip(ref))
    assert (near.outcome, near.near) == ("near", ref)
    assert answer(programme, "eve", slip(ref)).outcome == "not_yours"
    assert answer(programme, "fac", ref).outcome == "done"
    assert answer(programme, "fac", slip(ref)).outcome == "not_yours"


def test_a_receipt_mended_to_more_than_was_packed_is_asked_back(stage: Stage, ref: str):
    stage.send(CHW, f"REC {ref}")
    said = str(stage.rows("SELECT ref FROM report WHERE flow = 'receipt'")[0][0])
    for saved in (False, True):
        stage.now += timedelta(minutes=30)
        stage.send(CHW, f"FIX {said} la 3450")
        assert ("Is LA 3450 right?" in said_to(stage, CHW)) is not saved
        assert (("LA", 3450) in came(stage)) is saved
    stage.now += timedelta(minutes=30)
    stage.send(CHW, f"FIX {said} la 300")
    assert came(stage) == [("LA", 300)]


def came(stage: Stage) -> list[tuple[str, int]]:
    """What stands in the ledger as received."""
    rows = "SELECT product, amount FROM stock_movement"
    rows += " WHERE kind = 'received' AND replaced_at IS NULL"
    return [(row.product.upper(), row.amount) for row in stage.rows(rows)]


@pytest.mark.parametrize("sign", ["-", "\N{MINUS SIGN}", "\N{EN DASH}"])
def test_an_amount_below_zero_is_refused_and_a_dash_only_separates(stage: Stage, sign: str):
    for words in ("REC la {}3", "REC zi 4 la {}3", "SOH la: {}3", "LOST la {}3"):
        stage.send(CHW, words.format(sign))
        assert "LA -3. No amount is below 0." in said_to(stage, CHW)
    assert stage.rows("SELECT id FROM report") == []
    stage.send(CHW, f"SOH la{sign}15 zi {sign} 10")
    assert stage.rows("SELECT amount FROM stock_movement ORDER BY amount") == [(10,), (15,)]
    made = stage.rows("SELECT ref FROM report")[0][0]
    stage.send(FACILITY, f"READY {made} la {sign}3")
    assert "LA -3. No amount is below 0." in said_to(stage, FACILITY)
    stage.send(CHW, "NUMBER 0991 -3")
    assert "Not understood: 0991 -3" in said_to(stage, CHW)


def test_far_more_than_was_asked_is_packed_only_when_it_is_said_twice(stage: Stage):
    stage.send(CHW, "SOH la 306 zi 160")
    ref = str(stage.rows("SELECT ref FROM report")[0][0])
    packed = "SELECT packed FROM request_line ORDER BY product"
    stage.send(FACILITY, f"READY {ref} la 540")
    assert "Is LA 540 right?" in said_to(stage, FACILITY)
    stage.phone = FACILITY
    stage.dial()
    assert "Sure? Type it again." in stage.keys("1", "3", "540").text
    stage.drop()
    assert stage.rows(packed) == [(None,), (None,)]
    stage.send(FACILITY, f"READY {ref} la 300 zi 40")
    assert stage.rows(packed) == [(300,), (40,)]
    stage.send(FACILITY, f"READY {ref} la 540")
    assert stage.rows(packed) == [(540,), (40,)]


def test_an_amount_alone_is_answered_with_how_to_send_it(stage: Stage, ref: str):
    for words, said in (
        ("REC 20", "Not saved. Is it la 20? Then send REC la 20"),
        ("SOH 20", "Not saved. 20 of what? As in: SOH am 20"),
        ("EXPIRED 2", "2 of what? As in: EXPIRED am 2"),
    ):
        stage.send(CHW, words)
        assert said in said_to(stage, CHW)
    assert len(stage.rows("SELECT id FROM report WHERE flow <> 'orders'")) == 1
    stage.send(CHW, f"REC {ref}")
    stage.send(CHW, "REC 20")
    assert "20 of what?" in said_to(stage, CHW)
