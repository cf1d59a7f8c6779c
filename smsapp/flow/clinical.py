"""What could hurt a child: a danger sign that lowers the class, a doubt, a wrong dose."""

from collections.abc import Iterator, Mapping

from smsapp.flow.cases import Cases
from smsapp.flow.judge import Facts, holds, limit
from smsapp.flow.model import Answers, Ask, Class, Flow, Test, Value, When
from smsapp.flow.overlap import firsts
from smsapp.flow.parts import whens
from smsapp.flow.rules import Found, facts_of

AGE = "age"  # the ask that doses rest on: a number
UNSURE = "unsure"  # the choice that says "not sure"


def problems(cases: Cases, pages: Mapping[str, int]) -> Iterator[Found]:
    """What a clinician would refuse, as far as it can be decided. `pages`: screens of each ask."""
    for ask in cases.flow.asks:
        if ask.kind == "ticks" and ask.id in cases.flow.danger_support and pages[ask.id] > 1:
            cure = "danger signs stand on one screen in every language: say them in fewer words"
            yield f"ask {ask.id}", "split", cure
    yield from _idle_signs(cases.flow)
    for ask, sign in _signs(cases.flow):
        yield from _lowered(cases, ask, sign)
        if sign == UNSURE:
            yield from _doubt(cases, ask)
    for group in dict.fromkeys(one.group for one in cases.flow.classes if one.group):
        yield from _doses(cases, [one for one in cases.flow.classes if one.group == group])


def _idle_signs(flow: Flow) -> Iterator[Found]:
    """The choices beside danger signs that no rule reads: ticked, they would change nothing."""
    read = {
        (subject, name)
        for _, when, _ in whens(flow)
        for table in when
        for subject, test in table.items()
        for name in (*test.has, *test.lacks, *test.equals)
    }
    for ask in flow.asks:
        for choice in ask.choices if ask.kind == "ticks" and ask.id in flow.danger_support else ():
            if choice.id != UNSURE and not choice.counted and (ask.id, choice.id) not in read:
                cure = "no rule reads it: give it a class, or counted = true where figures alone do"
                yield f"ask {ask.id}, choice {choice.id}", "danger", cure


def _signs(flow: Flow) -> Iterator[tuple[Ask, str]]:
    """The choices that danger rests on, and every "not sure" beside them."""
    for ask in flow.asks:
        tests = [table[ask.id] for one in flow.danger_classes for table in one.when
                 if ask.id in table]  # fmt: skip
        named = {name for test in tests for name in (*test.has, *test.equals)}
        for choice in ask.choices:
            if choice.id in named or (choice.id == UNSURE and ask.id in flow.danger_support):
                yield ask, choice.id


def _lowered(cases: Cases, ask: Ask, sign: str) -> Iterator[Found]:
    """Whether one sign more brings a later classification, or takes the danger away."""
    flow = cases.flow
    for answers, given in cases.of(_told_apart(flow, ask)):
        if ask.id not in answers:
            continue
        before = facts_of(flow, answers, given)
        after = facts_of(flow, {**answers, ask.id: _more(ask, answers, sign)}, given)
        one, other = _rank(flow, before), _rank(flow, after)
        safer = before["danger"] is True and after["danger"] is not True
        if safer or (None not in (one, other) and (other or 0) > (one or 0)):
            cure = "ticking it lowers the class: put what is worse first, test nothing without it"
            yield f"ask {ask.id}, choice {sign}", "lowered", cure
            return


def _told_apart(flow: Flow, ask: Ask) -> list[When]:
    """The classifications, and each sign of this ask by itself."""
    signs = [one.when for one in flow.danger_classes if any(ask.id in table for table in one.when)]
    apart = [tuple(dict(table) for table in when) for when in signs]  # no longer taken for danger
    return [*(one.when for one in firsts(flow)), *apart]


def _more(ask: Ask, answers: Answers, sign: str) -> Value:
    ticked = answers[ask.id]
    if ask.kind != "ticks" or not isinstance(ticked, list):
        return sign
    return [one.id for one in ask.choices if one.id in {*ticked, sign}]


def _rank(flow: Flow, facts: Facts) -> int | None:
    """The place of the classification that holds; the file puts the worst first."""
    return next((at for at, one in enumerate(firsts(flow)) if one.id in facts["class"]), None)


def _doubt(cases: Cases, ask: Ask) -> Iterator[Found]:
    """Whether "not sure" alone is danger, wherever it can be answered."""
    for answers, given in cases.of([ask.when]):
        doubt: Value = [UNSURE] if ask.kind == "ticks" else UNSURE
        facts = facts_of(cases.flow, {**answers, ask.id: doubt}, given)
        if facts.get(ask.id) == doubt and facts["danger"] is not True:
            cure = "not sure counts as yes: add it to a class of kind danger"
            yield f"ask {ask.id}, choice {UNSURE}", "unsure", cure
            return


def _doses(cases: Cases, rows: list[Class]) -> Iterator[Found]:
    """One row, and one only, for each age at which a child of these classifications can be."""
    flow = cases.flow
    has_row: set[int] = set()
    seen: set[tuple[str, int]] = set()  # classification, age
    goes_with: set[str] = set()
    for answers, given in cases.of(_rules(flow, rows)):
        facts = facts_of(flow, answers, given)
        age = facts.get(AGE)
        held = [row for row in rows if holds(row.when, facts)]
        known = isinstance(age, int)
        if held and not known:
            yield f"class {held[0].id}", "dose", f"no dose without an age: test {AGE}"
        for row in held[1:]:
            cure = f"{held[0].id} holds at {AGE} {age} too: one row of group {row.group} for each"
            yield f"class {row.id}", "dose", cure
        verdict = {one.id for one in firsts(flow) if one.id in facts["class"]}
        if isinstance(age, int):
            seen |= {(name, age) for name in verdict}
            has_row |= {age} if held else set()
            goes_with |= verdict if held else set()
    for age in sorted({age for name, age in seen if name in goes_with} - has_row):
        cure = f"no row at {AGE} {age}: add one, if only to say that none is given"
        yield f"group {rows[0].group}", "dose", cure


def _rules(flow: Flow, rows: list[Class]) -> list[When]:
    """What tells apart the rows, the classifications, and each age at the edge of a limit."""
    tests = [table[AGE] for _, when, _ in whens(flow) for table in when if AGE in table]
    params = {f"param.{name}": param.value for name, param in flow.params.items()}
    edges = {limit(test.min, params, 0) for test in tests}
    edges |= {limit(test.max, params, 0) + 1 for test in tests}
    marks: list[When] = [
        ({AGE: Test(min=edge, max=edge)},) for one in sorted(edges) for edge in (one - 1, one)
    ]
    return [*(row.when for row in rows), *(one.when for one in firsts(flow)), *marks]
