"""What has arrived of an order, as her ledger tells it."""

from sqlalchemy import update

from smsapp.service import arrival, remind, supply
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


def told_before(programme: Programme, ref: str, **amounts: int) -> str:
    """She tells what came, and an hour later it is ready; gives what who packs is answered."""
    receive(programme, **amounts)
    programme.clock.move(hours=1)
    return answer(programme, "fac", ref).outcome


def test_told_before_it_is_ready_nobody_sends_her(programme: Programme):
    ref = place(programme)
    programme.clock.move(hours=1)
    receive(programme, la=30)
    assert told_before(programme, ref, la=24, zi=40) == "had"
    assert now(programme, ref) == ("received", {"la": (54, 54, 54), "zi": (40, 40, 40)})
    for _ in range(12):
        programme.clock.move(days=1)
        remind.send_due(programme.rt)
    assert [programme.heard(code)[1:] for code in ("chw", "sup", "fac", "dis")] == [[]] * 4
    assert programme.heard("chw") == []
    receive(programme, la=20)
    assert now(programme, ref)[0] == "received"
    with programme.rt.begin() as db:
        mine = stock_movement.c.amount == 24
        db.execute(update(stock_movement).where(mine).values(amount=23))
        arrival.settle(programme.rt, db, programme.person("chw"))
    assert now(programme, ref)[0] == "ready"


def test_less_than_all_told_before_is_to_be_collected(programme: Programme):
    ref = place(programme)
    assert told_before(programme, ref, la=54, zi=39) == "done"
    assert now(programme, ref) == ("ready", {"la": (54, 54, None), "zi": (40, 40, None)})
    assert "Collect" in heard(programme, "chw")


def test_what_came_before_it_was_asked_for_is_of_nothing_later(programme: Programme):
    other = place(programme, {"or": 12})
    programme.clock.move(hours=1)
    assert answer(programme, "fac", other).outcome == "done"
    receive(programme, **TWO)
    programme.clock.move(hours=1)
    ref = place(programme)
    programme.clock.move(hours=1)
    assert answer(programme, "fac", ref).outcome == "done"


def test_what_was_of_another_order_counts_once(programme: Programme):
    first = place(programme, {"la": 54})
    answer(programme, "fac", first)
    programme.clock.move(hours=1)
    second = place(programme, {"la": 54})
    programme.clock.move(hours=1)
    assert told_before(programme, second, la=54) == "done"
    assert (now(programme, first)[0], now(programme, second)[0]) == ("received", "ready")
    programme.clock.move(hours=1)
    receive(programme, la=54)
    third, fourth = place(programme, {"la": 50}), place(programme, {"la": 50})
    programme.clock.move(hours=1)
    assert told_before(programme, third, la=50) == "had"
    assert told_before(programme, fourth, zi=5) == "done"


def test_what_is_not_there_is_asked_for_though_she_has_the_rest(programme: Programme):
    ref = place(programme)
    programme.clock.move(hours=1)
    receive(programme, la=54)
    programme.clock.move(hours=1)
    assert answer(programme, "fac", ref, "stocked_out", zi=None).outcome == "had"
    said = "REF: no ZI at Bua HC. We ask further. Refer who needs it."
    assert programme.heard("chw") == [said]
    assert heard(programme, "dis").startswith("Bua HC has no ZI for Esther.")
    programme.clock.move(hours=1)
    receive(programme, zi=40)
    assert now(programme, ref)[1]["zi"] == (40, 0, 40)
    programme.clock.move(hours=1)
    with programme.rt.read() as db:
        rest = supply.open_requests(db, programme.person("dis"), programme.clock())[0].ref
    assert answer(programme, "dis", rest).outcome == "had"
    assert now(programme, ref)[1]["zi"] == (40, 0, 0)
    assert now(programme, rest) == ("received", {"zi": (40, 40, 40)})


def test_what_an_old_order_waited_for_was_of_the_newer_ones(programme: Programme):
    old = place(programme, {"la": 54})
    answer(programme, "fac", old)
    programme.clock.move(days=30)
    other = place(programme, {"la": 60})
    answer(programme, "fac", other)
    programme.clock.move(days=1)
    receive(programme, la=60)
    programme.clock.move(days=70)
    receive(programme, zi=1)
    assert (now(programme, old)[0], now(programme, other)[0]) == ("ready", "received")


def test_what_came_goes_to_another_order_when_this_one_is_not_ready_after_all(programme: Programme):
    first = place(programme)
    second = place(programme, {"la": 54})
    for ref in (second, first):
        programme.clock.move(minutes=1)
        answer(programme, "fac", ref)
    programme.clock.move(minutes=1)
    receive(programme, la=54)
    assert now(programme, first)[1]["la"] == (54, 54, 54)
    assert answer(programme, "fac", first, "stocked_out").outcome == "done"
    assert now(programme, first)[1]["la"] == (54, 0, None)
    assert now(programme, second) == ("received", {"la": (54, 54, 54)})
