"""A number on which nobody was heard for long: asked about, and spared everything but alerts."""

from datetime import timedelta
from typing import Any

import pytest

from smsapp.service.alerts import climb_due
from smsapp.store import numbers
from tests.rig.programme import Programme
from tests.rig.stage import Stage

ESTHER, GRACE = "+265991000001", "+265991000101"


def silence(stage: Stage, phone: str, days: int = 91) -> None:
    at = stage.now - timedelta(days=days)
    with stage.rt.begin() as db:
        hers = numbers.phone_number.c.phone == phone
        db.execute(numbers.update(numbers.phone_number).where(hers).values(heard_at=at))


def heard_at(stage: Stage, phone: str) -> Any:
    with stage.rt.read() as db:
        hers = numbers.phone_number.c.phone == phone
        return db.scalar(numbers.select(numbers.phone_number.c.heard_at).where(hers))


def days(stage: Stage, count: int) -> None:
    """So many days pass."""
    stage.plans = True
    for _ in range(count):
        stage.move(days=1)


def told(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :p ORDER BY id", p=phone)
    return [row.text for row in rows]


def test_a_silent_number_is_asked_three_times_then_her_supervisor_hears(stage: Stage):
    stage.write("DELETE FROM reminder")
    stage.write("UPDATE person SET created_at = '2025-06-01 00:00:00.000000'")
    silence(stage, ESTHER)
    days(stage, 26)
    asked = [text for text in told(stage, ESTHER) if "still your phone" in text]
    assert len(asked) == 3
    assert told(stage, ESTHER) == asked  # no reminder, no tip
    above = " ".join(told(stage, GRACE))
    assert "Esther" in above
    assert "number silent" in above


def test_a_dial_or_an_sms_ends_it(stage: Stage):
    silence(stage, ESTHER)
    stage.send(ESTHER, "WHO")
    assert heard_at(stage, ESTHER) == stage.now
    silence(stage, ESTHER)
    stage.phone = ESTHER
    stage.dial("")
    stage.drop()
    assert heard_at(stage, ESTHER) == stage.now
    with stage.rt.read() as db:
        ids = [row.id for row in stage.rows("SELECT id FROM person WHERE phone = :p", p=ESTHER)]
        assert numbers.unheard(db, ids, stage.now - timedelta(days=90)) == set()


def test_another_on_her_phone_does_not(stage: Stage):
    silence(stage, ESTHER)
    stage.send("+265993000009", "DEMO-001 CCM A14 S1")
    assert heard_at(stage, ESTHER) < stage.now - timedelta(days=90)


def test_an_alert_goes_out_and_climbs_at_once(programme: Programme):
    at = programme.clock() - timedelta(days=91)
    silent = numbers.phone_number.c.person_id == programme.person("sup").id
    with programme.rt.begin() as db:
        db.execute(numbers.update(numbers.phone_number).where(silent).values(heard_at=at))
    programme.alarm()
    code = programme.rt.settings.service_code
    assert programme.heard("sup") == [f"Alert REF, Chalo. {code}"]  # who reads it learns nothing
    assert programme.heard("fac") == ["ALERTE Chalo"]
    assert programme.heard("dis") == []
    climb_due(programme.rt)
    assert programme.heard("dis") == ["ALERT Chalo"]  # nobody had the time to be silent
    assert "unreachable" in programme.happened()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_heard_number_does_not_climb_early(programme: Programme):
    programme.alarm()
    climb_due(programme.rt)
    assert programme.heard("dis") == []
