"""Reports of one trigger and village join one alert: what speaks, what is silent, who closes it."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsapp.channels.contract import Hop
from smsapp.service import ussd
from smsapp.service.signals import Known, speaks
from tests.rig.stage import Stage

ESTHER, RUTH, MERCY = "+265991000001", "+265991000006", "+265991000002"  # two of Chalo, one beside
GRACE, OFFICER = "+265991000101", "+265991000301"
MARY, CHISOMO = "+265992000001", "+265992000101"  # not in training
DAY = timedelta(days=1)


def alerts(stage: Stage) -> list[str]:
    return [row.state for row in stage.rows("SELECT state FROM alert ORDER BY id")]


def heard(stage: Stage, phone: str = GRACE) -> list[str]:
    """What the supervisor was told of the village: the line with the numbers."""
    rows = stage.rows(
        "SELECT text FROM outbound WHERE phone = :phone AND kind = 'alert' ORDER BY id", phone=phone
    )
    return [line for row in rows for line in row.text.split("\n") if line.startswith("Cases")]


def signal(stage: Stage) -> tuple[int, ...]:
    rows = stage.rows("SELECT cases, deaths, told_cases FROM signal ORDER BY alert_id")
    return tuple(rows[-1])


def answered(stage: Stage, phone: str) -> str:
    rows = stage.rows(
        "SELECT text FROM outbound WHERE phone = :phone AND kind != 'alert' ORDER BY id",
        phone=phone,
    )
    return str(rows[-1].text)


def test_the_second_speaks_the_third_is_silent_and_all_are_counted(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N3 D0")
    stage.send(RUTH, "ALERT C2 N1 D0")
    stage.send(ESTHER, "ALERT C2 N1 D0 J1")
    assert alerts(stage) == ["raised"]
    assert heard(stage) == ["Cases 3, dead 0", "Cases 4, dead 0"]
    assert signal(stage) == (5, 0, 4)
    assert "report 3. Cases 5, dead 0. It is known." in answered(stage, ESTHER)
    assert stage.broken() == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((ESTHER, "ALERT C2 N1"), (RUTH, "ALERT C3 N1")),  # another trigger
        ((ESTHER, "ALERT C2 N1"), (MERCY, "ALERT C2 N1")),  # another village
        ((ESTHER, "ALERT C9 N1"), (RUTH, "ALERT C9 N2")),  # bleeding fever is always its own
    ],
)
def test_what_does_not_join(stage: Stage, first: tuple[str, str], second: tuple[str, str]):
    stage.send(*first)
    stage.send(*second)
    assert alerts(stage) == ["raised", "raised"]


@pytest.mark.parametrize(("days", "count"), [(6, 1), (8, 2)])
def test_reports_join_for_some_days(stage: Stage, days: int, count: int):
    stage.send(ESTHER, "ALERT C2 N1")
    stage.now += days * DAY
    stage.send(RUTH, "ALERT C2 N1")
    assert len(alerts(stage)) == count


def test_training_never_joins_what_is_real(stage: Stage):
    flows = stage.rt.flows
    stage.rt = replace(stage.rt, flows=replace(flows, signed=frozenset({("alert", "en")})))
    stage.send(ESTHER, "ALERT C2 N1")
    stage.send(MARY, "ALERT C2 N5 D2")  # of the same village
    assert len(alerts(stage)) == 2
    assert heard(stage) == ["Cases 1, dead 0"]
    assert heard(stage, CHISOMO) == ["Cases 5, dead 2"]


def test_an_answer_to_the_first_is_none_to_the_second(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N1")
    stage.send(GRACE, "OK")
    assert alerts(stage) == ["acknowledged"]
    stage.send(RUTH, "ALERT C2 N1 D1")
    assert alerts(stage) == ["raised"]
    refs = [row.ref for row in stage.rows("SELECT ref FROM report WHERE flow = 'alert'")]
    stage.send(GRACE, f"OK {refs[1]}")
    assert alerts(stage) == ["acknowledged"]
    assert "seen by" in heard_by_chw(stage, RUTH)
    what = [row.what for row in stage.rows("SELECT what FROM alert_event ORDER BY id")]
    assert what.count("acknowledged") == 2
    assert "reopened" in what


def heard_by_chw(stage: Stage, phone: str) -> str:
    rows = stage.rows(
        "SELECT text FROM outbound WHERE phone = :phone AND kind = 'alert' ORDER BY id", phone=phone
    )
    return str(rows[-1].text)


def test_silence_after_it_spoke_again_climbs_anew(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N1")
    stage.send(GRACE, "OK")
    stage.send(RUTH, "ALERT C2 N1")
    assert heard(stage, OFFICER) == []
    stage.move(minutes=31)
    assert heard(stage, OFFICER) == ["Cases 2, dead 0"]
    stage.move(minutes=31)
    assert alerts(stage) == ["raised"]
    assert "No answer yet. Call" in heard_by_chw(stage, RUTH)
    assert "Go." not in heard_by_chw(stage, RUTH)


def test_the_supervisor_of_another_who_tells_it_hears_it_once(stage: Stage):
    stage.write("UPDATE person SET supervisor_id = (SELECT id FROM person WHERE phone = :boss) "
                "WHERE phone = :chw", boss="+265991000102", chw=RUTH)  # fmt: skip
    stage.send(ESTHER, "ALERT C2 N3")
    stage.send(ESTHER, "ALERT C2 N1")
    stage.send(RUTH, "ALERT C2 N1")  # silent for those who know
    assert heard(stage) == ["Cases 3, dead 0", "Cases 4, dead 0"]
    told = stage.rows(
        "SELECT text FROM outbound WHERE phone = :p AND kind = 'alert'", p="+265991000102"
    )
    assert len(told) == 1


def test_times_are_kept(stage: Stage):
    stage.send(ESTHER, "ALERT C2 N1 J3")
    stage.send(RUTH, "ALERT C2 N1 J5")
    ref = stage.rows("SELECT ref FROM alert")[0].ref
    stage.send(GRACE, f"OK {ref}")
    stage.send(OFFICER, f"DISMISS {ref} R2")
    onset = stage.rows("SELECT onset_on FROM signal")[0].onset_on
    assert str(onset) == str((stage.now - 5 * DAY).date())
    row = stage.rows("SELECT state, ends, raised_at, acknowledged_at FROM alert")[0]
    assert (row.state, row.ends) == ("closed", "dismissed")
    assert row.acknowledged_at is not None
    what = [one.what for one in stage.rows("SELECT what FROM alert_event ORDER BY id")]
    assert what[-1] == "dismissed"


@pytest.mark.parametrize("phone", [GRACE, "+265991000201"])
def test_only_the_district_closes(stage: Stage, phone: str):
    stage.send(ESTHER, "ALERT C2 N1")
    ref = stage.rows("SELECT ref FROM alert")[0].ref
    stage.send(phone, f"DISMISS {ref}")
    assert alerts(stage) == ["raised"]
    assert "Only the district" in answered(stage, phone)


def test_a_danger_alert_is_nobodys_to_close(stage: Stage):
    stage.send(ESTHER, "CCM A14 S1 D0 M3 P0 T0")
    ref = stage.rows("SELECT ref FROM alert")[0].ref
    stage.send(OFFICER, f"DISMISS {ref}")
    assert alerts(stage) == ["raised"]


def test_nothing_seen_is_a_report_and_no_alert(stage: Stage):
    stage.phone = ESTHER
    stage.dial()
    reply = stage.keys("5", "0")
    assert "nothing seen this week" in reply.text
    report = stage.rows("SELECT flow, state FROM report")
    assert [tuple(row) for row in report] == [("alert", "closed")]
    assert alerts(stage) == []


def test_two_reports_of_the_same_second_join(stage: Stage):
    for phone in (ESTHER, RUTH):
        stage.phone = phone
        stage.dial()
        stage.keys("5", "2", "1", "0")
    start = threading.Barrier(2)

    def finish(phone: str) -> None:
        call = stage.calls[phone]
        hop = Hop(call.session, phone, "*384*2400#", "65001", f"{call.texts[-1]}*0")
        start.wait()
        ussd.take_hop(stage.rt, hop)

    threads = [threading.Thread(target=finish, args=(phone,)) for phone in (ESTHER, RUTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert alerts(stage) == ["raised"]
    assert signal(stage) == (2, 0, 2)
    assert heard(stage) == ["Cases 1, dead 0", "Cases 2, dead 0"]


REPORT = st.tuples(st.integers(1, 9), st.integers(0, 2))  # cases, deaths among them


@given(st.lists(REPORT, min_size=1, max_size=7))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_death_and_every_doubling_is_spoken_of_and_nothing_else(
    stage: Stage, reports: list[tuple[int, int]]
):
    stage.now += 30 * DAY  # nothing of the example before joins
    stage.send(GRACE, "WHO")  # a number long silent would read nothing but the ref
    told_cases = cases = dead = 0
    for number, (many, deaths) in enumerate(reports, start=1):
        before = len(heard(stage))
        stage.send(ESTHER if number % 2 else RUTH, f"ALERT C2 N{many} D{deaths}")
        cases, dead = cases + max(many, deaths), dead + deaths
        expected = number <= 2 or deaths > 0 or cases >= 2 * told_cases
        fresh = heard(stage)[before:]
        assert fresh == ([f"Cases {cases}, dead {dead}"] if expected else [])
        told_cases = cases if expected else told_cases
        stage.now += timedelta(hours=25)  # the same words again are asked about within a day


@given(st.integers(3, 50), st.integers(1, 500), st.integers(1, 500), st.integers(0, 5))
def test_silence_is_never_kept_of_a_death(count: int, cases: int, told: int, deaths: int):
    spoken = speaks(Known(count, cases, deaths), told, deaths)
    assert spoken is (deaths > 0 or cases >= 2 * told)
