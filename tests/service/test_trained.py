"""What is an exercise and what is real never meet, when a mark begins or ends between two steps."""

from datetime import datetime

from sqlalchemy import insert, select

from smsapp.service import arrival, remind, supply
from smsapp.store.tables import reminder, stock_movement
from tests.rig.orders import TWO, answer, heard, now, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme


def received(programme: Programme, *, training: bool) -> None:
    """All of the two products came in, told by her as she is marked now."""
    report_id, _ = programme.add_report("chw")
    who, at = programme.person("chw"), programme.rt.now()
    about = {"person_id": who.id, "report_id": report_id, "training": training, "at": at}
    rows = [{"product": one, "amount": n, "kind": "received", **about} for one, n in TWO.items()]
    with programme.rt.begin() as db:
        db.execute(insert(stock_movement), rows)
        arrival.settle(programme.rt, db, who)


def test_a_count_in_training_ends_no_real_order(programme: Programme):
    ref = place(programme)
    told = programme.heard("fac")
    programme.change("chw", training=True)
    report_id, _ = programme.add_report("chw")
    with programme.rt.begin() as db:
        assert supply.replace(programme.rt, db, programme.person("chw"), report_id) == []
    assert now(programme, ref)[0] == "requested"
    assert programme.heard("fac") == told


def test_a_receipt_in_training_brings_no_real_order(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    programme.clock.move(hours=1)
    programme.change("chw", training=True)
    received(programme, training=True)
    assert now(programme, ref)[0] == "ready"
    programme.change("chw", training=False)
    received(programme, training=False)
    assert now(programme, ref)[0] == "received"


def test_an_exercise_reminds_nobody_once_the_mark_has_ended(programme: Programme):
    for code in ("chw", "fac"):
        programme.change(code, training=True)
    place(programme)
    programme.change("chw", training=False)
    for _ in range(4):
        programme.clock.move(hours=24)
        remind.send_due(programme.rt)
    assert (programme.heard("sup"), programme.heard("dis")) == ([], [])
    assert whys(programme) == {"trained"}


def test_a_real_order_reminds_real_people_though_she_trains_now(programme: Programme):
    place(programme)
    programme.change("chw", training=True)
    begun: datetime = programme.rt.now()
    while programme.rt.now() < begun.replace(day=begun.day + 4):
        programme.clock.move(hours=6)
        remind.send_due(programme.rt)
    assert heard(programme, "dis")


def whys(programme: Programme) -> set[str]:
    with programme.rt.read() as db:
        return set(db.scalars(select(reminder.c.why).where(reminder.c.state == "dropped")))
