"""How a child is named without a name."""

from datetime import date, timedelta

import pytest

from smsapp import gsm
from smsapp.service.naming import named
from tests.rig.stage import MORNING, Stage


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"age": 14, "line": 57}, "line 57, 14 m, 10:42"),
        ({"age": 3, "unit": "years", "line": 57}, "line 57, 3 y, 10:42"),
        ({"age": "3", "unit": "2"}, "3 years, 10:42"),  # as typed in a draft
        ({"age": "unknown", "line": 7}, "line 7, 10:42"),
        ({"age": "99"}, "Report, 10:42"),
        ({}, "Report, 10:42"),
    ],
)
def test_what_is_known_is_said(stage: Stage, answers: dict[str, object], said: str):
    assert named(stage.rt, "en", answers, MORNING) == said


def test_another_day_is_named_by_its_day(stage: Stage):
    child = {"age": 14, "line": 57}
    assert named(stage.rt, "fr", child, MORNING - timedelta(days=1)) == "ligne 57, 14 m, dim"
    assert named(stage.rt, "en", child, MORNING, date(2026, 2, 24)) == "line 57, 14 m, Tue"
    assert named(stage.rt, "en", child, MORNING, date(2026, 2, 23)) == "line 57, 14 m, 23/2"


@pytest.mark.parametrize("years", [{}, {"unit": "years"}])
def test_a_name_fits_where_flows_keep_room_for_it(stage: Stage, years: dict[str, str]):
    for language in stage.rt.flows.words.languages:
        for day in range(7):
            at = MORNING - timedelta(days=day)
            said = named(stage.rt, language, {"age": 72, "line": 999, **years}, at)
            assert gsm.septets(said) <= 24
