"""The answers that matter to some rules of a flow: a filling for each way they can come out.

Only the asks that a rule reads, through classes and danger too, are enumerated. After each ask,
fillings that leave the same of every rule still open go on as one, so that whole flows stay small.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from smsapp.flow.judge import Facts, classify, holds, learn, limit, passes
from smsapp.flow.model import Answers, Ask, Class, Flow, Given, Test, Value, When
from smsapp.flow.support import every_when, param_sets, slice_of

LATER = ("known.", "list.", "outcome.", "person.", "face")  # not answers: left open here
Open = list[list[tuple[str, Test]]]


@dataclass(frozen=True)
class Rules:
    """The rules in question, the part of the flow they read, and what each test waits for."""

    part: Flow
    whens: list[When]
    tests: dict[str, list[Test]]  # by the subject they test
    awaited: dict[int, tuple[Class, ...]]  # by the id of a test: the classes it rests on


def fillings(flow: Flow, whens: Iterable[When], given: Given) -> Iterator[tuple[Answers, Given]]:
    """One complete filling for each way in which these rules can come out."""
    rules = _rules(flow, list(whens))
    for params in param_sets(flow, rules.part, rules.whens):
        chosen = replace(given, params=params)
        for answers in _grow(rules, chosen):
            yield answers, chosen


def _rules(flow: Flow, whens: list[When]) -> Rules:
    part = slice_of(flow, whens)
    tests: dict[str, list[Test]] = {}
    awaited: dict[int, tuple[Class, ...]] = {}
    for when in [*whens, *every_when(part)]:
        for table in when:
            for subject, test in table.items():
                tests.setdefault(subject, []).append(test)
                awaited[id(test)] = tuple(_awaited(part, subject, test))
    return Rules(part, whens, tests, awaited)


def _awaited(part: Flow, subject: str, test: Test) -> Iterator[Class]:
    """The classes that decide a test; a classification waits for those before it, and danger."""
    named = {*test.has, *test.lacks} if subject == "class" else set()
    firsts = [one for one in part.classes if one.kind == "classification"]
    last = max((number for number, one in enumerate(firsts) if one.id in named), default=-1)
    for one in part.classes:
        decides = one.kind == "danger" and (subject == "danger" or last >= 0)
        if decides or one.id in named or one in firsts[: last + 1]:
            yield one


def _grow(rules: Rules, given: Given) -> list[Answers]:
    states: list[Answers] = [dict(given.answers)]
    for ask in sorted(rules.part.asks, key=lambda one: one.kind == "danger"):
        merged: dict[Any, Answers] = {}
        for answers in states:
            for value in _values(rules, ask, answers, given):
                grown = answers if value is None else {**answers, ask.id: value}
                merged.setdefault(_what_is_left(rules, grown, given), grown)
        states = list(merged.values())
    return states


def _what_is_left(rules: Rules, answers: Answers, given: Given) -> Any:
    """How the rules stand, and all that their open tests still rest on."""
    facts, open_asks = learn(rules.part, answers, given)
    classify(rules.part, facts)
    units = sorted(ask.scales for ask in open_asks if ask.kind == "unit")
    left: list[Any] = [(name, answers.get(name)) for name in units]
    waiting: list[tuple[str, When]] = [(str(at), when) for at, when in enumerate(rules.whens)]
    for ask in open_asks:
        waiting += [(ask.id, ask.when), *((ask.id, one.when) for one in ask.choices)]
    seen_tests: set[int] = set()
    seen_classes: set[str] = set()
    for name, when in waiting:
        tables = open_tests(when, facts)
        left.append((name, _key(tables, facts)))
        for test in (test for table in tables for _, test in table):
            if id(test) in seen_tests:
                continue
            seen_tests.add(id(test))
            for one in rules.awaited[id(test)]:
                if one.id in facts["class?"] and one.id not in seen_classes:
                    seen_classes.add(one.id)
                    waiting.append((one.id if one.kind != "danger" else "danger", one.when))
    return tuple(dict.fromkeys(left))


def open_tests(when: When, facts: Facts) -> Open:
    """The tests of each table that are not decided yet: `[[]]` when it holds, `[]` when not."""
    if not when:
        return [[]]
    tables: Open = []
    for table in when:
        rest = []
        for subject, test in table.items():
            held = None if subject.startswith(LATER) else passes(test, subject, facts)
            if held is False:
                break
            if held is None:
                rest.append((subject, test))
        else:
            if not rest:
                return [[]]
            tables.append(rest)
    return tables


def _key(tables: Open, facts: Facts) -> Any:
    """The open tests; of one on classes, also which of its classes hold already."""
    held = facts["class"]
    return tuple(
        tuple((id(test), tuple(name in held for name in test.has)) for _, test in table)
        for table in tables
    )


def _values(rules: Rules, ask: Ask, answers: Answers, given: Given) -> Iterator[Value | None]:
    """The answers worth trying; None where the ask does not apply."""
    facts, _ = learn(rules.part, answers, given)
    applies = facts["danger"] is not False if ask.kind == "danger" else holds(ask.when, facts)
    if ask.id in answers or applies is False:
        yield None
        return
    tests = rules.tests.get(ask.id, [])
    if ask.kind == "number":
        yield from numbers(rules.part, ask, tests, facts)
        yield from ask.special.values()
    elif ask.kind == "ticks":
        yield from _tickings(ask, tests, facts)
    elif ask.kind in ("one", "unit", "danger"):
        for choice in ask.choices:
            if holds(choice.when, facts) is not False and not choice.withdraws:
                yield choice.id
    else:
        yield "8"


def numbers(part: Flow, ask: Ask, tests: Iterable[Test], facts: Facts) -> list[int]:
    """The ends of the ask, and both sides of every limit that is read, also of scaled ones."""
    low, high = limit(ask.min, facts, 0), limit(ask.max, facts, 999)
    edges = {low, high + 1}
    for test in tests:
        edges |= {limit(test.min, facts, low), limit(test.max, facts, high) + 1}
        for exact in test.equals:
            edges |= {exact, exact + 1} if isinstance(exact, int) else set()
    found = {near for edge in edges for near in (edge - 1, edge)}
    for unit in part.asks:
        if unit.scales == ask.id:
            for choice in unit.choices:
                found |= {near for edge in edges for near in
                          (-(-edge // choice.times) - 1, -(-edge // choice.times))}  # fmt: skip
    return sorted(number for number in found if low <= number <= high)


def _tickings(ask: Ask, tests: list[Test], facts: Facts) -> Iterator[list[str]]:
    """Every combination of the choices, those that no rule tells apart as one."""
    alike: dict[Any, list[str]] = {}
    for choice in ask.choices:
        if holds(choice.when, facts) is not False:
            seen = tuple((choice.id in test.has, choice.id in test.lacks) for test in tests)
            alike.setdefault(seen, []).append(choice.id)
    groups = list(alike.values())
    for chosen in product([False, True], repeat=len(groups)):
        ticked = {name for group, yes in zip(groups, chosen, strict=True) if yes for name in group}
        yield [choice.id for choice in ask.choices if choice.id in ticked]
