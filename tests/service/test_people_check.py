"""`smsapp people check`: each fault in the people of a programme is one line, with its cure."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from smsapp.service.people_check import check_people
from smsapp.service.roster import import_roster
from smsapp.store.tables import inbound, phone_number, report, task
from tests.rig.programme import Programme

HEAD = "code,name,phone,role,language,place,supervisor,deputy,shared,active\n"
SOUND = (
    "sup,Grace,+265991000101,supervisor,en,BUA,,fac,,\n"
    "chw,Esther,+265991000001,chw,en,CHALO,sup,,,\n"
)


@pytest.fixture
def sound(programme: Programme, tmp_path: Path) -> Programme:
    """A programme in which nothing is to be mended."""
    change(programme, tmp_path, SOUND)
    return programme


def change(programme: Programme, tmp_path: Path, rows: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(HEAD + rows)
    assert import_roster(programme.rt, path).problems == ()


def found(programme: Programme) -> list[str]:
    return check_people(programme.rt)


def test_nothing_to_mend(sound: Programme):
    assert found(sound) == []


def test_one_phone_of_several_and_several_phones_of_one(sound: Programme, tmp_path: Path):
    rows = "eve,Eve,0991000001,chw,en,CHALO,sup,,yes,\n"
    rows += "chw,Esther,0991000001/0888000001,chw,en,CHALO,sup,,yes,\n"
    change(sound, tmp_path, rows)
    shared, several = found(sound)
    assert shared.startswith("+265…001: chw, eve share it;")
    assert several.startswith("chw: has 2 numbers (+265…001, +265…001);")


STANDS_ALONE = {  # what is changed of whom -> how the line of the CHW begins
    "no supervisor": ("chw", {"supervisor_id": None}, "chw: no supervisor;"),
    "a supervisor who left": ("sup", {"active": False}, "chw: supervisor sup has left;"),
    "one of them in training": ("sup", {"training": True}, "chw: only one of her and supervisor"),
    "a nurse": ("sup", {"role": "facility"}, "chw: sup, who has her, is facility:"),
    "a supervisor without a phone": ("sup", {"phone": None}, "chw: supervisor sup has no phone;"),
}


@pytest.mark.parametrize("label", STANDS_ALONE)
def test_a_chw_stands_alone(sound: Programme, label: str):
    code, values, line = STANDS_ALONE[label]
    sound.change(code, **values)
    assert any(one.startswith(line) for one in found(sound))


def test_her_own_supervisor(sound: Programme):
    sound.change("chw", supervisor_id=sound.person("chw").id)
    assert [one.split(";")[0] for one in found(sound)] == ["chw: is her own supervisor"]


def test_a_supervisor_without_a_deputy(sound: Programme):
    sound.change("sup", deputy_id=None)
    sound.change("dis", phone=None)
    lines = [one.split(";")[0] for one in found(sound)]
    assert lines == ["sup: supervisor without a deputy", "NK: district without a phone"]


def test_a_number_long_silent(sound: Programme):
    at = sound.clock() - timedelta(days=91)
    hers = phone_number.c.person_id == sound.person("chw").id
    with sound.rt.begin() as db:
        db.execute(update(phone_number).where(hers).values(heard_at=at))
    assert [one.split(";")[0] for one in found(sound)] == [
        f"chw: not heard on a number since {at:%Y-%m-%d}"
    ]


def test_reports_from_anothers_phone(sound: Programme):
    report_id, _ = sound.add_report("chw")
    with sound.rt.begin() as db:
        db.execute(update(report).where(report.c.id == report_id).values(unverified=True))
    assert [one.split(";")[0] for one in found(sound)] == [
        "chw: 1 report from another's phone in 30 days"
    ]
    sound.clock.move(days=31)
    assert found(sound) == []


def test_what_somebody_left_behind(sound: Programme):
    report_id, ref, _ = sound.alarm("chw")
    row = {"person_id": sound.person("chw").id, "report_id": report_id, "kind": "follow_up"}
    with sound.rt.begin() as db:
        db.execute(insert(task).values(**row, due_on=sound.clock().date(), state="open"))
    for code in ("chw", "eve", "sup", "fac"):
        sound.change(code, active=False)
    lines = found(sound)
    assert any(one.startswith("chw: has left with open tasks;") for one in lines)
    assert any(one.startswith(f"alert {ref}: everybody who was told has left;") for one in lines)


def test_sms_that_wait_for_who(sound: Programme):
    now = sound.clock()
    row = {"key": "sms:1", "kind": "sms", "raw": b"", "state": "who"}
    with sound.rt.begin() as db:
        db.execute(insert(inbound).values(**row, attempts=1, due_at=now, received_at=now))
    assert [one.split(" of ")[0] for one in found(sound)] == ["1 SMS"]
