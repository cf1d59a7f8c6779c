"""The answers that matter to some rules of a flow: a filling for each way they can come out.

Only the asks that a rule reads, through classes and danger too, are enumerated. After each ask,
fillings that leave the same of every rule still open go on as one, so that whole flows stay small.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from smsapp.flow.given import Given
from smsapp.flow.judge import Facts, classify, holds, learn, limit, passes
from smsapp.flow.model import Answers, Ask, Class, Flow, Test, Value, When
from smsapp.flow.support import every_when, param_sets, senders, slice_of, subjects, who_is

LATER = ("known.", "list.", "outcome.", "person.", "face")  # not answers: left open here
SOMEBODY = "+265991000001"  # a phone number that is answered, whose does not matter
Open = list[list[tuple[str, Test]]]
Case = tuple[Answers, Given]  # a filling, and somebody who can make it
Standing = tuple[Any, ...]  # of each rule; None: open
State = tuple[Answers, Given, Standing]


@dataclass(frozen=True)
class Rules:
    """The rules in question, the part of the flow they read, and what each test waits for."""

    part: Flow
    whens: list[When]
    tests: dict[str, list[Test]]  # by the subject they test
    danger: dict[str, list[Test]]  # those that only say whether there is danger
    awaited: dict[int, tuple[Class, ...]]  # by the id of a test: the classes it rests on


class Cases:
    """The enumerations of one flow, each done once."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._found: dict[tuple[str, ...], list[Case]] = {}

    def of(self, whens: Iterable[When]) -> list[Case]:
        """One complete filling for each way in which these rules can come out."""
        wanted = list(whens)
        key = tuple(sorted({repr(when) for when in wanted if when}))
        if key not in self._found:
            self._found[key] = list(self._fillings(wanted))
        return self._found[key]

    def _fillings(self, whens: list[When]) -> Iterator[Case]:
        rules = _rules(self.flow, whens)
        base = Given(self.flow.languages[0])
        everybody = [
            replace(one, params=params)
            for params in param_sets(self.flow, rules.part, rules.whens)
            for one in senders(rules.part, base)
        ]
        yield from _grow(rules, everybody)


def _rules(flow: Flow, whens: list[When]) -> Rules:
    part = slice_of(flow, whens)
    named = subjects([*whens, *every_when(part)])
    tests: dict[str, list[Test]] = {}
    danger: dict[str, list[Test]] = {}
    awaited: dict[int, tuple[Class, ...]] = {}
    lumped = {
        id(one.when)
        for one in part.danger_classes
        if f"class.{one.id}" not in named and len(one.when) == len(one.when[0]) == 1
    }
    for when in [*whens, *every_when(part)]:
        for table in when:
            for subject, test in table.items():
                kept = danger if id(when) in lumped else tests
                kept.setdefault(subject, []).append(test)
                awaited[id(test)] = tuple(_awaited(part, subject, test))
    return Rules(part, whens, tests, danger, awaited)


def _awaited(part: Flow, subject: str, test: Test) -> Iterator[Class]:
    """The classes that decide a test; a classification waits for those before it, and danger."""
    named = {*test.has, *test.lacks} if subject == "class" else set()
    firsts = [one for one in part.classes if one.kind == "classification"]
    last = max((number for number, one in enumerate(firsts) if one.id in named), default=-1)
    for one in part.classes:
        decides = one.kind == "danger" and (subject == "danger" or last >= 0)
        if decides or one.id in named or one in firsts[: last + 1]:
            yield one


def _grow(rules: Rules, givens: list[Given]) -> list[Case]:
    states: list[State] = [({}, given, (None,) * len(rules.whens)) for given in givens]
    for ask in sorted(rules.part.asks, key=lambda one: one.kind == "danger"):
        merged: dict[Any, State] = {}
        for answers, given, standing in states:
            settled = None not in standing  # nothing depends on the answer: any will do
            who = who_is(given)
            for value in _values(rules, ask, answers, given):
                grown = answers if value is None else {**answers, ask.id: value}
                stands, left = standing, None
                if not settled:
                    stands, left = _what_is_left(rules, standing, grown, given)
                left = left if None in stands else None
                merged.setdefault((who, stands, left), (grown, given, stands))
                if settled:
                    break
        states = list(merged.values())
    return [(answers, given) for answers, given, _ in states]


def _what_is_left(
    rules: Rules, standing: Standing, answers: Answers, given: Given
) -> tuple[Standing, Any]:
    """How the rules stand, and all that their open tests still rest on."""
    facts, open_asks = learn(rules.part, answers, given)
    classify(rules.part, facts)
    units = sorted(ask.scales for ask in open_asks if ask.kind == "unit")
    left: list[Any] = [(name, answers.get(name)) for name in units]
    stands = tuple(
        _stands(when, facts) if known is None else known
        for when, known in zip(rules.whens, standing, strict=True)
    )
    waiting = [
        (str(at), when)
        for at, (when, known) in enumerate(zip(rules.whens, stands, strict=True))
        if known is None
    ]
    for ask in open_asks:
        waiting += [(ask.id, ask.when), *((ask.id, one.when) for one in ask.choices if one.when)]
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
    return stands, tuple(dict.fromkeys(left))


def _stands(when: When, facts: Facts) -> Any:
    """True or False for good, what else it waits for than answers, or None: open."""
    tables = open_tests(when, facts)
    if tables in ([], [[]]):
        return tables == [[]]
    if all(subject.startswith(LATER) for table in tables for subject, _ in table):
        return _key(tables, facts)
    return None


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
        tuple(
            (id(test), tuple([name in held for name in test.has]) if subject == "class" else ())
            for subject, test in table
        )
        for table in tables
    )


def _values(rules: Rules, ask: Ask, answers: Answers, given: Given) -> Iterator[Value | None]:
    """The answers that some rule tells apart; None where the ask does not apply."""
    facts, _ = learn(rules.part, answers, given)
    applies = facts["danger"] is not False if ask.kind == "danger" else holds(ask.when, facts)
    if applies is False:
        yield None
        return
    if ask.optional and ask.put:
        yield None
    scales = {1}.union(*({one.times for one in unit.choices}
                         for unit in rules.part.asks if unit.scales == ask.id))  # fmt: skip
    seen: set[object] = set()
    for value in _possible(rules, ask, facts, scales):
        look = tuple(_look(rules, ask, facts, value, times) for times in sorted(scales))
        if look not in seen or ask.kind == "unit":
            seen.add(look)
            yield value


def _look(rules: Rules, ask: Ask, facts: Facts, value: Value, times: int) -> object:
    """How an answer looks to the rules that read it."""
    said = {**facts, ask.id: value * times if isinstance(value, int) else value}
    return (
        *(passes(test, ask.id, said) for test in rules.tests.get(ask.id, [])),
        any(passes(test, ask.id, said) for test in rules.danger.get(ask.id, [])),
    )


def _possible(rules: Rules, ask: Ask, facts: Facts, scales: Iterable[int]) -> Iterator[Value]:
    """Answers of every sort: numbers at both sides of each limit, ticks in all combinations."""
    ids = [
        one.id for one in ask.choices if holds(one.when, facts) is not False and not one.withdraws
    ]
    if ask.kind == "number":
        yield from _numbers(rules, ask, facts, scales)
        yield from ask.special.values()
    elif ask.kind == "ticks":
        for chosen in product([False, True], repeat=len(ids)):
            yield [name for name, yes in zip(ids, chosen, strict=True) if yes]
    elif ask.kind == "phone":
        yield SOMEBODY
    elif ids:
        yield from [*ids, *ask.special.values()]
    else:
        named = [str(one) for test in rules.tests.get(ask.id, []) for one in test.equals]
        yield from ("8", *named)


def _numbers(rules: Rules, ask: Ask, facts: Facts, scales: Iterable[int]) -> list[int]:
    low, high = limit(ask.min, facts, 0), limit(ask.max, facts, 999)
    edges = {low, high + 1}
    for test in [*rules.tests.get(ask.id, []), *rules.danger.get(ask.id, [])]:
        edges |= {limit(test.min, facts, low), limit(test.max, facts, high) + 1}
        for exact in test.equals:
            edges |= {exact, exact + 1} if isinstance(exact, int) else set()
    scaled = {-(-edge // times) for edge in edges for times in scales}
    near = {one for edge in scaled for one in (edge - 1, edge)}
    return sorted(number for number in near if low <= number <= high)
