"""Answers become what they mean: which asks apply, which classes hold, what is said in reply.

A `when` is judged in three values: True, False, and None where it rests on an answer not given
yet. An ask that does not apply is absent: it has no ticks and equals nothing. Absent and not yet
answered are different things, so that no rule holds because a question was not reached.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smsapp.flow.model import Answers, Ask, Flow, Given, Line, Test, Value, When

ABSENT = None  # the value of an ask that does not apply
UNKNOWN = object()  # the value of an ask that is not answered yet
PLAUSIBLE = 12  # stands for a number not known yet when deciding what else to ask; never judged on
SERVICE = ("known.", "list.")  # subjects that the service fills before the first ask
Facts = dict[str, Any]  # subject -> value; a subject missing here is UNKNOWN
Held = bool | None


@dataclass(frozen=True)
class Judgement:
    """What the answers mean so far. `missing` are the asks still to be put, in the flow's order."""

    facts: Facts
    classes: tuple[str, ...]
    dangers: tuple[str, ...]
    missing: tuple[Ask, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


def holds(when: When, facts: Facts) -> Held:
    """Whether any of the tables holds."""
    if not when:
        return True
    result: Held = False
    for table in when:
        one = _all(table, facts)
        if one:
            return True
        if one is None:
            result = None
    return result


def _all(table: Mapping[str, Test], facts: Facts) -> Held:
    result: Held = True
    for subject, test in table.items():
        one = _passes(test, subject, facts)
        if one is False:
            return False
        if one is None:
            result = None
    return result


def _passes(test: Test, subject: str, facts: Facts) -> Held:
    value = facts.get(subject, UNKNOWN)
    if value is UNKNOWN:
        if not subject.startswith(SERVICE):
            return None
        value = 0  # what the service did not fill is not known, and nothing is offered
    if test.has or test.lacks:
        return _ticked(test, value or (), facts["class?"] if subject == "class" else ())
    if test.equals:
        return value in test.equals
    if not isinstance(value, int):
        return False
    return limit(test.min, facts, value) <= value <= limit(test.max, facts, value)


def _ticked(test: Test, ticked: Collection[str], doubtful: Collection[str]) -> Held:
    """Whether any of `has` and none of `lacks` is ticked; `doubtful` ids may yet be."""
    if test.has and not any(one in ticked for one in test.has):
        return None if any(one in doubtful for one in test.has) else False
    if any(one in ticked for one in test.lacks):
        return False
    return None if any(one in doubtful for one in test.lacks) else True


def limit(bound: int | str | None, facts: Mapping[str, Any], default: int) -> int:
    """The number a limit stands for: itself, a param's value, or `default` where there is none."""
    if bound is None:
        return default
    return bound if isinstance(bound, int) else int(facts[f"param.{bound}"])


def known(given: Given) -> Facts:
    """The facts that do not depend on answers."""
    facts: Facts = {
        "face": given.face,
        "person.role": given.role,
        "person.training": given.training,
        "person.language": given.language,
    }
    facts.update({f"param.{name}": value for name, value in given.params.items()})
    facts.update({f"known.{name}": True for name in given.values})
    facts.update({f"list.{name}": len(items) for name, items in given.lists.items()})
    return facts


def learn(flow: Flow, answers: Answers, base: Facts) -> tuple[Facts, list[Ask]]:
    """The facts that these answers make, and the asks that apply (or may) and have no answer."""
    facts = dict(base)
    facts["danger"] = False
    open_asks: list[Ask] = []
    for ask in flow.asks:
        if ask.kind == "danger":
            facts[ask.id] = answers.get(ask.id, ABSENT)
            continue
        if _reads_danger(ask):
            facts["danger"] = danger_now(flow, facts)
        applies = holds(ask.when, facts)
        if applies is False:
            facts[ask.id] = ABSENT
        elif ask.id in answers:
            facts[ask.id] = answers[ask.id]
            if ask.kind == "unit":
                facts[ask.scales] = _scaled(ask, answers[ask.id], facts.get(ask.scales))
        else:
            open_asks.append(ask)
            if ask.kind == "unit" and applies:
                facts.pop(ask.scales, None)  # 3 what? Nothing may rest on it yet
    facts["danger"] = danger_now(flow, facts)
    return facts, open_asks


def _reads_danger(ask: Ask) -> bool:
    return any("danger" in table for table in ask.when)


def _scaled(ask: Ask, answer: Value, number: Any) -> Any:
    times = next((choice.times for choice in ask.choices if choice.id == answer), 1)
    return number * times if isinstance(number, int) else number


def danger_now(flow: Flow, facts: Facts) -> Held:
    """Whether a danger class holds on these facts."""
    result: Held = False
    for one in flow.classes:
        if one.kind == "danger":
            held = holds(one.when, facts)
            if held:
                return True
            if held is None:
                result = None
    return result


def judge(flow: Flow, answers: Answers, given: Given) -> Judgement:
    """What these answers mean; before the last answer, only what no later one can change."""
    facts, open_asks = learn(flow, answers, known(given))
    classes = _classes(flow, facts)
    dangers = tuple(one.id for one in flow.classes if one.kind == "danger" and one.id in classes)
    missing = tuple(ask for ask in open_asks if _is_missing(ask, flow, facts))
    return Judgement(facts, tuple(classes), dangers, missing)


def _classes(flow: Flow, facts: Facts) -> list[str]:
    held: list[str] = []
    doubtful: set[str] = set()
    facts["class"], facts["class?"] = held, doubtful
    classified = False
    for one in flow.classes:
        first = one.kind == "classification"
        if first and classified:
            continue
        result = holds(one.when, facts)
        if result:
            held.append(one.id)
            classified = classified or first
        elif result is None:
            doubtful.add(one.id)
            # a classification in doubt settles none after it, but danger is never kept waiting
            classified = classified or (first and facts["danger"] is not True)
    return held


def _is_missing(ask: Ask, flow: Flow, facts: Facts) -> bool:
    """Asks that apply; also those that wait only for a number such as the age, to ask but once."""
    if ask.optional:
        return False
    applies = holds(ask.when, facts)
    if applies is not None:
        return applies
    if ask.kind == "unit":
        return False
    numbers = {one.id for one in flow.asks if one.kind == "number"}
    guessed = {**facts, **dict.fromkeys(numbers - facts.keys(), PLAUSIBLE)}
    return holds(ask.when, guessed) is True


def lines(candidates: Iterable[Line], facts: Facts, language: str) -> list[str]:
    """The lines that hold, in this language, placeholders still in them."""
    return [line.text[language] for line in candidates if holds(line.when, facts)]
