"""A supervisor registers a CHW: one person, one number, one SMS, whatever is repeated."""

import threading
from typing import Any

import pytest

from smsapp.channels.contract import Hop
from smsapp.service import ussd
from tests.rig.stage import Stage

GRACE, AMOS, NEW = "+265991000101", "+265991000102", "+265991000901"
SAID = "SELECT text FROM outbound WHERE phone = :phone"


def people(stage: Stage) -> list[Any]:
    query = "SELECT * FROM person WHERE phone = :phone"
    return list(stage.rows(query, phone=NEW))


@pytest.mark.parametrize("other", [GRACE, AMOS])
def test_one_number_added_twice_in_the_same_second_is_one_person(stage: Stage, other: str):
    start = threading.Barrier(2)

    def add(phone: str, body: str) -> None:
        start.wait()
        stage.send(phone, body)

    village = "DEMO-V1" if other == GRACE else "DEMO-V4"
    acts = [(GRACE, f"ADD {NEW} DEMO-V1 Rose Banda"), (other, f"ADD {NEW} {village} Rosa B")]
    threads = [threading.Thread(target=add, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(people(stage)) == 1
    assert len(stage.rows("SELECT id FROM phone_number WHERE phone = :phone", phone=NEW)) == 1
    assert len(stage.rows("SELECT id FROM outbound WHERE phone = :phone", phone=NEW)) == 1
    assert len(stage.rows("SELECT id FROM audit WHERE action = 'register'")) == 1


@pytest.mark.parametrize("face", ["ussd", "sms"])
def test_of_two_supervisors_in_the_same_second_each_has_one_clear_answer(stage: Stage, face: str):
    """One dials, the other dials or writes; what both have typed is one number."""
    start, last = threading.Barrier(2), {}

    def dial(phone: str) -> None:
        call = stage.calls[phone]
        start.wait()
        hop = Hop(call.session, phone, "*384*2400#", "65001", f"{call.texts[-1]}*1")
        last[phone] = ussd.take_hop(stage.rt, hop).text

    def write(phone: str) -> None:
        start.wait()
        stage.send(phone, f"ADD {NEW} DEMO-V4 Rosa Banda")
        last[phone] = stage.rows(f"{SAID} ORDER BY id DESC", phone=phone)[0].text

    for phone, name in ((GRACE, "Rose Banda"), (AMOS, "Rosa Banda")):
        stage.phone = phone
        if phone == GRACE or face == "ussd":
            stage.dial()
            stage.keys("8", "5", NEW, "1", name)
    acts = ((dial, GRACE), (dial if face == "ussd" else write, AMOS))
    threads = [threading.Thread(target=act, args=(phone,)) for act, phone in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [
        phone for phone, text in last.items() if "Registered: R" in text or "Inscrit: R" in text
    ]
    taken = [phone for phone, text in last.items() if "is in use" in text or "est pris" in text]
    assert sorted(done + taken) == sorted((GRACE, AMOS)), last
    assert len(done) == len(people(stage)) == 1
    assert len(stage.rows("SELECT id FROM outbound WHERE phone = :phone", phone=NEW)) == 1


def test_two_people_added_in_the_same_second_have_two_codes(stage: Stage):
    start = threading.Barrier(2)

    def add(body: str, phone: str) -> None:
        start.wait()
        stage.send(phone, body)

    threads = [
        threading.Thread(target=add, args=(f"ADD 099100090{n} DEMO-V1 Rose Banda", GRACE))
        for n in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query = "SELECT code FROM person WHERE name = 'Rose Banda' ORDER BY code"
    assert [row.code for row in stage.rows(query)] == ["DEMO-F1-01", "DEMO-F1-02"]


def test_the_same_hop_five_times_is_one_person(stage: Stage):
    stage.phone = GRACE
    stage.dial()
    stage.keys("8", "5", NEW, "1", "Rose Banda")
    assert len({reply.text for reply in stage.press("1", times=5)}) == 1
    assert len(people(stage)) == 1


def test_she_is_as_her_supervisor_and_the_audit_masks_her_number(stage: Stage):
    stage.send(GRACE, f"ADD {NEW} DEMO-V2 Rose Banda")
    boss = stage.rows("SELECT * FROM person WHERE phone = :phone", phone=GRACE)[0]
    one = people(stage)[0]
    assert (one.supervisor_id, one.language, one.role) == (boss.id, boss.language, "chw")
    assert (one.training, one.training_until) == (boss.training, boss.training_until)
    assert one.active
    assert one.short == "Rose Banda"
    row = stage.rows("SELECT * FROM audit WHERE action = 'register'")[0]
    assert (row.actor, row.object) == (f"person:{boss.id}", f"person:{one.id}")
    assert NEW not in row.after
    assert row.after.endswith("901")
