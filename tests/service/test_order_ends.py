"""What an order meets on its way, and the person at whom it ends."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from smsapp.service import arrival, remind, supply
from smsapp.service.leaving import leave_by_code
from smsapp.service.places import import_places
from smsapp.store.stock import drop
from smsapp.store.tables import place as place_table
from smsapp.store.tables import request, stock_movement
from tests.rig.orders import TWO, answer, heard, now, place, receive
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme

OTHER = """code,name,kind,parent
MW,Malawi,country,
NK,Nkhotakota,district,MW
KAS,Kasitu HC,facility,NK
"""


def test_a_nurse_who_has_moved_answers_there_no_more(programme: Programme, tmp_path: Path):
    ref = place(programme)
    (tmp_path / "places.csv").write_text(OTHER)
    assert import_places(programme.rt, tmp_path / "places.csv").problems == ()
    with programme.rt.read() as db:
        kasitu = db.scalar(select(place_table.c.id).where(place_table.c.code == "KAS"))
    programme.change("fac", place_id=kasitu)
    assert answer(programme, "fac", ref).outcome == "not_yours"
    assert answer(programme, "fac", None).outcome == "none_open"
    assert now(programme, ref)[0] == "requested"


def pass_days(programme: Programme, days: int) -> dict[str, list[str]]:
    """What each hears while time passes."""
    before = {code: len(programme.heard(code)) for code in ("chw", "sup", "fac", "dis")}
    for _ in range(days * 12):
        programme.clock.move(hours=2)
        remind.send_due(programme.rt)
    return {code: programme.heard(code)[count:] for code, count in before.items()}


def take_back_last_receipt(programme: Programme) -> None:
    with programme.rt.begin() as db:
        last = db.scalars(select(stock_movement.c.report_id).order_by(stock_movement.c.id)).all()
        drop(db, last[-1], programme.clock())
        arrival.settle(programme.rt, db, programme.person("chw"))


def states(programme: Programme) -> list[tuple[str, str]]:
    with programme.rt.read() as db:
        rows = db.execute(select(request).order_by(request.c.id))
        return [(" ".join(row.items), row.state) for row in rows]


def test_what_was_missing_goes_on_as_an_order_of_the_district(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref, "stocked_out", la=None)
    assert heard(programme, "dis").startswith("Bua HC has no LA for Esther. Send some? READY REF")
    assert receive(programme, zi=40).outcome == "received"
    assert states(programme) == [("la zi", "received"), ("la", "stocked_out")]
    said = pass_days(programme, 3)
    assert "Overdue: Esther out of stock" in said["dis"][0]
    assert answer(programme, "dis", None).outcome == "none_open"
    with programme.rt.read() as db:
        rest = supply.open_requests(db, programme.person("dis"), programme.clock())
    assert answer(programme, "dis", rest[0].ref).outcome == "done"
    assert heard(programme, "chw").startswith("REF: ready at Nkhotakota: LA 54.")


def test_a_part_found_after_all_is_asked_for_no_more(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref, "stocked_out", la=None)
    answer(programme, "fac", ref, "ready", zi=30, la=0)
    assert states(programme) == [("la zi", "ready"), ("la", "stocked_out")]
    answer(programme, "fac", ref)
    assert states(programme) == [("la zi", "ready"), ("la", "cancelled")]
    answer(programme, "fac", ref, "stocked_out", zi=None)
    answer(programme, "fac", ref, "stocked_out")
    assert states(programme)[0] == ("la zi", "stocked_out")
    assert states(programme)[2] == ("zi", "cancelled")


def test_a_receipt_taken_back_is_asked_after_again(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    programme.clock.move(hours=20)
    receive(programme, **TWO)
    pass_days(programme, 2)
    take_back_last_receipt(programme)
    assert now(programme, ref)[0] == "ready"
    said = pass_days(programme, 12)
    assert "your medicines are packed" in said["chw"][0]
    assert "not collected" in said["sup"][0]


def test_short_a_second_time_is_told_again(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    receive(programme, la=40, zi=40)
    programme.clock.move(hours=1)
    receive(programme, la=14)
    take_back_last_receipt(programme)
    assert ["LA 14" in text for text in programme.heard("sup")] == [True, True]


def test_short_of_another_amount_is_told_again(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    receive(programme, la=40, zi=40)
    programme.clock.move(hours=1)
    for amount in (30, 30, 54):
        with programme.rt.begin() as db:
            mine = stock_movement.c.product == "la"
            db.execute(update(stock_movement).where(mine).values(amount=amount))
            arrival.settle(programme.rt, db, programme.person("chw"))
    for code in ("sup", "fac"):
        assert [text.partition("LA ")[2][:2] for text in programme.heard(code)[-2:]] == ["14", "24"]
    said = pass_days(programme, 6)
    assert said["fac"] == said["dis"] == []


def test_who_was_reminded_of_an_order_sees_the_one_in_its_place(programme: Programme):
    place(programme, {"la": 54})
    assert len(pass_days(programme, 4)["sup"]) == 1
    with programme.rt.begin() as db:
        instead = supply.replace(programme.rt, db, programme.person("chw"), 0)
    ref = place(programme, {"la": 60}, instead=instead)
    with programme.rt.read() as db:
        waits = supply.open_requests(db, programme.person("sup"), programme.clock())
    assert [one.ref for one in waits] == [ref]


def test_nobody_collects_for_who_has_left(programme: Programme):
    ref = place(programme)
    leave_by_code(programme.rt, "chw")
    assert answer(programme, "fac", ref).outcome == "left"
    assert heard(programme, "sup").startswith("Esther has left: REF, LA 54 ZI 40, is not packed.")
    assert answer(programme, "fac", ref).outcome == "cancelled"
    assert now(programme, ref)[0] == "cancelled"


@pytest.fixture
def approving(programme: Programme) -> Programme:
    settings = programme.rt.settings.model_copy(update={"approve_orders": True})
    return Programme(replace(programme.rt, settings=settings), programme.clock)


def test_other_amounts_want_another_approval(approving: Programme):
    report_id, ref = approving.add_report("chw")
    for amount, again in ((10, ""), (900, "sms:1")):
        with approving.rt.begin() as db:
            person = approving.person("chw")
            supply.order(approving.rt, db, person, report_id, ref, {"la": amount}, again=again)
        assert f"asks LA {amount}" in heard(approving, "sup")
        assert answer(approving, "fac", ref).outcome != "done"
        assert answer(approving, "sup", ref, "approved").outcome == "done"
    assert "LA 900" in heard(approving, "fac")


def test_an_urgent_order_is_approved_in_hours(approving: Programme):
    place(approving, urgent=True)
    assert heard(approving, "sup").startswith("URGENT REF Esther")
    approving.clock.move(hours=2, minutes=1)
    remind.send_due(approving.rt)
    assert "Esther approve URGENT" in heard(approving, "sup")
    approving.clock.move(hours=2, minutes=1)
    remind.send_due(approving.rt)
    assert "Esther approve URGENT" in heard(approving, "dis")
