"""Rules are judged in three values: what is not answered yet is neither yes nor no."""

from pathlib import Path

import pytest

from smsapp.flow import model
from smsapp.flow.judge import holds, judge, learn
from smsapp.flow.model import Answers
from tests.flow.build import ICCM, given, make, sound

Rule = model.Test  # pytest takes a name in Test for tests
GIVEN = given(ICCM)
WELL: Answers = {
    "age": 20, "severe": [], "danger_look": [], "muac": "green", "problems": [], "given": [],
}  # fmt: skip

FACTS = {"n": 5, "ticks": ["a", "b"], "absent": None, "word": "x", "param.p": 4}
TABLE = [
    ("n", Rule(min=5), True),
    ("n", Rule(min=6), False),
    ("n", Rule(max=5), True),
    ("n", Rule(max=4), False),
    ("n", Rule(min="p", max=9), True),
    ("n", Rule(max="p"), False),
    ("n", Rule(equals=(4, 5)), True),
    ("word", Rule(equals=("y",)), False),
    ("word", Rule(min=1), False),
    ("ticks", Rule(has=("a",)), True),
    ("ticks", Rule(has=("c", "b")), True),
    ("ticks", Rule(has=("c",)), False),
    ("ticks", Rule(lacks=("a",)), False),
    ("ticks", Rule(lacks=("c",)), True),
    ("ticks", Rule(has=("a",), lacks=("b",)), False),
    ("absent", Rule(has=("a",)), False),
    ("absent", Rule(lacks=("a",)), True),
    ("absent", Rule(min=0), False),
    ("absent", Rule(equals=("x",)), False),
    ("later", Rule(min=0), None),
    ("later", Rule(lacks=("a",)), None),
    ("known.phone", Rule(equals=(True,)), False),
    ("known.phone", Rule(equals=(False,)), True),
    ("list.alerts", Rule(min=1), False),
    ("list.alerts", Rule(equals=(0,)), True),
]


@pytest.mark.parametrize(("subject", "test", "expected"), TABLE)
def test_one_test(subject: str, test: Rule, expected: bool | None) -> None:
    assert holds(({subject: test},), FACTS) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((), True),
        (({"n": Rule(min=5), "later": Rule(min=0)},), None),
        (({"n": Rule(min=6), "later": Rule(min=0)},), False),
        (({"later": Rule(min=0)}, {"n": Rule(min=5)}), True),
        (({"later": Rule(min=0)}, {"n": Rule(min=6)}), None),
        (({"n": Rule(min=6)}, {"word": Rule(equals=("y",))}), False),
    ],
)
def test_tables_are_any_of_and_tests_all_of(when: object, expected: bool | None) -> None:
    assert holds(when, FACTS) is expected  # type: ignore[arg-type]


def test_nothing_is_judged_before_it_can_be() -> None:
    early = judge(ICCM, {"age": 20, "severe": [], "danger_look": []}, GIVEN)
    assert early.classes == ("swallows", "keeps_down")
    assert early.facts["danger"] is not True
    assert early.facts["danger"] is not False
    assert not early.complete


def test_danger_is_judged_at_once() -> None:
    early = judge(ICCM, {"age": 20, "severe": ["convulsions"]}, GIVEN)
    assert early.dangers == ("convulsions",)
    assert "refer_urgent" in early.classes
    assert "swallows" not in early.classes


def test_a_class_that_may_yet_hold_counts_neither_way() -> None:
    waiting = judge(ICCM, {**WELL, "problems": ["cough"]}, GIVEN)
    assert {"treat_home", "home_care", "pending_count"}.isdisjoint(waiting.classes)
    assert {"treat_home", "pending_count"} <= waiting.facts["class?"]
    assert "treat_home" in judge(ICCM, WELL, GIVEN).classes


def test_of_the_classifications_only_the_first_holds() -> None:
    answers = {**WELL, "problems": ["cough", "fever"], "long": [], "breaths": "not_counted"}
    found = judge(ICCM, {**answers, "rdt": "waiting"}, GIVEN).classes
    firsts = [one.id for one in ICCM.classes if one.kind == "classification" and one.id in found]
    assert firsts == ["pending_count"]
    assert {"count_breaths_or_refer", "test_later"} <= set(found)


def test_an_ask_that_does_not_apply_is_absent_whatever_was_sent() -> None:
    stray = judge(ICCM, {**WELL, "breaths": 80, "rdt": "positive"}, GIVEN)
    assert stray.facts["breaths"] is None
    assert "al_1x6" not in stray.classes
    assert "fast_child" not in stray.classes


def test_three_of_what_is_not_an_age_yet() -> None:
    facts, open_asks = learn(ICCM, {"age": 3}, GIVEN)
    assert "age" not in facts
    assert open_asks[0].id == "unit"
    assert learn(ICCM, {"age": 3, "unit": "years"}, GIVEN)[0]["age"] == 36
    assert learn(ICCM, {"age": 3, "unit": "months"}, GIVEN)[0]["age"] == 3
    assert judge(ICCM, {"age": 1}, GIVEN).dangers == ()
    assert judge(ICCM, {"age": 1, "unit": "months"}, GIVEN).dangers == ("newborn",)
    assert judge(ICCM, {"age": 1, "unit": "years"}, GIVEN).dangers == ()


def test_what_only_waits_for_the_age_or_for_danger_is_asked_together() -> None:
    missing = [ask.id for ask in judge(ICCM, {"problems": ["fever"]}, GIVEN).missing]
    assert missing == ["age", "severe", "danger_look", "muac", "long", "rdt", "given"]


def test_params_decide() -> None:
    fever = {**WELL, "problems": ["fever"], "long": []}
    assert [ask.id for ask in judge(ICCM, fever, GIVEN).missing] == ["rdt"]
    elsewhere = given(ICCM, params={"malaria_area": False})
    assert judge(ICCM, fever, elsewhere).complete
    cough = {**WELL, "problems": ["cough"], "long": [], "breaths": 45}
    assert "fast_child" in judge(ICCM, cough, GIVEN).classes
    slower = given(ICCM, params={"child_breaths": 46})
    assert "fast_child" not in judge(ICCM, cough, slower).classes


def test_a_danger_class_without_an_answer_leaves_danger_open(tmp_path: Path) -> None:
    flow = make(tmp_path, sound())
    assert judge(flow, {}, given(flow)).classes == ()
    assert judge(flow, {"signs": []}, given(flow)).classes == ("home",)
    assert judge(flow, {"signs": ["fits"]}, given(flow)).classes == ("danger_fits", "urgent")
