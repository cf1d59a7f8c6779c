"""What holds for any keys and any SMS."""

from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as some

from smsapp.flow.answer import choices
from smsapp.flow.judge import judge
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Ask
from smsapp.flow.reading import read
from smsapp.flow.vectors import play_sms
from smsapp.flow.walk import begin, next_ask, step, walk
from tests.flow.build import ICCM, given
from tests.flow.children import CHILDREN, PARAMS

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
