"""What is enumerated for a rule leaves nothing out that answers could bring about."""

from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings

from smsapp.flow.cases import Cases
from smsapp.flow.judge import holds
from smsapp.flow.measure import Way, said_together, ways
from smsapp.flow.model import Line, When
from smsapp.flow.rules import DANGER, facts_of
from smsapp.flow.support import list_sizes
from tests.flow.build import ICCM, given
from tests.flow.children import CHILDREN, PARAMS

CASES = Cases(ICCM)
DOSES = next(ask.lines for ask in ICCM.asks if ask.id == "given")
ALERT = ICCM.effects[0]
GROUPS: dict[str, tuple[list[When], tuple[Line, ...], bool]] = {
    "reply": ([line.when for line in ICCM.reply], ICCM.reply, True),
    "doses": ([(), *(line.when for line in DOSES)], DOSES, False),
    "alert": ([ALERT.when, *(line.when for line in ALERT.first)], ALERT.first, False),
}


@cache
def enumerated(name: str) -> set[Way]:
    rules, lines, ends = GROUPS[name]
    return ways(CASES, rules, lines, ends=ends)


@pytest.mark.parametrize("name", GROUPS)
@settings(max_examples=150)
@for_all(child=CHILDREN, params=PARAMS)
def test_whatever_is_said_together_was_enumerated(name: str, child: Any, params: Any) -> None:
    rules, lines, ends = GROUPS[name]
    facts = facts_of(ICCM, child, given(ICCM, params=params, training=True))
    if ends or holds(rules[0], facts):
        assert set(said_together(ICCM, lines, facts)) <= enumerated(name)


def test_each_way_of_danger_is_found_once() -> None:
    danger = [facts_of(ICCM, answers, given(ICCM))["danger"] for answers, _ in CASES.of([DANGER])]
    assert sorted(danger) == [False, True]


def test_an_enumeration_is_made_once() -> None:
    assert CASES.of([DANGER]) is CASES.of([DANGER, ()])


def test_any_two_lists_meet_in_every_way() -> None:
    sizes = dict.fromkeys("abcdef", (0, 97)) | {"own": (0, 1, 6, 97)}
    met = list_sizes(sizes)
    for one, two in combinations(sizes, 2):
        assert {(many[one], many[two]) for many in met} >= set(product((0, 97), repeat=2))
    assert {many["own"] for many in met} == {0, 1, 6, 97}
    assert len(met) <= 2 * sum(map(len, sizes.values()))
