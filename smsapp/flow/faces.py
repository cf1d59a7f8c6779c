"""Whether an SMS says what the same keys say: the same answers, classes, effects and reply."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from smsapp.flow.answer import NONE, choices
from smsapp.flow.cases import SOMEBODY, Case, Cases, open_tests
from smsapp.flow.given import Given, Item
from smsapp.flow.judge import Facts, Judgement, holds, judge, limit
from smsapp.flow.keyword import open_sms
from smsapp.flow.library import Library
from smsapp.flow.model import Answers, Ask, Flow, Keyword, Test, Value, When
from smsapp.flow.parts import whens
from smsapp.flow.reading import read
from smsapp.flow.rules import DANGER, Found, facts_of
from smsapp.flow.walk import Walked, begin, next_ask, step
from smsapp.flow.words import Words

FACE = "face"  # a rule that reads it means to differ
OFFERED = tuple(Item(str(place), str(place)) for place in range(1, 10))  # both faces name a place
MOST_STEPS = 60  # a call that needs more goes in circles
Pairs = list[tuple[Ask, str]]  # the asks that were put, with what was typed


@dataclass(frozen=True)
class Twins:
    """One flow on both faces."""

    flow: Flow
    library: Library
    given: Given


def problems(cases: Cases, words: Words) -> Iterator[Found]:
    """Fillings for which the two faces come to different ends."""
    flow = cases.flow
    if flow.kind != "form" or not flow.keywords:
        return
    known = {name[6:]: "8" for _, when, _ in whens(flow) for table in when for name in table
             if name.startswith("known.")}  # fmt: skip
    lists = {ask.offers: OFFERED for ask in flow.asks if ask.offers}
    given = Given(flow.languages[0], values=known, lists=lists)
    twins = Twins(flow, Library(words, {flow.id: flow}), given)
    for answers, given in fillings(cases):
        found = list(compare(twins, answers, replace(twins.given, params=given.params)))
        yield from found
        if found:
            return  # the rest would say the same


def fillings(cases: Cases) -> Iterator[Case]:
    """One for each reply and effect, and one for each answer of each ask."""
    flow = cases.flow
    yield from cases.of([one.when for one in flow.reply])
    yield from cases.of([one.when for one in flow.effects])
    for ask in flow.asks:
        base = _put(cases, ask)
        if base:
            answers, given = base
            yield from (({**answers, ask.id: value}, given) for value in _each(ask))


def _put(cases: Cases, ask: Ask) -> Case | None:
    """Answers on which this ask is put."""
    when = DANGER if ask.kind == "danger" else ask.when
    for answers, given in cases.of([when]):
        if open_tests(when, facts_of(cases.flow, answers, given)):
            return answers, given
    return None


def _each(ask: Ask) -> Iterator[Value]:
    """Each answer of an ask: for ticks none, each and all; for a number its special answers."""
    ids = [one.id for one in ask.choices if not one.withdraws]
    if ask.kind == "ticks":
        yield []
        yield from ([one] for one in ids)
    yield from [ids] if ask.kind == "ticks" else ids
    yield from ask.special.values()


def compare(twins: Twins, answers: Answers, given: Given) -> Iterator[Found]:
    """How the faces differ for somebody who answers so."""
    flow = twins.flow
    walked, pairs = by_keys(flow, answers, given)
    keys = judge(flow, walked.answers, given)
    keyword = next(
        (one for one in flow.keywords if one.sets.items() <= walked.answers.items()), None
    )
    if keyword is None:
        yield "keyword", "faces", f"no keyword says {walked.answers}: add one, or a letter"
        return
    body = sms(keyword, pairs)
    told = replace(given, face="sms")
    reading = read(flow, open_sms(twins.library, body), told)
    left = [*reading.unknown, *(ask.id for ask in reading.judged.missing)]
    if left:
        yield "SMS", "faces", f'"{body}" leaves {", ".join(left)} open, the same keys do not'
    yield from _differences(flow, pairs, body, keys, reading.judged)


def by_keys(flow: Flow, answers: Answers, given: Given) -> tuple[Walked, Pairs]:
    """The call of somebody who answers so, and what she typed."""
    walked, pairs = begin(given), []
    for _ in range(MOST_STEPS):
        ask, facts = next_ask(flow, walked, given)
        if ask is None:
            break
        key = typed(ask, answers.get(ask.id), facts)
        walked = step(flow, walked, key, given)
        if not walked.notice and not walked.page:
            pairs.append((ask, key))
    return walked, pairs


def typed(ask: Ask, value: Value | None, facts: Facts) -> str:
    """What is typed for this answer, or for the mildest where there is none."""
    if ask.kind in ("text", "list", "note"):
        return "8"
    if ask.kind == "phone":
        return SOMEBODY
    special = next((key for key, name in ask.special.items() if name == value), "")
    if special:
        return special
    if ask.kind == "number":
        return str(limit(ask.min, facts, 0) if value is None else value)
    wanted = value if isinstance(value, list) else [value]
    open_places = [(str(place), one.id) for place, one in choices(ask, facts)]
    ticked = "".join(place for place, name in open_places if name in wanted)
    return ticked or (NONE if ask.kind == "ticks" else open_places[0][0])


def sms(keyword: Keyword, pairs: Iterable[tuple[Ask, str]]) -> str:
    """The same answers in one SMS."""
    said = [ask.letter + key for ask, key in pairs if _sent(ask, keyword)]
    return " ".join([keyword.word, *said])


def _sent(ask: Ask, keyword: Keyword) -> bool:
    """Whether an SMS can say it: a note says nothing, and the keyword may have said it already."""
    if _by_face(ask.when) or ask.kind == "note" or ask.id in keyword.sets:
        return False
    return bool(ask.letter) or ask.kind == "list"


def _by_face(when: When) -> bool:
    return any(FACE in table for table in when)


def _differences(
    flow: Flow, pairs: Pairs, body: str, keys: Judgement, sent: Judgement
) -> Iterator[Found]:
    for ask, key in pairs:
        one, other = keys.facts.get(ask.id), sent.facts.get(ask.id)
        unsaid = ask.kind == "note" or (ask.kind == "danger" and not ask.letter)
        if one != other and not unsaid and not _by_face(ask.when):
            yield f"ask {ask.id}", "faces", f'{key} on the phone is {one}, in "{body}" {other}'
    for place, when in _ends(flow):
        meant = place.startswith("reply") and _by_face(when)
        if holds(when, keys.facts) is not holds(when, sent.facts) and not meant:
            yield place, "faces", f'"{body}" and the same keys disagree'


def _ends(flow: Flow) -> Iterator[tuple[str, When]]:
    """What answers come to: classes, effects, lines of the reply."""
    for one in flow.classes:
        yield f"class {one.id}", ({"class": Test(has=(one.id,))},)
    yield from ((f"effect {effect.id}", effect.when) for effect in flow.effects)
    yield from ((f"reply {at}", line.when) for at, line in enumerate(flow.reply, start=1))
