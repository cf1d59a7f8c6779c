"""How many requests a call takes at the most, how many seconds, and how long one SMS can be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from smsapp import gsm
from smsapp.flow.answer import KIND_SECONDS
from smsapp.flow.cases import Cases
from smsapp.flow.given import Face, Given
from smsapp.flow.judge import ABSENT, holds, learn
from smsapp.flow.later import later
from smsapp.flow.model import Ask, Flow
from smsapp.flow.rules import DANGER, Found
from smsapp.flow.support import senders
from smsapp.flow.widths import WIDE, digits_of

MOST_HOPS = 12  # requests of a call, the dial and the menu's choice included: domain notes A11
MOST_SECONDS = 120  # of a call: operators cut at 120 to 180
MOST_LISTS = 2  # that a menu may offer before its choice; `0` to each is a request more, 8 seconds
BEFORE_HOPS = 2  # the dial, and the choice on the menu
CHOSEN_HOPS = 2  # more where she chose to be asked more (`put`): told later, nobody waits for it
CHOSEN_SECONDS = 20  # for them: under the 180 at which the last operators cut
BEFORE_SECONDS = KIND_SECONDS["one"]  # to read the menu
Path = tuple[Ask, ...]


def problems(cases: Cases, pages: Mapping[str, int]) -> Iterator[Found]:
    """Whether the longest call and the longest SMS are within bounds. `pages`: of each ask."""
    if cases.flow.kind == "menu":
        yield from _menu(cases.flow)
        return
    hops, seconds, path = longest_call(cases, pages)
    if hops > MOST_HOPS:
        yield "asks", "hops", f"{hops} requests, at most {MOST_HOPS}: ask less ({path})"
    if seconds > MOST_SECONDS:
        yield "asks", "seconds", f"{seconds} seconds, at most {MOST_SECONDS}: ask less ({path})"
    yield from _sms(cases)


def longest_call(cases: Cases, pages: Mapping[str, int]) -> tuple[int, int, str]:
    """The most requests, the most seconds, and the asks of the longest call, from the dial on."""
    hops, seconds, path = 0, 0, ""
    for asks in paths(cases, "ussd"):
        chosen = any(ask.put for ask in asks)
        count = BEFORE_HOPS + sum(pages[ask.id] for ask in asks) - chosen * CHOSEN_HOPS
        time = BEFORE_SECONDS + sum(pages[ask.id] * KIND_SECONDS[ask.kind] for ask in asks)
        if count > hops:
            path = " ".join(ask.id for ask in asks)
        hops, seconds = max(hops, count), max(seconds, time - chosen * CHOSEN_SECONDS)
    return hops, seconds, path


def _menu(flow: Flow) -> Iterator[Found]:
    """What waits for her comes before the menu, and is answered instead of it, or with 0."""
    given = Given(flow.languages[0])
    for more in later(flow, [ask.when for ask in flow.asks], given.facts):
        put = [ask for ask in flow.asks if holds(ask.when, {**given.facts, **more})]
        lists = [ask.id for ask in put if ask.kind == "list"]
        if len(lists) > MOST_LISTS:
            yield "asks", "hops", f"{' '.join(lists)} before the menu: at most {MOST_LISTS} lists"


def longest_sms(cases: Cases) -> str:
    """An SMS with every letter that can apply and its most digits, "" where it has no keyword."""
    flow = cases.flow
    word = max((keyword.word for keyword in flow.keywords), key=len, default="")
    bodies = [longest_body(flow, word, asks) for asks in paths(cases, "sms")] if word else []
    return max(bodies, key=len, default="")


def _sms(cases: Cases) -> Iterator[Found]:
    longest = longest_sms(cases)
    if gsm.measure(longest).segments > 1:
        cure = f"{len(longest)} septets, at most {gsm.SCREEN_SEPTETS} in one SMS: ask less"
        yield "asks", "long", f"{cure} ({longest})"


def longest_body(flow: Flow, word: str, asks: Iterable[Ask]) -> str:
    """The SMS that answers all of these asks as widely as can be."""
    typed = [ask.letter + WIDE * digits_of(flow, ask) for ask in asks if _typed(ask)]
    return " ".join([word, *typed])


def _typed(ask: Ask) -> bool:
    return bool(ask.letter) or ask.kind == "list"


def paths(cases: Cases, face: Face) -> list[Path]:
    """The asks that a call, or an SMS, can come through."""
    flow = cases.flow
    rules = [ask.when for ask in flow.asks] + [c.when for ask in flow.asks for c in ask.choices]
    danger_ask = flow.danger_ask
    rules += [DANGER] if danger_ask else []
    found = set()
    everybody = [
        (answers, one) for answers, given in cases.of(rules) for one in senders(flow, given)
    ]
    for answers, given in everybody:
        facts, _ = learn(flow, answers, replace(given, face=face))
        path = [ask for ask in flow.asks if ask.kind != "danger" and _may_come(ask, facts)]
        if danger_ask and facts["danger"] is True and _is_put(facts, danger_ask.id):
            path.append(danger_ask)
        found.add(tuple(ask.id for ask in path))
    by_id = {ask.id: ask for ask in flow.asks}
    return [tuple(by_id[name] for name in names) for names in sorted(found)]


def _may_come(ask: Ask, facts: Mapping[str, object]) -> bool:
    """Whether it is put, or may come in an SMS all the same."""
    left_out = ask.optional and facts["face"] == "sms"
    return holds(ask.when, dict(facts)) is not False if left_out else _is_put(facts, ask.id)


def _is_put(facts: Mapping[str, object], name: str) -> bool:
    return facts.get(name, "") is not ABSENT
