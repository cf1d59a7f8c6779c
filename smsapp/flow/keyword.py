"""The SMS face: a body becomes answers, what is missing, and what was not understood.

`CCM A14 S0 D0 M3 P13` in any order, case and spacing: a letter is an ask, its digits are what USSD
would have typed there. Nothing is guessed: what is left over is named.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from smsapp import gsm
from smsapp.flow.answer import Wrong, parse
from smsapp.flow.given import Given
from smsapp.flow.judge import Judgement, holds, judge, learn, passes
from smsapp.flow.library import Library
from smsapp.flow.model import Answers, Ask, Flow, Value

TOKEN = re.compile(r"[A-Z]+|\d+|[^A-Z\d\s]+")
ABOUT = re.compile(r"([A-Z])\s*(\d{6})\s+(\d.*)")  # R482913 1: an answer to an earlier report
MOST_DIGITS = 12  # of a ref as it may be mistyped: it is looked up, and named as not hers
JOINTS = frozenset(",;.:=-/+&#*()")


@dataclass(frozen=True)
class Opening:
    """What the first word of an SMS says it is. All empty: not known."""

    flow: str = ""
    command: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    ref: str = ""  # of the earlier report that this answers
    rest: str = ""  # the letters and digits


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


def normal(body: str) -> str:
    """The body in capitals, tricks and accents of the alphabet taken out."""
    plain = unicodedata.normalize("NFKD", gsm.clean(body))
    return "".join(one for one in plain if not unicodedata.combining(one)).upper().strip()


def open_sms(library: Library, body: str) -> Opening:
    """What kind of SMS this is, by its first word."""
    text = normal(body)
    about = ABOUT.fullmatch(text)
    if about:  # a ref that cannot be is told so
        return Opening(ref=about[2], rest=about[1] + about[3])
    words = re.split(r"[^A-Z?]+", text, maxsplit=1)
    first = words[0]
    rest = text[len(first) :]
    for name, command in library.words.command.items():
        if first in command.words:
            return Opening(command=name, rest=rest)
    for flow in library.flows.values():
        for keyword in flow.keywords:
            if keyword.word == first or _glued(flow, keyword.word, first, rest):
                behind = text[len(keyword.word) :]
                return Opening(flow=flow.id, sets=keyword.sets, rest=behind)
    return Opening(rest=text)


def _glued(flow: Flow, word: str, first: str, rest: str) -> bool:
    """Whether the first answer stands right behind the keyword: `CCMA14`."""
    letters = {ask.letter for ask in flow.asks if ask.letter}
    return first[:-1] == word and first[-1] in letters and rest[:1].isdigit()


def has_answers(flow: Flow, rest: str) -> bool:
    """Whether a body without a keyword looks like letters and digits of this flow."""
    letters = {ask.letter for ask in flow.asks if ask.letter}
    tokens = TOKEN.findall(normal(rest))
    return bool(tokens) and tokens[0] in letters and any(token.isdigit() for token in tokens)


def read(flow: Flow, opening: Opening, given: Given) -> Reading:
    """The answers in what follows the keyword, added to those given before."""
    rest = normal(opening.rest)
    unknown: list[str] = []
    typed: dict[str, str] = {}
    for letter, digits, shown in _pairs(flow, rest, unknown):
        if letter in typed and typed[letter] != digits:
            digits = _join(flow, letter, typed[letter], digits, shown, unknown)
        typed[letter] = digits
    answers: Answers = {**given.answers, **opening.sets}
    _fill(flow, typed, answers, given, unknown)
    bare = not rest and not given.answers
    return Reading(answers, tuple(unknown), judge(flow, answers, given), bare)


def _pairs(flow: Flow, rest: str, unknown: list[str]) -> Iterator[tuple[str, str, str]]:
    """Letter, digits and how they were written; the unit's suffix comes as the unit's own pair."""
    by_letter = {ask.letter: ask for ask in flow.asks if ask.letter}
    suffixes = {
        choice.suffix: (ask.letter, str(place))
        for ask in flow.asks
        for place, choice in enumerate(ask.choices, start=1)
        if choice.suffix
    }
    tokens = [token for token in TOKEN.findall(rest) if not set(token) <= JOINTS]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token in by_letter and at < len(tokens) and tokens[at].isdigit():
            digits = tokens[at]
            at += 1
            if by_letter[token].kind == "ticks":
                while at < len(tokens) and tokens[at].isdigit():
                    digits += tokens[at]
                    at += 1
            yield token, digits, token + digits
            if at < len(tokens) and tokens[at] in suffixes:
                yield *suffixes[tokens[at]], token + digits + tokens[at]
                at += 1
        elif token.isdigit() and (target := _unlettered(flow)):
            yield target, token, token
        else:
            unknown.append(token)


def _unlettered(flow: Flow) -> str:
    """The list that a bare number answers, as in `OK 482913`."""
    return next((ask.id for ask in flow.asks if ask.kind == "list" and not ask.letter), "")


def _join(flow: Flow, letter: str, first: str, second: str, shown: str, unknown: list[str]) -> str:
    """The same letter twice: ticks add up, so that no sign is lost; anything else is in doubt."""
    ask = _find(flow, letter)
    if ask and ask.kind == "ticks":
        both = (first + second).replace("0", "")
        return both or "0"
    unknown.append(shown)
    return ""


def _find(flow: Flow, name: str) -> Ask | None:
    return next((ask for ask in flow.asks if name in (ask.letter, ask.id)), None)


def _fill(
    flow: Flow, typed: dict[str, str], answers: Answers, given: Given, unknown: list[str]
) -> None:
    """Parse in the flow's order, so that each answer is judged on those before it."""
    for ask in flow.asks:
        digits = typed.get(ask.letter) or typed.get(ask.id)
        if not digits:
            continue
        facts, _ = learn(flow, answers, given)
        value: Value | Wrong
        if ask.kind == "list":
            value = digits if len(digits) <= MOST_DIGITS else Wrong("wrong.ref")  # theirs to find
        else:
            value = parse(ask, digits, facts, given)
        if ask.kind == "unit" and facts.get(ask.id, "") is None:
            value = Wrong("wrong.unit")
            answers.pop(ask.scales, None)  # 14 years is not 14 months
        refused = isinstance(value, Wrong)
        if isinstance(value, Wrong):
            unknown.append((ask.letter or "") + digits)
            value = _legible(flow, ask, digits)
        if not refused or value:
            answers[ask.id] = value
    _doubt_choice(flow, answers, given, unknown)


def _doubt_choice(flow: Flow, answers: Answers, given: Given, unknown: list[str]) -> None:
    """Signs stand; a choice that would hide them is asked again: `E2` where a baby has fits."""
    facts, _ = learn(flow, answers, given)
    for ask in flow.asks:
        ticked = ask.kind == "ticks" and ask.id in flow.danger_support and answers.get(ask.id)
        if not ticked or holds(ask.when, facts) is not False:
            continue
        tests = [one for table in ask.when for one in table.items()]
        for name in {name for name, test in tests if passes(test, name, facts) is False}:
            chosen = flow.ask(name)
            if chosen and chosen.kind == "one" and name in answers:
                place = [one.id for one in chosen.choices].index(str(answers.pop(name))) + 1
                unknown.append(f"{chosen.letter}{place}")


def _legible(flow: Flow, ask: Ask, digits: str) -> list[str]:
    """Of a refused tick answer that danger rests on: the signs that can be read all the same."""
    if ask.kind != "ticks" or ask.id not in flow.danger_support:
        return []
    places = enumerate(ask.choices, start=1)
    return [choice.id for place, choice in places if str(place) in digits]
