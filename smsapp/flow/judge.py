"""Answers become what they mean: which asks apply, which classes hold, what is said in reply.

A `when` is judged in three values: True, False, and None where it rests on an answer not given
yet. An ask that does not apply is absent: it has no ticks and equals nothing. Absent and not yet
answered are different things, so that no rule holds because a question was not reached.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smsapp.flow.given import Given
from smsapp.flow.model import Answers, Ask, Flow, Line, Test, Value, When

ABSENT = None  # the value of an ask that does not apply
UNKNOWN = object()  # the value of an ask that is not answered yet
PLAUSIBLE = 12  # stands for a number not known yet when deciding what else to ask
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
        one: Held = True
        for subject, test in table.items():
            passed = passes(test, subject, facts)
            if passed is False:
                break
            if passed is None:
                one = None
        else:
            if one:
                return True
            result = None
    return result


def passes(test: Test, subject: str, facts: Facts) -> Held:
    """Whether one subject is as tested."""
    value = facts.get(subject, UNKNOWN)
    if value is UNKNOWN:
        if not subject.startswith(SERVICE):
            return None
        value = 0  # what the service did not fill is not known, and nothing is offered
    if test.equals:
        return value in test.equals
    if test.has or test.lacks:
        ticked = (value,) if isinstance(value, str) else value or ()
        return _ticked(test, ticked, facts["class?"] if subject == "class" else ())
    if not isinstance(value, int):
        return False
    return limit(test.min, facts, value) <= value <= limit(test.max, facts, value)


def _ticked(test: Test, ticked: Collection[str], doubtful: Collection[str]) -> Held:
    """Whether any of `has` and none of `lacks` is ticked; `doubtful` ids may yet be."""
    result: Held = True
    if test.has and (not ticked or test.wanted.isdisjoint(ticked)):
        if not doubtful or test.wanted.isdisjoint(doubtful):
            return False
        result = None
    if test.lacks and ticked and not test.banned.isdisjoint(ticked):
        return False
    if test.lacks and doubtful and not test.banned.isdisjoint(doubtful):
        return None
    return result


def limit(bound: int | str | None, facts: Mapping[str, Any], default: int) -> int:
    """The number a limit stands for: itself, a param's value, or `default` where there is none."""
    if bound is None:
        return default
    return bound if isinstance(bound, int) else int(facts[f"param.{bound}"])


def learn(flow: Flow, answers: Answers, given: Given) -> tuple[Facts, list[Ask]]:
    """The facts that these answers make, and the asks that apply (or may) and have no answer."""
    facts: Facts = dict(given.facts)
    open_asks: list[Ask] = []
    changed = True  # since danger was last looked at
    for ask in flow.asks:
        if ask.kind == "danger":
            continue
        if changed and ask.id in flow.danger_readers:
            facts["danger"], changed = _danger_now(flow, facts), False
        changed = changed or ask.id in flow.danger_support
        if not _settle(ask, answers, facts):
            open_asks.append(ask)
    if changed:
        facts["danger"] = _danger_now(flow, facts)
    if flow.danger_ask:
        _settle_danger(flow.danger_ask, answers, facts)
    return facts, open_asks


def _settle_danger(ask: Ask, answers: Answers, facts: Facts) -> None:
    """Its ask is put only where there is danger, but what was answered stands."""
    if ask.id in answers:
        facts[ask.id] = answers[ask.id]
    elif facts["danger"] is False or holds(ask.when, facts) is False:
        facts[ask.id] = ABSENT


def _settle(ask: Ask, answers: Answers, facts: Facts) -> bool:
    """Note what is known of this ask. False: it applies, or may, and has no answer."""
    applies = holds(ask.when, facts) if is_held(ask, facts) else False
    if applies is False:
        facts[ask.id] = ABSENT
    elif ask.id in answers:
        facts[ask.id] = answers[ask.id]
        if ask.kind == "unit":
            facts[ask.scales] = _scaled(ask, answers[ask.id], facts.get(ask.scales))
    elif ask.optional and (facts["face"] == "sms" or holds(ask.put, facts) is not True):
        facts[ask.id] = ABSENT
    else:
        if ask.kind == "unit" and applies:
            facts.pop(ask.scales, None)  # 3 what? Nothing may rest on it yet
        return False
    return True


def is_held(ask: Ask, facts: Facts) -> bool:
    """Whether it is about no product, or about one that she holds."""
    return not ask.product or ask.product in facts.get("products", (ask.product,))


def _scaled(ask: Ask, answer: Value, number: Any) -> Any:
    times = next((choice.times for choice in ask.choices if choice.id == answer), 1)
    return number * times if isinstance(number, int) else number


def _danger_now(flow: Flow, facts: Facts) -> object:
    """Whether a danger class holds on these facts: True, False or UNKNOWN."""
    result: object = False
    for one in flow.danger_classes:
        held = holds(one.when, facts)
        if held:
            return True
        if held is None:
            result = UNKNOWN
    return result


def judge(flow: Flow, answers: Answers, given: Given) -> Judgement:
    """What these answers mean; before the last answer, only what no later one can change."""
    facts, open_asks = learn(flow, answers, given)
    classes = classify(flow, facts)
    dangers = tuple(one.id for one in flow.danger_classes if one.id in classes)
    missing = tuple(ask for ask in open_asks if _is_missing(ask, flow, facts, answers))
    return Judgement(facts, tuple(classes), dangers, missing)


def classify(flow: Flow, facts: Facts) -> list[str]:
    """The classes that hold, also noted in `facts` with those that are in doubt."""
    held: list[str] = []
    doubtful: set[str] = set()
    facts["class"], facts["class?"] = held, doubtful
    found = waiting = False  # a classification holds; an earlier one may yet
    for one in flow.classes:
        first = one.kind == "classification"
        if first and found:
            continue
        result = holds(one.when, facts)
        # one in doubt settles none after it, but danger is never kept waiting
        if result and first and waiting and facts["danger"] is not True:
            result = None
        if result:
            held.append(one.id)
            found = found or first
        elif result is None:
            doubtful.add(one.id)
            waiting = waiting or first
    return held


def _is_missing(ask: Ask, flow: Flow, facts: Facts, answers: Answers) -> bool:
    """Asks that apply; also those that wait for the age or for danger alone, to ask but once."""
    if ask.optional:
        return False
    applies = holds(ask.when, facts)
    if applies is not None:
        return applies
    if ask.kind == "unit":
        return ask.scales in answers  # 3 what? Only the number itself is known yet
    numbers = {one.id for one in flow.asks if one.kind == "number"}
    guessed = {**facts, **dict.fromkeys(numbers - facts.keys(), PLAUSIBLE)}
    if guessed["danger"] is UNKNOWN:
        guessed["danger"] = False
    return holds(ask.when, guessed) is True


def lines(candidates: Iterable[Line], facts: Facts, language: str) -> list[str]:
    """The lines that hold, in this language, placeholders still in them."""
    return [line.text[language] for line in candidates if holds(line.when, facts)]
