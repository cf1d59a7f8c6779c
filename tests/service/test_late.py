"""A child seen on an earlier day: which day the report is of, and which danger is told."""

from datetime import date

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"


@pytest.fixture
def late(stage: Stage) -> Stage:
    stage.phone = CHW
    stage.dial()
    stage.keys("10", "2")  # two days ago
    return stage


@pytest.mark.parametrize(
    ("since", "alerts"),
    [("1", 0), ("2", 1), ("3", 1), ("5", 1)],
    ids=["went to the facility", "not gone", "better but not gone", "not known"],
)
def test_only_a_child_who_was_taken_to_the_facility_raises_no_alert(
    late: Stage, since: str, alerts: int
):
    late.keys(since, "14", "0", "1")
    assert len(late.rows("SELECT id FROM alert")) == alerts
    assert len(late.rows("SELECT id FROM report WHERE state = 'open'")) == 1


@pytest.mark.parametrize(("h", "alerts"), [("", 1), ("H1", 0), ("H3", 1), ("H5", 1), ("H4", 0)])
def test_by_sms_what_is_not_said_counts_as_danger_now(stage: Stage, h: str, alerts: int):
    stage.send(CHW, f"CCM V2 {h} A14 S1")
    assert len(stage.rows("SELECT id FROM alert")) == alerts


def test_what_became_of_a_child_seen_today_changes_nothing(stage: Stage):
    stage.send(CHW, "CCM H1 A14 S1")
    assert len(stage.rows("SELECT id FROM alert")) == 1


def test_the_report_is_of_the_day_the_child_was_seen(late: Stage):
    late.keys("3", "14", "0", "0", "3", "0", "0")
    assert _days(late) == [date(2026, 2, 28)]  # the stage plays on 2 March


def test_a_report_taken_up_after_midnight_keeps_its_day(late: Stage):
    late.keys("3", "14", "1")
    late.drop()
    late.move(hours=15)
    late.dial()
    late.keys("1", "1", "0", "3", "0", "0")
    assert _days(late) == [date(2026, 2, 28)]


def test_a_report_of_today_names_no_other_day(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("1", "14", "0", "0", "3", "0", "0")
    assert _days(stage) == [None]


def _days(stage: Stage) -> list[date | None]:
    found = [row.seen_on for row in stage.rows("SELECT seen_on FROM report")]
    return [date.fromisoformat(one) if isinstance(one, str) else one for one in found]
