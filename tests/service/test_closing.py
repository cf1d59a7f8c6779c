"""What became of an alert: who may say it, once; what the CHW hears; the times kept."""

from datetime import date

import pytest

from smsapp.ref import make_ref, near
from smsapp.store.alert_times import times_of
from tests.golden.test_same_second import together
from tests.rig.stage import Stage, slip

CHW, EVE = "+265991000001", "+265991000002"
SUPERVISOR, FACILITY, DISTRICT = "+265991000101", "+265991000201", "+265991000301"
DANGER = "CCM A14 S1 D0 M3 P0 T0"


def heard(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :phone ORDER BY id", phone=phone)
    return [row.text.split("\n", 1)[-1] for row in rows]


def raised(stage: Stage, words: str = DANGER) -> str:
    stage.send(CHW, words)
    return str(stage.rows("SELECT ref FROM alert ORDER BY id DESC")[0].ref)


def state(stage: Stage) -> tuple[str, str]:
    row = stage.rows("SELECT state, ends FROM alert ORDER BY id DESC")[0]
    return row.state, row.ends


@pytest.mark.parametrize("digit", range(1, 6))
def test_closing_an_unanswered_alert_answers_it_too(stage: Stage, digit: int):
    ref = raised(stage)
    stage.send(FACILITY, f"CLOSE {ref} {digit}")
    ends = ("treated", "sent_on", "not_found", "died", "false_alarm")[digit - 1]
    assert state(stage) == ("closed", ends)
    whats = [row.what for row in stage.rows("SELECT what FROM alert_event ORDER BY id")]
    assert whats[-2:] == ["acknowledged", "closed"]
    told = heard(stage, CHW)[-1]
    assert told.startswith(f"{ref}: B Centre")
    assert not {"died", "child", "dead"} & set(told.lower().split())
    stage.move(hours=2)
    assert heard(stage, CHW)[-1] == told
    assert len(stage.rows("SELECT id FROM outbound WHERE phone = :p", p=DISTRICT)) == 0


def test_it_is_closed_once_whoever_is_quicker(stage: Stage):
    ref = raised(stage)
    count = len(heard(stage, CHW))
    together(
        lambda: stage.send(SUPERVISOR, f"CLOSE {ref} 1"),
        lambda: stage.send(FACILITY, f"CLOSE {ref} 2"),
    )
    last = [heard(stage, SUPERVISOR)[-1], heard(stage, FACILITY)[-1]]
    assert sum("is closed. Esther Demo is told" in text for text in last) == 1
    assert sum(text.startswith(f"{ref} was closed by") for text in last) == 1
    assert len(heard(stage, CHW)) == count + 1
    stage.send(FACILITY, f"OK {ref}")
    assert len(heard(stage, CHW)) == count + 1


def test_what_is_closed_is_not_raised_again_by_the_rest_of_the_call(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("1", "14", "1")
    stage.send(FACILITY, "CLOSE " + stage.rows("SELECT ref FROM alert")[0].ref + " 1")
    stage.keys("1", "0", "3", "0", "0")
    assert len(stage.rows("SELECT id FROM alert")) == 1


def test_a_community_alert_is_closed_by_the_district_alone(stage: Stage):
    ref = raised(stage, "ALERT C2 N1 D0")
    stage.send(FACILITY, f"CLOSE {ref} 5")
    assert state(stage)[0] == "raised"
    assert "ask the district" in heard(stage, FACILITY)[-1]
    stage.send(DISTRICT, f"CLOSE {ref} 5")
    assert state(stage) == ("closed", "false_alarm")
    assert "closed by" in heard(stage, CHW)[-1]


def test_a_supervisor_verifies_nothing(stage: Stage):
    ref = raised(stage)
    stage.send(SUPERVISOR, f"VERIFIED {ref}")
    assert "ask the district" in heard(stage, SUPERVISOR)[-1]
    assert stage.rows("SELECT id FROM alert_event WHERE what = 'verified'") == []


def test_who_has_checked_it_has_seen_it(stage: Stage):
    ref = raised(stage)
    stage.send(FACILITY, f"VERIFIED {ref}")
    assert state(stage)[0] == "acknowledged"
    assert heard(stage, CHW)[-1].startswith(f"{ref}: seen by B Centre")


def test_all_times_are_kept(stage: Stage):
    ref = raised(stage, "ALERT C2 N1 D0 W2")
    began = stage.now
    alert_id = stage.rows("SELECT id FROM alert")[0].id
    for phone, words in (
        (FACILITY, f"OK {ref}"),
        (FACILITY, f"VERIFIED {ref}"),
        (FACILITY, f"VERIFIED {ref}"),
        (DISTRICT, f"RESPONDED {ref}"),
        (DISTRICT, f"CLOSE {ref} 1"),
    ):
        stage.move(minutes=10)
        stage.send(phone, words)
    with stage.rt.read() as db:
        times = times_of(db, alert_id)
    spans = {
        name: round((at - began).total_seconds() / 60)
        for name, at in vars(times).items()
        if name.endswith("_at") and at
    }
    assert spans == {
        "detected_at": 0, "received_at": 0, "acknowledged_at": 10, "verified_at": 20,
        "responded_at": 40, "closed_at": 50,
    }  # fmt: skip
    assert times.notified_at is None


def test_the_district_is_notified_when_it_is_told(stage: Stage):
    raised(stage, "ALERT C2 N1 D0")
    stage.move(minutes=30)
    with stage.rt.read() as db:
        times = times_of(db, stage.rows("SELECT id FROM alert")[0].id)
    assert times.notified_at == stage.now
    assert times.onset_on is None or isinstance(times.onset_on, date)


def test_a_ref_one_digit_wrong_is_named(stage: Stage):
    ref = raised(stage)
    wrong = slip(ref)
    stage.send(FACILITY, f"CLOSE {wrong} 1")
    assert f"{wrong}? You have {ref}." in heard(stage, FACILITY)[-1]
    stage.send(FACILITY, f"OK {wrong}")
    assert f"{wrong}? You have {ref}." in heard(stage, FACILITY)[-1]
    stage.send(EVE, f"CLOSE {wrong} 1")
    assert ref not in heard(stage, EVE)[-1]
    assert state(stage)[0] == "raised"


def test_near_is_one_slip_away_and_no_other_ref():
    ref = make_ref()
    for at in range(6):
        wrong = ref[:at] + str((int(ref[at]) + 3) % 10) + ref[at + 1 :]
        assert near(wrong, [ref, make_ref()]) in (ref, "")
        assert near(wrong, [ref]) == ref
    swapped = ref[1] + ref[0] + ref[2:]
    assert near(swapped, [ref]) == (ref if swapped != ref else "")
    assert near(ref, [ref]) == ""
    assert near("12345", [ref]) == ""


def test_of_two_that_are_near_none_is_meant():
    assert near("482931", ["432931", "111111"]) == "432931"
    assert near("482931", ["432931", "482971"]) == ""
