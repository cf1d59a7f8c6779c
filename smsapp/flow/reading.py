"""The SMS face: letters and digits become answers, what is missing, and what was not understood.

`CCM A14 S0 D0 M3 P13` in any order, case and spacing: a letter is an ask, its digits are what USSD
would have typed there. Nothing is guessed: what is in doubt is named and asked for. Danger that
can be read is acted on all the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from smsapp.flow.answer import Wrong, parse
from smsapp.flow.given import Given
from smsapp.flow.judge import Judgement, holds, judge, learn, passes
from smsapp.flow.keyword import Opening
from smsapp.flow.marks import Alphabet, Mark, alphabet, marks
from smsapp.flow.meaning import UNSAID
from smsapp.flow.mention import mentioned
from smsapp.flow.model import Answers, Ask, Flow, Value
from smsapp.flow.named import named
from smsapp.flow.pairs import Pair, pairs
from smsapp.flow.spelling import normal
from smsapp.flow.unlettered import key_of, led, taken_out, unlettered

MOST_DIGITS = 12  # of a ref as it may be mistyped: it is looked up, and named as not hers
LEAST_DIGITS = 5  # where amounts stand beside it, which have four at the most: `REC la 20 xx 4`
LEGIBLE = 8  # digits at most that may hold a danger sign: more are a phone number


@dataclass(frozen=True)
class Reading:
    """One SMS as a filling of a flow. `bare`: the keyword stood alone."""

    answers: Answers
    unknown: tuple[str, ...]
    judged: Judgement
    bare: bool = False

    def without_again(self) -> "Reading":
        """The reading where what a waiting report asks anew may be left out."""
        missing = tuple(ask for ask in self.judged.missing if not ask.again)
        return replace(self, judged=replace(self.judged, missing=missing))


@dataclass
class Filling:
    """Answers as they are found, in the flow's order: each is judged on those before it."""

    flow: Flow
    given: Given
    answers: Answers
    unknown: list[str]

    def refuse(self, shown: Sequence[str], legible: Value | None, ask: Ask) -> None:
        """Name what is not taken; a danger in it stands, and asks for no second look."""
        self.unknown += [one for one in dict.fromkeys(shown) if one]
        if legible:
            self.answers[ask.id] = legible


def read(flow: Flow, opening: Opening, given: Given) -> Reading:
    """The answers in what follows the keyword, added to those given before."""
    said = normal(opening.rest)
    text, apart = taken_out(flow, said, given)
    text = led(flow, text, opening.said)
    abc = alphabet(flow, opening.said)
    found = marks(abc, text)
    told = pairs(abc, found, unlettered(flow))
    alone, told.left = named(told.left)
    filling = Filling(flow, given, {**given.answers, **opening.sets}, _left(abc, told.left))
    _fill(filling, [*apart, *told.found, *alone])
    _mentioned(filling, abc, found, told.left)
    judged = (opening.flow and _unread(filling)) or judge(flow, filling.answers, given)
    bare = not said and not given.answers
    return Reading(filling.answers, tuple(filling.unknown), judged, bare)


def _unread(filling: Filling) -> Judgement | None:
    """Where every use is danger and no sign can be read: that is told. None: nothing to tell."""
    flow, answers = filling.flow, filling.answers
    said = {ask.id: one.id for ask in flow.asks for one in ask.choices if one.unread}
    judged = judge(flow, answers, filling.given)
    signs = any(answers.get(name) is not None for name in flow.danger_support)
    if not said or not judged.missing or judged.dangers or (signs and not filling.unknown):
        return None
    answers |= said
    return judge(flow, answers, filling.given)


def _left(abc: Alphabet, left: Sequence[Mark]) -> list[str]:
    """What is named as not understood: not please and thanks, nor tablets."""
    return [mark.shown for mark in left if abc.said.get(mark.text) not in UNSAID]


def _fill(filling: Filling, told: Sequence[Pair]) -> None:
    by_ask: dict[str, list[Pair]] = {}
    for pair in told:
        by_ask.setdefault(pair.ask, []).append(pair)
    torn = _begins_again(told) or any(
        _differ(ask, by_ask.get(ask.id, ())) for ask in filling.flow.asks
    )
    for ask in filling.flow.asks:
        typed = by_ask.get(ask.id)
        if typed:
            _answer(filling, ask, typed, torn=torn)
    _doubt_choice(filling)


def _doubt_choice(filling: Filling) -> None:
    """Signs stand; a choice that would hide them is asked again: `E2` where a baby has fits.

    Not one that may be left out: a child who had fits may have died since.
    """
    flow, answers = filling.flow, filling.answers
    facts, _ = learn(flow, answers, filling.given)
    for ask in flow.asks:
        ticked = ask.kind == "ticks" and ask.id in flow.danger_support and answers.get(ask.id)
        if not ticked or holds(ask.when, facts) is not False:
            continue
        tests = [one for table in ask.when for one in table.items()]
        for name in {name for name, test in tests if passes(test, name, facts) is False}:
            chosen = flow.ask(name)
            if chosen and chosen.kind == "one" and not chosen.optional and name in answers:
                place = [one.id for one in chosen.choices].index(str(answers.pop(name))) + 1
                filling.unknown.append(f"{chosen.letter}{place}")


def _begins_again(told: Sequence[Pair]) -> bool:
    """Whether the letters come round a second time: two children, with no keyword between."""
    order = [ask for ask, _ in groupby(pair.ask for pair in told)]
    return sum(count > 1 for count in Counter(order).values()) > 1


def _differ(ask: Ask, told: Sequence[Pair]) -> bool:
    """Whether one letter was given two values. Ticks add up."""
    return ask.kind != "ticks" and len({pair.typed.lstrip("0") for pair in told}) > 1


def _answer(filling: Filling, ask: Ask, told: Sequence[Pair], *, torn: bool) -> None:
    """One ask's answer, or why there is none. `torn`: the SMS contradicts itself, so that two
    different sets of ticks may be of two children."""
    flow, given = filling.flow, filling.given
    facts, _ = learn(flow, filling.answers, given)
    typed = _digits(ask, told)
    split = torn and len({frozenset(pair.typed) for pair in told}) > 1
    if any(pair.doubt for pair in told) or _differ(ask, told) or split:
        shown = [pair.shown for pair in told]
        return filling.refuse(shown, _legible(flow, ask, told, given), ask)
    value: Value | Wrong
    if ask.kind == "list":
        key = key_of(ask, typed, given, LEAST_DIGITS if flow.named_products else 1)
        long = typed.isdigit() and len(typed) > MOST_DIGITS
        value = Wrong("wrong.ref") if long or not key else key
    elif ask.alone and typed == ask.alone and not typed.isdigit():
        value = typed
    else:
        value = parse(ask, typed, facts, given)
    if ask.kind == "unit" and facts.get(ask.id, "") is None:
        if _times(ask, value) == 1:
            return None  # 14 months: the number says it
        filling.answers.pop(ask.scales, None)  # 14 years is not 14 months
        value = Wrong("wrong.unit")
    if isinstance(value, Wrong):
        shown = [pair.shown for pair in told]
        return filling.refuse(shown, _legible(flow, ask, told, given), ask)
    filling.answers[ask.id] = value
    return None


def _digits(ask: Ask, told: Sequence[Pair]) -> str:
    """The digits of all pairs; of ticks that add up, a zero says nothing."""
    if ask.kind != "ticks":
        return told[0].typed
    sets = [pair.typed if pair.typed.strip("0") else "0" for pair in told]
    return "".join(one for one in sets if one != "0") or "0"


def _times(ask: Ask, value: Value | Wrong) -> int:
    return next((choice.times for choice in ask.choices if choice.id == value), 0)


def _legible(flow: Flow, ask: Ask, told: Sequence[Pair], given: Given) -> Value | None:
    """Of an answer in doubt that danger rests on: the signs that can be read all the same."""
    if ask.id not in flow.danger_support or ask.kind not in ("ticks", "one"):
        return None
    digits = {digit for pair in told if len(pair.typed) <= LEGIBLE for digit in pair.typed}
    places = enumerate(ask.choices, start=1)
    ids = [choice.id for place, choice in places if str(place) in digits]
    if ask.kind == "ticks":
        return ids
    return next((one for one in ids if _is_danger(flow, ask, one, given)), None)


def _is_danger(flow: Flow, ask: Ask, value: Value, given: Given) -> bool:
    """Whether this answer alone is danger."""
    return bool(judge(flow, {ask.id: value}, replace(given, answers={})).dangers)


def _mentioned(
    filling: Filling, abc: Alphabet, found: Sequence[Mark], left: Sequence[Mark]
) -> None:
    """A danger sign named without its letter: acted on, or asked about where it was denied."""
    flow, given = filling.flow, filling.given
    filling.answers, used = mentioned(flow, given, abc, found, left, filling.answers)
    for shown in used:
        if shown in filling.unknown:
            filling.unknown.remove(shown)


def never_lower(flow: Flow, reading: Reading, given: Given) -> Reading:
    """The reading where a danger told before stands: only `Mistake`, by dialling, takes it back."""
    before = given.answers
    if not judge(flow, before, given).dangers:
        return reading
    answers = dict(reading.answers)
    for name in flow.danger_support & before.keys():
        old, new = before[name], answers.get(name)
        if new is None and not old:
            continue  # none, then a sign in words: asked again
        if isinstance(old, list) and isinstance(new, list):
            answers[name] = [*old, *(tick for tick in new if tick not in old)]
        else:
            answers[name] = old
    return replace(reading, answers=answers, judged=judge(flow, answers, given))
