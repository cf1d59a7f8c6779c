"""What holds for any child, any SMS and any keys."""

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from smsapp import gsm
from smsapp.flow.answer import choices
from smsapp.flow.judge import judge
from smsapp.flow.keyword import Opening, read
from smsapp.flow.model import Answers, Ask, Item
from smsapp.flow.vectors import play_sms
from smsapp.flow.walk import begin, next_ask, step, walk
from tests.flow.build import ICCM, LIBRARY, given
from tests.flow.play import call

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
PARAMS = some.fixed_dictionaries(
    {"malaria_area": some.booleans(), "rectal_artesunate": some.booleans()}
)


def subsets(*items: str) -> Any:
    return some.lists(some.sampled_from(items), unique=True).map(
        lambda chosen: [one for one in items if one in chosen]
    )


CHILDREN = some.fixed_dictionaries(
    {
        "age": some.one_of(some.integers(0, 72), some.just("unknown")),
        "unit": some.just("months"),
        "severe": subsets("convulsions", "cannot_drink", "vomits_all", "sleepy", "unsure"),
        "danger_look": subsets("indrawing", "both_feet", "blood_stool", "other", "unsure"),
        "muac": some.sampled_from(["red", "yellow", "green", "not_measured"]),
        "problems": subsets("cough", "diarrhoea", "fever"),
        "long": subsets("cough_long", "diarrhoea_long", "fever_long", "recent", "unsure"),
        "breaths": some.one_of(some.integers(10, 120), some.just("not_counted")),
        "rdt": some.sampled_from(
            ["positive", "negative", "waiting", "invalid", "no_test", "not_done"]
        ),
        "given": subsets("al", "amoxicillin", "ors", "zinc"),
    }
)


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


TYPED = [
    "",
    "0",
    "1",
    "2",
    "3",
    "12",
    "13",
    "14",
    "24",
    "60",
    "99",
    "00",
    "98",
    "x",
    "*",
    "9" * 200,
]
KEYS = some.lists(some.sampled_from(TYPED), max_size=18).map(tuple)
ITEMS = tuple(Item(f"{n}", f"482913 Kamba{n} 14:02") for n in range(1, 20))
EVERYTHING: dict[str, Any] = {
    "values": {"help": "+265991000201123", "mistake": "1", "last_ref": "482913",
               "last_time": "14:02"},
    "lists": dict.fromkeys(("drafts", "tests", "alerts", "requests"), ITEMS),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(LIBRARY.flows))
@pytest.mark.parametrize("language", ["en", "fr"])
@settings(max_examples=40)
@for_all(data=some.data())
def test_no_keys_break_a_flow_and_every_screen_fits(
    name: str, language: str, data: some.DataObject
) -> None:
    flow = LIBRARY.flows[name]
    role = data.draw(some.sampled_from(["chw", "supervisor", "facility", "district"]))
    talk = call(flow, language=language, training=True, role=role, **EVERYTHING)
    for key in data.draw(KEYS):
        if not talk.ask:
            break
        assert gsm.fits(talk.screen), talk.screen
        assert gsm.measure(talk.screen).encoding == "GSM-7"
        talk.press(key)


@for_all(KEYS)
def test_replay_equals_step_by_step(keys: tuple[str, ...]) -> None:
    told = given(ICCM, values={"mistake": "1"})
    walked = begin(told)
    for key in keys:
        walked = step(ICCM, walked, key, told)
    assert walk(ICCM, keys, told) == walked


@for_all(KEYS)
def test_a_danger_that_was_told_is_never_lost_without_a_mistake(keys: tuple[str, ...]) -> None:
    told = given(ICCM)
    walked = begin(told)
    dangers: set[str] = set()
    for key in keys:
        walked = step(ICCM, walked, key, told)
        now = set(judge(ICCM, walked.answers, told).dangers)
        assert dangers <= now
        dangers = now


def typed_for(ask: Ask, child: Any, facts: Any) -> str:
    """What a CHW with this child types at this ask."""
    value = child.get(ask.id)
    if ask.kind == "danger":
        return "1"
    if ask.kind == "number":
        return next((key for key, name in ask.special.items() if name == value), str(value))
    wanted = value if isinstance(value, list) else [value]
    return "".join(str(at) for at, one in choices(ask, facts) if one.id in wanted) or "0"


@for_all(CHILDREN, PARAMS, some.sampled_from(["months", "years"]))
def test_both_faces_find_the_same(child: Any, params: Any, unit: str) -> None:
    told = given(ICCM, params=params)
    walked, pairs = begin(told), []
    while True:
        ask, facts = next_ask(ICCM, walked, told)
        if ask is None:
            break
        key = typed_for(ask, {**child, "unit": unit}, facts)
        walked = step(ICCM, walked, key, told)
        assert walked.notice is None
        if ask.kind != "danger":
            pairs.append((ask, key))
    by_sms = play_sms(ICCM, pairs, given(ICCM, face="sms", params=params))
    assert by_sms.left == ""
    assert by_sms.judged.classes == judge(ICCM, walked.answers, told).classes


GAPS = ["", " ", "  ", "\n", ", ", ".", "\u00a0"]
PIECES = ["A14", "S13", "D2", "M3", "P13", "W1", "B48", "R1", "T12"]


@for_all(
    some.permutations(PIECES),
    some.lists(some.sampled_from(GAPS), min_size=20, max_size=20),
    some.booleans(),
)  # fmt: skip
def test_order_case_and_spacing_never_matter(
    pieces: list[str], gaps: list[str], small: bool
) -> None:
    told = given(ICCM, face="sms")
    usual = read(ICCM, Opening(flow="iccm", rest=" ".join(PIECES)), told)
    rest = "".join(
        piece[0] + (gap if gap.isspace() else "") + piece[1:] + other
        for piece, gap, other in zip(pieces, gaps, gaps[10:], strict=False)
    )
    found = read(ICCM, Opening(flow="iccm", rest=rest.lower() if small else rest), told)
    assert found.answers == usual.answers
    assert found.unknown == ()


@for_all(some.text(max_size=300))
def test_no_sms_breaks_the_reader(body: str) -> None:
    told = given(ICCM, face="sms")
    found = read(ICCM, Opening(flow="iccm", rest=body), told)
    assert set(found.answers) <= {ask.id for ask in ICCM.asks}
