"""How many requests a call takes at the most, and how many seconds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from smsapp.flow.answer import KIND_SECONDS
from smsapp.flow.cases import Cases
from smsapp.flow.given import Given
from smsapp.flow.judge import ABSENT, learn
from smsapp.flow.model import Flow
from smsapp.flow.rules import DANGER, Found

MOST_HOPS = 12  # requests of a call, the dial and the menu's choice included: plan, section 4
MOST_SECONDS = 120  # of a call: operators cut at 120 to 180
BEFORE_HOPS = 2  # the dial, and the choice on the menu
BEFORE_SECONDS = KIND_SECONDS["one"]  # to read the menu


def problems(cases: Cases, pages: Mapping[str, int]) -> Iterator[Found]:
    """Whether the longest call of a form is within the budget. `pages`: screens of each ask."""
    flow = cases.flow
    if flow.kind != "form":
        return
    hops, seconds, path = 0, 0, ""
    for asks in _paths(cases):
        count = BEFORE_HOPS + sum(pages[name] for name in asks)
        time = BEFORE_SECONDS + sum(pages[name] * kind_seconds(flow, name) for name in asks)
        if count > hops:
            path = " ".join(asks)
        hops, seconds = max(hops, count), max(seconds, time)
    if hops > MOST_HOPS:
        yield "asks", "hops", f"{hops} requests, at most {MOST_HOPS}: ask less ({path})"
    if seconds > MOST_SECONDS:
        yield "asks", "seconds", f"{seconds} seconds, at most {MOST_SECONDS}: ask less ({path})"


def kind_seconds(flow: Flow, name: str) -> int:
    """Seconds to read and answer this ask."""
    ask = flow.ask(name)
    return KIND_SECONDS[ask.kind] if ask else 0


def _paths(cases: Cases) -> set[tuple[str, ...]]:
    """The asks that a call can come through."""
    flow, given = cases.flow, Given(cases.flow.languages[0])
    rules = [ask.when for ask in flow.asks] + [c.when for ask in flow.asks for c in ask.choices]
    danger_ask = flow.danger_ask
    rules += [DANGER] if danger_ask else []
    paths = set()
    for answers, params in cases.of(rules):
        facts, _ = learn(flow, answers, replace(given, params=params))
        path = [ask.id for ask in flow.asks if ask.kind != "danger" and _is_put(facts, ask.id)]
        if danger_ask and facts["danger"] is True:
            path.append(danger_ask.id)
        paths.add(tuple(path))
    return paths


def _is_put(facts: Mapping[str, object], name: str) -> bool:
    return facts.get(name, "") is not ABSENT
