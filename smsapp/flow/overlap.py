"""What holds together by accident: two classifications, or two lines that say the same."""

from collections.abc import Iterator
from itertools import combinations

from smsapp.flow.cases import Cases
from smsapp.flow.judge import holds
from smsapp.flow.measure import Way, ways
from smsapp.flow.model import Class, Flow, Line
from smsapp.flow.rules import DANGER, Found, facts_of


def problems(cases: Cases) -> Iterator[Found]:
    """Where order decides and nobody said so, and where one sentence is said twice."""
    yield from _after(cases.flow)
    yield from _together(cases)
    yield from _twice(cases)


def firsts(flow: Flow) -> list[Class]:
    """The classifications: of them, the first that holds counts."""
    return [one for one in flow.classes if one.kind == "classification"]


def _after(flow: Flow) -> Iterator[Found]:
    earlier: set[str] = set()
    for one in flow.classes:
        for name in one.after:
            if name not in earlier or one.kind != "classification":
                yield f"class {one.id}", "value", f"after must name an earlier one, not {name}"
        earlier |= {one.id} if one.kind == "classification" else set()


def _together(cases: Cases) -> Iterator[Found]:
    """Classifications that hold at once unmarked, or that say the same with danger and without."""
    found: dict[str, set[bool]] = {}
    for answers, given in cases.of([*(one.when for one in firsts(cases.flow)), DANGER]):
        facts = facts_of(cases.flow, answers, given)
        holding = [one for one in firsts(cases.flow) if holds(one.when, facts)]
        if not holding:
            continue
        winner = holding[0].id
        found.setdefault(winner, set()).add(facts["danger"] is True)
        for later in holding[1:]:
            if winner not in later.after:
                cure = f'{winner} may hold too: exclude it, or add "{winner}" to after'
                yield f"class {later.id}", "overlap", cure
    for name, danger in found.items():
        if len(danger) > 1:
            yield f"class {name}", "overlap", "it holds with danger and without: make two of it"


def _twice(cases: Cases) -> Iterator[Found]:
    """Lines of one SMS or last screen that begin with the same sentence."""
    flow = cases.flow
    said = ways(cases, [line.when for line in flow.reply], flow.reply, ends=True)
    yield from _doubled("reply", flow.reply, said, flow)
    for effect in flow.effects:
        for name, lines in (("first", effect.first), ("climbed", effect.climbed)):
            rules = [effect.when, *(line.when for line in lines)]
            said = ways(cases, rules, lines) if lines else set()
            yield from _doubled(f"effect {effect.id}, {name}", lines, said, flow)


def _doubled(place: str, lines: tuple[Line, ...], said: set[Way], flow: Flow) -> Iterator[Found]:
    pairs = {pair for way in said for pair in combinations(way, 2)}
    for one, other in sorted(pairs):
        for language in flow.languages:
            sentence = _sentence(lines[one].text[language])
            if sentence == _sentence(lines[other].text[language]):
                cure = f"{place} {one + 1} says {sentence!r} too: exclude one of them"
                yield f"{place} {other + 1}, {language}", "overlap", cure


def _sentence(text: str) -> str:
    """The first sentence, without its stop."""
    return text.partition(". ")[0].rstrip(" .")
