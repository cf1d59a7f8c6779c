"""The order's life: who packs it, who approves it, ready, short, out of stock, collected."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from smsapp import gsm
from smsapp.service import supply
from smsapp.service.answered import Answered
from smsapp.service.packing import Word, answer_request
from smsapp.store.tables import outbound
from tests.rig.orders import TWO, answer, heard, now, place, receive
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme


def test_the_facility_alone_hears_what_to_pack(programme: Programme):
    place(programme)
    assert programme.heard("fac") == [
        "REF Esther, Chalo: LA 54 ZI 40\nREADY REF ou OS REF la, ou appelez *384*2400#"
    ]
    assert programme.heard("sup") == programme.heard("dis") == []


def test_without_a_facility_the_supervisor_packs_then_the_district(programme: Programme):
    programme.change("fac", active=False)
    place(programme)
    assert len(programme.heard("sup")) == 1
    programme.change("sup", active=False)
    place(programme)
    assert len(programme.heard("dis")) == 1


def test_what_finds_no_room_is_counted(programme: Programme):
    place(programme, dict.fromkeys(("am", "la", "lb", "mt", "or", "pa", "zi"), 1900))
    place(programme, {f"product{at}": 1900 for at in range(9)}, urgent=True)
    with programme.rt.read() as db:
        texts = list(db.scalars(select(outbound.c.text).order_by(outbound.c.id)))
    assert all(gsm.measure(text).segments == 1 for text in texts)
    assert "AM 1900 LA 1900" in texts[0]
    assert texts[1].startswith("URGENT")
    assert "9 produits" in texts[1]


def test_ready_is_told_with_what_and_where(programme: Programme):
    ref = place(programme)
    assert answer(programme, "fac", ref).outcome == "done"
    said = "REF: ready at Bua HC: LA 54 ZI 40. Collect, then send REC REF"
    assert programme.heard("chw") == [said]
    assert now(programme, ref) == ("ready", {"la": (54, 54, None), "zi": (40, 40, None)})


def test_a_part_of_it_is_told_as_a_part(programme: Programme):
    ref = place(programme)
    assert answer(programme, "fac", ref, la=12).outcome == "done"
    assert heard(programme, "chw").startswith("REF: ready at Bua HC: LA 12/54 ZI 40.")
    other = place(programme, code="eve")
    assert answer(programme, "fac", other, "stocked_out", la=None).outcome == "done"
    assert now(programme, other) == ("ready", {"la": (54, 0, None), "zi": (40, 40, None)})
    assert "disponible ZI 40; manque: LA" in heard(programme, "eve")
    assert heard(programme, "dis").startswith("Bua HC has no LA for Eve. Send some? READY REF,")


def test_out_of_stock_goes_to_the_district_who_may_send_it(programme: Programme):
    ref = place(programme)
    assert answer(programme, "fac", ref, "stocked_out").outcome == "done"
    assert "out of stock at Bua HC" in heard(programme, "chw")
    assert heard(programme, "dis").startswith("Bua HC has no LA ZI for Esther.")
    with programme.rt.read() as db:
        for code, count in (("dis", 1), ("fac", 0)):
            assert len(supply.open_requests(db, programme.person(code), programme.clock())) == count
    assert answer(programme, "dis", ref).outcome == "done"
    assert heard(programme, "chw").startswith("REF: ready at Nkhotakota: LA 54 ZI 40.")


def test_the_district_has_none_either(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref, "stocked_out")
    programme.clock.move(hours=1)
    assert answer(programme, "dis", ref, "stocked_out").outcome == "done"
    assert [text.count("out of stock") for text in programme.heard("chw")] == [1, 1]
    assert len(programme.heard("dis")) == 1
    assert now(programme, ref)[0] == "stocked_out"


def test_ready_twice_changes_nothing(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    again = answer(programme, "fac", ref)
    assert (again.outcome, again.by_short) == ("already", "Bua HC")
    assert answer(programme, "sup", ref, "stocked_out").outcome == "already"
    assert len(programme.heard("chw")) == 1


def test_her_own_word_is_mended_until_it_has_left(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    assert answer(programme, "fac", ref, la=12).outcome == "done"
    assert "LA 12/54" in heard(programme, "chw")
    assert answer(programme, "sup", ref, la=20).outcome == "already"
    receive(programme, la=12, zi=40)
    assert answer(programme, "fac", ref, la=20).outcome == "received"
    assert now(programme, ref) == ("received", {"la": (54, 12, 12), "zi": (40, 40, 40)})


def test_what_cannot_be_meant_is_not_taken(programme: Programme):
    ref = place(programme)
    assert answer(programme, "fac", ref, mt=3).outcome == "foreign"
    assert answer(programme, "fac", ref, "stocked_out", la=12).outcome == "unclear"
    assert now(programme, ref)[0] == "requested"
    assert programme.heard("chw") == []


def test_an_answer_kept_is_not_given_again(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref)
    answer(programme, "fac", ref, la=12)
    with programme.rt.begin() as db:
        who = programme.person("fac")
        again = answer_request(programme.rt, db, who, ref, "ready", {}, own=(0, ""), known=True)
    assert (again.outcome, again.by_short) == ("already", "Bua HC")
    assert now(programme, ref)[1]["la"] == (54, 12, None)


def test_two_answers_in_the_same_second(programme: Programme):
    ref = place(programme)
    start = threading.Barrier(2)
    answers: list[Answered] = []

    def say(code: str, word: Word) -> None:
        start.wait()
        answers.append(answer(programme, code, ref, word))

    said: tuple[tuple[str, Word], ...] = (("fac", "ready"), ("sup", "stocked_out"))
    threads = [threading.Thread(target=say, args=one) for one in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = sorted(one.outcome for one in answers)
    assert outcomes in (["already", "done"], ["done", "done"])  # out of stock, then ready
    assert len(programme.heard("chw")) == outcomes.count("done")


@pytest.fixture
def approving(programme: Programme) -> Programme:
    """A programme in which the supervisor approves each order."""
    settings = programme.rt.settings.model_copy(update={"approve_orders": True})
    return replace(programme, rt=replace(programme.rt, settings=settings))


def test_an_order_is_approved_before_it_is_packed(approving: Programme):
    ref = place(approving)
    assert heard(approving, "sup").startswith("REF Esther, Chalo asks LA 54 ZI 40\nAPPROVE REF")
    assert approving.heard("fac") == []
    assert answer(approving, "fac", ref).outcome == "unapproved"
    assert answer(approving, "fac", ref, "approved") == Answered("not_yours")
    assert answer(approving, "sup", ref, "approved").outcome == "done"
    assert now(approving, ref)[0] == "approved"
    assert len(approving.heard("fac")) == 1
    again = answer(approving, "sup", ref, "approved")
    assert (again.outcome, again.by_short) == ("already", "Grace")
    with approving.rt.read() as db:
        for code, count in (("sup", 0), ("fac", 1)):
            assert len(supply.open_requests(db, approving.person(code), approving.clock())) == count
    assert answer(approving, "fac", ref).outcome == "done"


def test_nobody_to_approve_is_no_reason_to_wait(approving: Programme):
    approving.change("sup", active=False)
    place(approving)
    assert len(approving.heard("fac")) == 1


def test_no_approval_is_wanted(programme: Programme):
    assert answer(programme, "sup", place(programme), "approved").outcome == "unneeded"


def test_a_correction_changes_what_nobody_has_packed(programme: Programme):
    rt = programme.rt
    report_id, ref = programme.add_report("chw")
    for asked, again in ((TWO, ""), (TWO, "sms:1"), ({"la": 12}, "sms:2")):
        with rt.begin() as db:
            person = programme.person("chw")
            assert supply.order(rt, db, person, report_id, ref, asked, again=again) == "done"
    assert ["LA 12" in text for text in programme.heard("fac")] == [False, True]
    answer(programme, "fac", ref)
    with rt.begin() as db:
        supply.order(rt, db, programme.person("chw"), report_id, ref, {"la": 99}, again="sms:3")
    assert now(programme, ref) == ("ready", {"la": (12, 12, None)})


def replaced(programme: Programme, **more: Any) -> str:
    """A new count takes the place of what waits; gives the ref of its order."""
    with programme.rt.begin() as db:
        instead = supply.replace(programme.rt, db, programme.person("chw"), 0)
    return place(programme, {"la": 60}, instead=instead, **more)


def test_who_packs_hears_in_one_sms_what_is_no_longer_to_be_packed(programme: Programme):
    replaced(programme)
    replaced(programme)
    replaced(programme, urgent=True)
    assert programme.heard("fac") == [
        "REF Esther, Chalo: LA 60\nREADY REF ou OS REF la, ou appelez *384*2400#",
        "REF (pas REF) Esther: LA 60\nREADY REF ou OS REF la, ou *384*2400#",
        "URGENT REF (pas REF) Esther: LA 60\nREADY REF ou OS REF la, *384*2400#",
    ]


def test_who_is_not_told_of_the_new_order_hears_that_the_old_one_is_off(programme: Programme):
    answer(programme, "fac", place(programme), "stocked_out")
    ref = replaced(programme)
    assert heard(programme, "dis") == "REF: Esther has cancelled this request for medicine."
    assert heard(programme, "fac").startswith("REF Esther, Chalo: LA 60")
    programme.change("fac", active=False)
    replaced(programme)
    assert heard(programme, "sup").startswith("REF Esther, Chalo: LA 60")
    assert now(programme, ref)[0] == "cancelled"


def test_she_takes_it_back_while_nobody_has_packed(programme: Programme):
    ref = place(programme)
    answer(programme, "fac", ref, "stocked_out")
    with programme.rt.begin() as db:
        ended = supply.replace(programme.rt, db, programme.person("chw"), 0)
    assert [one.ref for one in ended] == [ref]
    assert now(programme, ref)[0] == "cancelled"
    assert answer(programme, "fac", ref).outcome == "cancelled"
    other = place(programme)
    answer(programme, "fac", other)
    with programme.rt.begin() as db:
        assert supply.replace(programme.rt, db, programme.person("chw"), 0) == []
