"""Bad receipts: more than was packed, a ref of nobody, or one a slip away from hers."""

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
