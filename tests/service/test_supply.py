"""Asking for medicine: nobody to tell, who may answer, and which order a bare answer means."""

from smsapp.service import supply
from smsapp.service.answered import Answered
from smsapp.service.supply import open_requests
from smsapp.store.tables import outbound, request
from tests.rig.orders import TWO, answer, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme


def test_nobody_to_tell_keeps_the_request(programme: Programme):
    for code in ("sup", "fac", "dis"):
        programme.change(code, active=False)
    report_id, ref = programme.add_report("chw")
    for _ in range(2):
        with programme.rt.begin() as db:
            who = programme.person("chw")
            assert supply.order(programme.rt, db, who, report_id, ref, TWO) == "nobody"
    assert (programme.count(request), programme.count(outbound)) == (1, 0)


def test_who_may_answer_a_request(programme: Programme):
    ref = place(programme)
    for code, number in (("eve", ref), ("chw", ref), ("sup", "000000")):
        assert answer(programme, code, number) == Answered("not_yours")
    assert answer(programme, "dis", None).outcome == "none_open"
    assert answer(programme, "dis", ref).outcome == "done"


def test_which_of_two(programme: Programme):
    place(programme)
    ref = place(programme, code="eve")
    assert answer(programme, "fac", None).outcome == "several"
    with programme.rt.read() as db:
        listed = open_requests(db, programme.person("fac"), programme.clock())
    assert [(one.chw_short, one.items, one.state) for one in listed] == [
        ("Esther", ("la", "zi"), "requested"),
        ("Eve", ("la", "zi"), "requested"),
    ]
    assert answer(programme, "fac", ref).outcome == "done"
    assert answer(programme, "fac", None).outcome == "done"


def test_an_old_answer_is_not_meant_by_a_bare_one(programme: Programme):
    place(programme)
    answer(programme, "fac", None)
    assert answer(programme, "fac", None).outcome == "already"
    programme.clock.move(hours=25)
    assert answer(programme, "fac", None).outcome == "none_open"
