"""What changes under a call: its flow, who she is, the database."""

from dataclasses import replace

import pytest

from smsapp.service.ussd import NotSaved
from tests.rig.stage import Stage

CHW = "+265991000001"


@pytest.fixture
def call(stage: Stage) -> Stage:
    stage.phone = CHW
    stage.dial()
    return stage


def change(stage: Stage, *, without: str = "", served: bool = True) -> None:
    """Another version of the sick child's flow is served from now on, or none."""
    library = stage.rt.flows
    old = library.flows["iccm"]
    asks = tuple(ask for ask in old.asks if ask.id != without)
    flows = {**library.flows, "iccm": replace(old, version=old.version + 1, asks=asks)}
    if not served:
        del flows["iccm"]
    stage.rt = replace(stage.rt, flows=replace(library, flows=flows))


def test_a_new_version_that_fits_goes_on(call: Stage):
    call.keys("1", "14", "0")
    change(call)
    assert "MUAC" in call.keys("0").text
    call.keys("3", "0", "0")
    assert call.rows("SELECT version, state FROM report") == [(2, "closed")]


def test_a_new_version_asks_again_from_what_no_longer_fits(call: Stage):
    call.keys("1", "14", "0", "0")
    change(call, without="danger_look")
    reply = call.keys("3")  # meant for MUAC, which is what is asked still
    assert "MUAC" not in reply.text
    call.keys("0", "0")
    (row,) = call.rows("SELECT state FROM report")
    assert row.state == "closed"


def test_danger_is_saved_under_a_new_version_too(call: Stage):
    call.keys("1", "14", "3", "1")
    change(call)
    call.keys("1")  # another sign, saved at its hop
    (row,) = call.rows("SELECT classes FROM report")
    assert "indrawing" in str(row.classes)
    assert "vomits_all" in str(row.classes)


def test_a_flow_that_is_gone_never_says_saved(call: Stage):
    call.keys("1", "14")
    change(call, served=False)
    with pytest.raises(KeyError):  # the door says that it is not sure
        call.keys("0")
    call.move(minutes=4)
    assert call.rows("SELECT id FROM draft") == []
    assert call.dial().ends is False


def test_who_left_since_she_dialled_sends_no_report(call: Stage):
    call.keys("1", "14", "0", "0", "3", "0")
    call.write("UPDATE person SET active = false WHERE phone = :phone", phone=CHW)
    reply = call.keys("0")
    assert reply.ends
    assert "not registered" in reply.text
    assert call.rows("SELECT id FROM report") == []


def test_danger_is_told_though_she_left_since_she_dialled(call: Stage):
    call.keys("1", "14")
    call.write("UPDATE person SET active = false WHERE phone = :phone", phone=CHW)
    assert "REFER NOW" in call.keys("3").text
    assert len(call.rows("SELECT id FROM alert")) == 1


def test_while_the_database_is_away_nothing_claims_to_be_saved(call: Stage):
    call.keys("1", "14", "0", "0", "3", "0")
    call.write("ALTER TABLE report RENAME TO hidden")
    try:
        with pytest.raises(NotSaved):
            call.keys("0")
    finally:
        call.write("ALTER TABLE hidden RENAME TO report")
    assert "Saved" in call.ask(call.call.texts[-1]).text  # the gateway asks again
    assert len(call.rows("SELECT id FROM report")) == 1


def test_training_that_ended_ends_in_a_resumed_call_too(call: Stage):
    call.keys("1", "14", "0")
    call.drop()
    call.write("UPDATE person SET training = false WHERE phone = :phone", phone=CHW)
    assert call.dial().ends  # nothing is signed: nothing is open to her
    assert "not open" in call.dial().text
