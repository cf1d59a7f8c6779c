"""A supervisor registers a CHW: one person, one number, one SMS, whatever is repeated."""

import threading
from typing import Any

import pytest

from tests.rig.stage import Stage

GRACE, AMOS, NEW = "+265991000101", "+265991000102", "+265991000901"


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
