"""A child who was sent has arrived: said once, whoever is quicker; nothing more is asked."""

import pytest

from smsapp.service.referred import referred_items
from smsapp.store.people import person_by_phone
from tests.golden.test_same_second import together
from tests.rig.stage import Stage

CHW = "+265991000001"
SUPERVISOR, FACILITY, DISTRICT = "+265991000101", "+265991000201", "+265991000301"
FAR = "+265991000202"  # another facility
REAL = "+265992000101"  # the same place, not in training
SENT = "CCM A14 S1 D0 M3 P0 T0 G1"


def heard(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :phone ORDER BY id", phone=phone)
    return [row.text.split("\n", 1)[-1] for row in rows]


def sent(stage: Stage, phone: str = CHW) -> str:
    stage.send(phone, SENT)
    stage.send(SUPERVISOR, "OK")
    return str(stage.rows("SELECT ref FROM report WHERE flow = 'iccm' ORDER BY id DESC")[0].ref)


def task(stage: Stage) -> tuple[str, str]:
    row = stage.rows("SELECT state, outcome FROM task ORDER BY id DESC")[0]
    return row.state, row.outcome


def test_of_two_in_the_same_second_one_is_thanked(stage: Stage):
    ref = sent(stage)
    together(
        lambda: stage.send(SUPERVISOR, f"ARR {ref}"),
        lambda: stage.send(FACILITY, f"ARR {ref}"),
    )
    last = [heard(stage, SUPERVISOR)[-1], heard(stage, FACILITY)[-1]]
    assert sum("is told that" in text for text in last) == 1
    assert sum("it is known already" in text for text in last) == 1
    assert sum("has reached" in text for text in heard(stage, CHW)) == 1
    assert task(stage) == ("done", "arrived")


def test_of_the_chw_and_the_facility_in_the_same_second_one_ends_it(stage: Stage):
    ref = sent(stage)
    together(lambda: stage.send(CHW, f"RF {ref} 1"), lambda: stage.send(FACILITY, f"ARR {ref}"))
    assert task(stage) == ("done", "arrived")
    told = [text for text in heard(stage, CHW) if "has reached" in text]
    assert len(told) == ("is told that" in heard(stage, FACILITY)[-1])


def test_nobody_is_reminded_once_the_child_is_there(stage: Stage):
    ref = sent(stage)
    stage.send(FACILITY, f"ARR {ref}")
    rows = stage.rows("SELECT state FROM reminder WHERE kind = 'referral'")
    assert [row.state for row in rows] == ["dropped"]
    count = len(heard(stage, CHW)), len(heard(stage, SUPERVISOR))
    for _ in range(9):
        stage.move(hours=24)
    said = heard(stage, CHW)[count[0] :] + heard(stage, SUPERVISOR)[count[1] :]
    assert [text for text in said if ref in text or "referral" in text] == []


def test_not_arrived_in_24_hours_climbs(stage: Stage):
    ref = sent(stage)
    stage.move(hours=24)
    assert any(f"Reached the facility? 14 months, Mon, ref {ref}" in t for t in heard(stage, CHW))
    assert not any("Overdue" in text for text in heard(stage, SUPERVISOR))
    stage.move(hours=23)  # the first morning after the 24 hours
    stage.move(minutes=1)
    assert any("Overdue: Esther Demo referral" in text for text in heard(stage, SUPERVISOR))
    for _ in range(6):
        stage.move(hours=24)
    assert any("Overdue: Esther Demo referral" in text for text in heard(stage, FACILITY))


@pytest.mark.parametrize("phone", [FAR, REAL, CHW])
def test_it_is_not_for_everybody_to_say(stage: Stage, phone: str):
    ref = sent(stage)
    stage.send(phone, f"ARR {ref}")
    assert task(stage) == ("open", "")
    assert not any("has reached" in text for text in heard(stage, CHW))


def test_a_ref_one_digit_wrong_is_named_and_ends_nothing(stage: Stage):
    ref = sent(stage)
    wrong = str((int(ref[0]) + 1) % 10) + ref[1:]
    stage.send(FACILITY, f"ARR {wrong}")
    assert heard(stage, FACILITY)[-1].startswith(f"{wrong}? You have {ref}. Send ARR {ref}")
    stage.send(FAR, f"ARR {wrong}")
    assert ref not in heard(stage, FAR)[-1]
    assert task(stage) == ("open", "")


def test_the_district_sees_it_and_the_chw_hears_the_place_of_the_facility(stage: Stage):
    ref = sent(stage)
    stage.send(DISTRICT, f"ARR {ref}")
    assert heard(stage, CHW)[-1].startswith(f"{ref}: has reached Bua HC.")


def test_a_child_that_is_back_was_there_if_the_facility_says_so(stage: Stage):
    ref = sent(stage)
    stage.send(CHW, f"RF {ref} 3")
    assert task(stage) == ("done", "back")
    count = len(heard(stage, CHW))
    stage.send(FACILITY, f"ARR {ref}")
    assert task(stage) == ("done", "arrived")
    assert len(heard(stage, CHW)) == count


def test_after_a_death_the_chw_hears_nothing(stage: Stage):
    ref = sent(stage)
    stage.send(CHW, f"RF {ref} 4")
    count = len(heard(stage, CHW))
    stage.send(FACILITY, f"ARR {ref}")
    assert "it is known already" in heard(stage, FACILITY)[-1]
    assert len(heard(stage, CHW)) == count


def test_the_list_begins_with_the_latest_and_ends_after_a_month(stage: Stage):
    for phone in (CHW, "+265991000002"):
        sent(stage, phone)
        stage.move(hours=1)
    refs = [row.ref for row in stage.rows("SELECT ref FROM report WHERE flow = 'iccm' ORDER BY id")]
    assert listed(stage) == refs[::-1]
    stage.move(hours=24 * 30)
    assert listed(stage) == []
    stage.send(FACILITY, f"ARR {refs[0]}")
    assert "is told that" in heard(stage, FACILITY)[-1]


def listed(stage: Stage) -> list[str]:
    with stage.rt.read() as db:
        nurse = person_by_phone(db, FACILITY, stage.now)
        return [one.key for one in referred_items(stage.rt, db, nurse)] if nurse else []


def test_two_of_one_short_name_are_two(stage: Stage):
    stage.write(
        f"UPDATE person SET short = 'B Centre' WHERE phone IN ('{SUPERVISOR}', '{FACILITY}')"
    )
    stage.send(CHW, SENT)
    stage.send(FACILITY, "OK")
    stage.send(SUPERVISOR, "OK")
    assert "is told that you have seen" in heard(stage, FACILITY)[-1]
    assert "seen by B Centre" in heard(stage, SUPERVISOR)[-1]
