"""What has arrived of an order, as her ledger tells it."""

from sqlalchemy import update

from smsapp.service import arrival
from smsapp.store.tables import stock_movement
from tests.rig.orders import TWO, answer, heard, now, place, receive
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme


def test_all_arrived(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    assert receive(programme, la=54).outcome == "part"
    assert now(programme, ref) == ("ready", {"la": (54, 54, 54), "zi": (40, 40, None)})
    assert receive(programme, zi=40).outcome == "received"
    assert now(programme, ref)[0] == "received"
    assert programme.heard("sup") == []


def test_short_is_told_to_who_packed_and_the_supervisor(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    arrived = receive(programme, la=40, zi=40)
    assert (arrived.outcome, arrived.missing) == ("short", "LA 14")
    assert heard(programme, "sup").startswith("REF Esther, Chalo: LA 14 packed did not arrive.")
    assert "LA 14" in heard(programme, "fac")
    programme.clock.move(hours=20)
    assert receive(programme, la=14).outcome == "received"
    assert now(programme, ref) == ("received", {"la": (54, 54, 54), "zi": (40, 40, 40)})
    assert len(programme.heard("sup")) == 1


def test_a_receipt_taken_back_opens_the_order_again(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    receive(programme, **TWO)
    with programme.rt.begin() as db:
        db.execute(update(stock_movement).values(replaced_at=programme.clock()))
        assert arrival.settle(programme.rt, db, programme.person("chw")).outcome == "none"
    assert now(programme, ref) == ("ready", {"la": (54, 54, None), "zi": (40, 40, None)})


def test_a_late_parcel_goes_to_the_order_that_lacks_it(programme: Programme):
    first = place(programme, {"la": 54})
    answer(programme, "fac", first)
    receive(programme, la=40)
    second = place(programme, {"la": 60})
    programme.clock.move(hours=1)
    answer(programme, "fac", second)
    receive(programme, la=74)
    assert now(programme, first)[1]["la"] == (54, 54, 54)
    assert now(programme, second) == ("received", {"la": (60, 60, 60)})


def test_more_than_was_packed(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    with programme.rt.begin() as db:
        who = programme.person("chw")
        assert arrival.packed_for(programme.rt, db, who) == {ref: TWO}
    receive(programme, la=60, zi=40)
    assert now(programme, ref) == ("received", {"la": (54, 54, 60), "zi": (40, 40, 40)})
