"""What holds for any child."""

from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as some

from smsapp.flow.judge import judge
from smsapp.flow.model import Answers
from tests.flow.build import ICCM, given
from tests.flow.children import CHILDREN, PARAMS

CLASSIFICATIONS = [one.id for one in ICCM.classes if one.kind == "classification"]
LOWER = ("ask_age", "pending_count", "pending_test", "treat_home")  # than a referral
DOSES = {
    one.id for one in ICCM.classes
    if one.id.startswith(("ors_", "ras_", "al_", "amox_", "zinc_")) and one.kind == "action"
}  # fmt: skip
BY_MOUTH = {name for name in DOSES if not name.startswith("ras_")}
SIGNS = [
    (ask, tick)
    for ask, ticks in {
        "severe": ["convulsions", "cannot_drink", "vomits_all", "sleepy", "unsure"],
        "danger_look": ["indrawing", "both_feet", "blood_stool", "other", "unsure"],
    }.items()
    for tick in ticks
]


def classes(answers: Answers, params: dict[str, bool]) -> set[str]:
    return set(judge(ICCM, answers, given(ICCM, params=params)).classes)


@for_all(CHILDREN, PARAMS)
def test_every_child_has_exactly_one_classification(child: Answers, params: Any) -> None:
    assert len(classes(child, params).intersection(CLASSIFICATIONS)) == 1


@for_all(CHILDREN, PARAMS, some.sampled_from(SIGNS))
def test_a_danger_sign_more_never_lowers_the_class(
    child: Any, params: Any, sign: tuple[str, str]
) -> None:
    ask, tick = sign
    before = classes(child, params)
    worse = classes({**child, ask: [*child[ask], tick]}, params)
    by_age = before.intersection({"out_of_scope", "refer_newborn"})
    assert by_age or "refer_urgent" in worse
    assert by_age <= worse
    assert worse.isdisjoint(LOWER)


@for_all(CHILDREN, PARAMS)
def test_red_is_danger_too(child: Any, params: Any) -> None:
    asked = judge(ICCM, child, given(ICCM, params=params)).facts["muac"] is not None
    worse = classes({**child, "muac": "red"}, params)
    assert ("muac_red" in worse) is asked
    assert ("refer_urgent" in worse) or not asked


@for_all(CHILDREN, PARAMS, some.sampled_from(["severe", "danger_look", "long"]))
def test_not_sure_counts_as_yes(child: Any, params: Any, ask: str) -> None:
    asked = judge(ICCM, child, given(ICCM, params=params)).facts[ask] is not None
    unsure = classes({**child, ask: ["unsure"]}, params)
    assert ("refer_urgent" in unsure) or not asked


@for_all(CHILDREN, PARAMS)
def test_no_dose_without_an_age(child: Any, params: Any) -> None:
    assert classes({**child, "age": "unknown"}, params).isdisjoint(DOSES)
    without = {name: value for name, value in child.items() if name != "age"}
    assert classes(without, params).isdisjoint(DOSES)


@for_all(CHILDREN, PARAMS)
def test_no_dose_outside_the_cards_ages(child: Any, params: Any) -> None:
    for age in (0, 60, 72):
        assert classes({**child, "age": age}, params).isdisjoint(DOSES)


@for_all(CHILDREN, PARAMS)
def test_nothing_by_mouth_to_a_child_who_cannot_swallow(child: Any, params: Any) -> None:
    for sign in ("convulsions", "cannot_drink", "sleepy", "unsure"):
        assert classes({**child, "severe": [sign]}, params).isdisjoint(BY_MOUTH)


@for_all(CHILDREN, PARAMS)
def test_treatment_at_home_and_danger_exclude_each_other(child: Any, params: Any) -> None:
    found = classes(child, params)
    home = {"ors_2", "home_care", *(one for one in DOSES if one.startswith(("al_1", "al_2")))}
    if "refer_urgent" in found:
        assert found.isdisjoint(home)
    if "refer_urgent" not in found:
        assert not any(name.endswith("_now") or "_first_" in name for name in found)


@for_all(CHILDREN)
def test_rectal_artesunate_only_where_the_country_gives_it(child: Any) -> None:
    assert classes(child, {"rectal_artesunate": False}).isdisjoint({"ras_1", "ras_2"})
