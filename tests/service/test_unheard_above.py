"""Who answers, on a number long silent: asked in time, spared all but alerts, and named."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from smsapp.service import digest
from smsapp.service.leaving import leave_by_code
from smsapp.service.watch import look
from smsapp.store.tables import phone_number
from tests.rig.orders import answer, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme
from tests.rig.stage import Stage

ESTHER, GRACE, BUA = "+265991000001", "+265991000101", "+265991000201"
OFFICER = "+265991000301"
QUESTION = "Is this still your phone?"


def told(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :p ORDER BY id", p=phone)
    return [row.text.split("\n")[-1] for row in rows]


def operator_hears(stage: Stage) -> str:
    return " ".join(line.sentence for line in look(stage.rt).others)


def test_he_is_asked_three_times_before_anything_is_held_back(stage: Stage):
    stage.plans = True
    stage.silence(GRACE, 68)
    stage.move(hours=1)
    assert told(stage, GRACE) == []
    for _ in range(21):
        stage.move(days=1)
    asked = [text for text in told(stage, GRACE) if QUESTION in text]
    assert len(asked) == 3
    assert asked[0] == told(stage, GRACE)[0]
    assert "DEMO-101" not in operator_hears(stage)  # day 89: he has everything yet
    before = len(told(stage, GRACE))
    stage.move(days=14)
    assert len(told(stage, GRACE)) == before
    assert "DEMO-101" in operator_hears(stage)
    assert any("Grace Demo number silent" in text for text in told(stage, "+265991000301"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_but_alerts_until_he_is_heard(stage: Stage):
    stage.silence(GRACE, 91)
    stage.silence(BUA, 91)
    for words in ("STOCK F1 N0", "CALLME B1 W1", "NUMBER 0991000009", "CCM A14 S1 D0 M3 P0 T0"):
        stage.send(ESTHER, words)
    said = " ".join(row.text for row in stage.rows("SELECT text FROM outbound"))
    assert said.count("Nobody can be told now") == 2  # of the call and the number
    leave_by_code(stage.rt, "DEMO-102", "DEMO-101")
    stage.now += timedelta(days=34, hours=23)  # a Monday, at the digest's hour
    digest.send_due(stage.rt)
    both = "SELECT kind, phone, text FROM outbound WHERE phone IN (:grace, :bua)"
    rows = stage.rows(both, grace=GRACE, bua=BUA)
    assert {(row.kind, row.phone) for row in rows} == {("alert", GRACE), ("alert", BUA)}
    assert not any("Esther" in row.text for row in rows)  # nor who calls
    stage.send(GRACE, "WHO")
    stage.send(ESTHER, "NUMBER 0991000009")
    assert "Esther" in told(stage, GRACE)[-1]


def test_a_mistake_is_told_in_neutral_words_too(stage: Stage):
    stage.silence(GRACE, 91)
    stage.phone = ESTHER
    stage.dial()
    stage.keys("1", "14", "1")
    ref = stage.rows("SELECT ref FROM report")[-1].ref
    stage.send(ESTHER, f"CANCEL {ref}")
    said = told(stage, GRACE)
    assert len(said) == 2
    assert all("Esther" not in text and ESTHER not in text for text in said)


def test_an_order_goes_to_whoever_can_be_told_and_waits_for_the_silent_too(programme: Programme):
    silence(programme, "fac")
    place(programme, {"la": 54})
    assert programme.heard("fac") == []
    assert len(programme.heard("sup")) == 1


def test_an_order_that_wants_approval_is_told_to_the_next_who_may_approve(stage: Stage):
    settings = stage.rt.settings.model_copy(update={"approve_orders": True})
    stage.rt = replace(stage.rt, settings=settings)
    stage.silence(GRACE, 91)
    stage.send(ESTHER, "EO la")
    ref = stage.rows("SELECT ref FROM request")[0].ref
    assert told(stage, GRACE) == []
    assert told(stage, OFFICER) == [f"APPROVE {ref}, or dial *384*2400#"]
    stage.send(OFFICER, f"APPROVE {ref}")
    assert stage.rows("SELECT state FROM request")[0].state == "approved"


def silence(programme: Programme, code: str) -> None:
    """Nobody was heard on the number of this person for long."""
    at = programme.clock() - timedelta(days=91)
    theirs = phone_number.c.person_id == programme.person(code).id
    with programme.rt.begin() as db:
        db.execute(update(phone_number).where(theirs).values(heard_at=at))


def test_an_order_of_who_has_left_is_told_to_the_next_who_can_be_told(programme: Programme):
    ref = place(programme)
    leave_by_code(programme.rt, "chw")
    before = programme.heard("sup")
    silence(programme, "sup")
    assert answer(programme, "fac", ref).outcome == "left"
    assert programme.heard("sup") == before
    assert len(programme.heard("dis")) == 1


def test_what_is_out_of_stock_waits_for_the_next_who_can_be_told(programme: Programme):
    ref = place(programme)
    before = len(programme.heard("sup"))
    silence(programme, "dis")
    assert answer(programme, "fac", ref, "stocked_out").outcome == "done"
    assert programme.heard("dis") == []
    (told,) = programme.heard("sup")[before:]
    assert "no LA ZI for Esther. Send some?" in told
    assert answer(programme, "sup", ref).outcome == "done"
