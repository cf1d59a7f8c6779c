"""Reports of what happens in a village by SMS: as people write them, and corrected upwards."""

import json

import pytest

from tests.rig.stage import Stage
from tests.service.test_signals import (
    ESTHER,
    GRACE,
    OFFICER,
    RUTH,
    alerts,
    answered,
    heard,
    signal,
)  # fmt: skip


def ref_of(stage: Stage) -> str:
    return str(stage.rows("SELECT ref FROM report ORDER BY id DESC")[0].ref)


def test_a_correction_upwards_speaks_and_an_answer_is_asked_for_anew(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N3 D0")
    ref = ref_of(stage)
    stage.send(GRACE, "OK")
    for _ in range(2):  # the same correction twice is one
        stage.send(ESTHER, f"FIX {ref} N30 D1")
    assert heard(stage) == ["Cases 3, dead 0", "Cases 30, dead 1"]
    assert alerts(stage) == ["raised"]
    assert signal(stage) == (30, 1, 30)
    assert stage.broken() == []


def test_of_several_reports_the_corrected_one_counts_as_it_is_now(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N3 D0")
    stage.send(RUTH, "ALERT C2 N1 D0")
    stage.send(RUTH, f"FIX {ref_of(stage)} N4")
    assert heard(stage)[-1] == "Cases 7, dead 0"
    assert "report 2. Cases 7, dead 0. Told again." in answered(stage, RUTH)


@pytest.mark.parametrize("said", ["FIX {} N1", "FIX {} C3", "FIX {} D0", "FIX {} C0", "CANCEL {}"])
def test_no_sms_makes_less_of_it(stage: Stage, said: str):
    stage.send(ESTHER, "ALERT C2 N3 D1")
    stage.send(ESTHER, said.format(ref_of(stage)))
    assert "cannot be changed by SMS" in answered(stage, ESTHER)
    assert (alerts(stage), heard(stage), signal(stage)) == (
        ["raised"], ["Cases 3, dead 1"], (3, 1, 3),
    )  # fmt: skip


def test_what_the_district_has_closed_is_told_anew_not_corrected(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N3 D0")
    ref = ref_of(stage)
    stage.send(OFFICER, f"DISMISS {ref}")
    stage.send(ESTHER, f"FIX {ref} N30")
    assert "cannot be changed by SMS" in answered(stage, ESTHER)
    assert alerts(stage) == ["closed"]


def test_nothing_seen_may_be_corrected_into_something(stage: Stage):
    stage.send(ESTHER, "ALERT C0")
    stage.send(ESTHER, f"FIX {ref_of(stage)} C2 N3")
    assert heard(stage) == ["Cases 3, dead 0"]


def test_the_trigger_and_the_village_are_told_as_people_write_them(stage: Stage):
    village = "INSERT INTO place (code, name, short, kind, parent_id) SELECT "
    for code in ("CH-1", "CH-12"):
        stage.write(
            f"{village} '{code}', 'Hamlet {code}', 'Hamlet {code}', 'community', id FROM place"
            " WHERE code = 'DEMO-V1'"
        )
    said = ("ALERT 3", "alert 3 N2, D0", "ALERT 3 v ch-12 N2", "ALERT 3 N1 V2", "ALERTE C3 V=CH-1")
    for one in said:
        stage.send(ESTHER, one)
    reports = stage.rows("SELECT answers FROM report WHERE flow = 'alert' ORDER BY id")
    told = [json.loads(one.answers) if isinstance(one.answers, str) else one.answers
            for one in reports]  # fmt: skip
    assert [one["trigger"] for one in told] == ["bloody_diarrhoea"] * 5
    assert [one.get("village") for one in told] == [None, None, "CH-12", "CH-12", "CH-1"]


@pytest.mark.parametrize("said", ["ALERT 0", "ALERT nothing", "alerte rien", "ALERT C0"])
def test_nothing_seen_is_a_report(stage: Stage, said: str):
    stage.send(ESTHER, said)
    assert "nothing seen this week" in answered(stage, ESTHER)


@pytest.mark.parametrize("said", ["ALERT 2 people sick", "ALERT 2 4", "ALERT 14"])
def test_a_number_that_may_be_anything_is_asked_about(stage: Stage, said: str):
    stage.send(ESTHER, said)
    assert alerts(stage) == []
    assert "Missing: C" in answered(stage, ESTHER)


def test_a_village_that_is_not_hers_is_named_as_not_understood(stage: Stage):
    stage.send(ESTHER, "ALERT C3 V9")
    assert "Not understood: V9" in answered(stage, ESTHER)
    assert alerts(stage) == ["raised"]
