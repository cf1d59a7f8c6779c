"""What a programme prints of a flow: letters and digits, the way by USSD, examples."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from smsapp.flow.cases import open_tests
from smsapp.flow.fill import PLACEHOLDER
from smsapp.flow.given import Given
from smsapp.flow.judge import Facts
from smsapp.flow.library import Library
from smsapp.flow.model import Ask, Choice, Flow, Test
from smsapp.flow.walk import Walked, begin, next_ask, step

UNKNOWN = "..."  # what stands for a value that only a call knows
REF = "123455"  # a reference as it looks; its last digit is right
MIDDLE = 14  # a plausible number: months, days
TYPED = ("0", *map(str, range(1, 9)), str(MIDDLE))  # tried in turn for an example
MOST_STEPS = 30


@dataclass(frozen=True)
class Part:
    """One ask: its letter, its words, its digits."""

    letter: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    only_if: str = ""  # the answers it is asked after: `P1 P2 P3`
    always: bool = True  # whether every SMS has it
    danger: bool = False  # whether a danger sign is told here


@dataclass(frozen=True)
class Word:
    """A keyword, what it says by itself, and the others that mean the same."""

    word: str
    said: str
    others: str


@dataclass(frozen=True)
class Card:
    """One page: a flow in one language."""

    flow: str
    version: int
    language: str
    title: str
    path: str  # the keys from the dial, `2 1`; "" where no menu leads there
    words: tuple[Word, ...]
    parts: tuple[Part, ...]
    example: str = ""  # a whole SMS
    at_once: str = ""  # the shortest SMS that tells of danger
    params: Mapping[str, int | bool] = field(default_factory=dict)


def card(library: Library, flow: Flow, language: str, given: Given) -> Card:
    """The page of this flow. `given`: its role, and the params in force."""
    words = tuple(_words(flow, language))
    plain, shortest = "", ""
    if words:
        plain = _example(flow, words[0].word, given)
        shortest = _danger_example(flow, words[0].word, given)
    named = {part[0] for part in plain.split()[1:]}
    return Card(
        flow=flow.id,
        version=flow.version,
        language=language,
        title=flow.title[language],
        path=_path(library, flow),
        words=words,
        parts=tuple(_part(flow, ask, language, given, named) for ask in _shown(flow)),
        example=plain,
        at_once="" if shortest == plain else shortest,
        params=given.params,
    )


def _shown(flow: Flow) -> Iterator[Ask]:
    """In the order of a call, the danger screen last: it comes wherever danger is."""
    for ask in flow.asks:
        if ask.kind not in ("note", "danger") and not any(one.unread for one in ask.choices):
            yield ask
    if flow.danger_ask:
        yield flow.danger_ask


def _path(library: Library, flow: Flow, menu: str = "menu") -> str:
    """The keys from the dial to this flow, through menus below the first: `2 1`. Empty: none."""
    found = library.flows.get(menu)
    for ask in found.asks if found else ():
        for number, choice in enumerate(ask.choices, start=1):
            below = library.flows.get(choice.flow)
            if choice.flow == flow.id:
                return str(number)
            if below and below.kind == "menu" and (rest := _path(library, flow, below.id)):
                return f"{number} {rest}"
    return ""


def _words(flow: Flow, language: str) -> Iterator[Word]:
    """A row for what keywords mean; first the one that the help in this language begins with."""
    rows: dict[str, list[str]] = {}
    for keyword in flow.keywords:
        chosen = (flow.ask(name) for name in keyword.sets)
        said = [
            choice.text[language]
            for ask in chosen
            if ask
            for choice in ask.choices
            if choice.id == keyword.sets[ask.id]
        ]
        rows.setdefault(", ".join(said), []).append(keyword.word)
    help_text = flow.help.get(language, "")
    for meaning, words in rows.items():
        first = next((word for word in words if help_text.startswith(f"{word} ")), words[0])
        yield Word(first, meaning, " ".join(word for word in words if word != first))


def _part(flow: Flow, ask: Ask, language: str, given: Given, named: set[str]) -> Part:
    facts = {**given.facts, "face": ""}
    text = ask.text.get(language, "") or (ask.lines[0].text[language] if ask.lines else "")
    options = tuple(
        (str(number), _filled(choice.text[language], given))
        for number, choice in enumerate(ask.choices, start=1)
        if _may(choice, facts)
    )
    signs = {ask.id: None for one in flow.danger_classes for table in one.when for ask in flow.asks
             if ask.id in table and table[ask.id].has}  # fmt: skip
    only_if, is_list = _only_if(flow, ask), ask.kind == "list"
    always = (ask.letter in named or (is_list and not ask.letter)) and not only_if
    return Part(
        letter=ask.letter or ("#" if is_list else ""),
        text=_filled(text, given),
        options=options,
        only_if=only_if,
        always=always,
        danger=ask.id in signs or ask.kind == "danger",
    )


def _filled(text: str, given: Given) -> str:
    return PLACEHOLDER.sub(lambda found: str(given.params.get(found[1], UNKNOWN)), text)


def _may(choice: Choice, facts: Facts) -> bool:
    """Whether a choice can be offered with the params in force."""
    known = {name: value for name, value in facts.items() if name.startswith("param.")}
    tables = [{s: t for s, t in table.items() if s.startswith("param.")} for table in choice.when]
    return not tables or any(not table or open_tests((table,), known) for table in tables)


def _only_if(flow: Flow, ask: Ask) -> str:
    """The answers that bring an ask about, in letters and digits: they need no language."""
    tests = [pair for table in ask.when for pair in table.items()]
    told = [(flow.ask(subject), test) for subject, test in tests]
    said = [one for before, test in told if before for one in _digits(before, test)]
    if ask.kind == "unit":
        said += [one for before, test in told if before for one in _range(before, test)]
    return " ".join(dict.fromkeys(said))


def _digits(ask: Ask, test: Test) -> Iterator[str]:
    wanted = [*test.has, *map(str, test.equals)]
    chosen = [choice.id in wanted for choice in ask.choices if ask.letter]
    for first, found in enumerate(chosen, start=1):
        if found and not (first > 1 and chosen[first - 2]):
            last = next((n for n in range(first, len(chosen)) if not chosen[n]), len(chosen))
            yield f"{ask.letter}{first}" + (f"-{last}" if last > first + 1 else "")
            if last == first + 1:
                yield f"{ask.letter}{last}"


def _range(ask: Ask, test: Test) -> Iterator[str]:
    if ask.letter and isinstance(test.min, int) and isinstance(test.max, int):
        yield f"{ask.letter}{test.min}-{test.max}"


def _example(flow: Flow, word: str, given: Given) -> str:
    """The example of the flow's own help, else one that is made: a whole SMS."""
    for text in flow.help.values():
        found = re.search(r"[A-Z]+((?: [A-Z]\d+)+)$", text)
        if found:
            return f"{word}{found[1]}"
    answers_others = any(effect.do.startswith("answer_") for effect in flow.effects)
    if answers_others and "chw" not in flow.roles:
        said = {name for one in flow.keywords if one.word == word for name in one.sets}
        more = [ask for ask in flow.asks if ask.choices and ask.letter and ask.id not in said]
        return " ".join([word, REF, *(f"{ask.letter}1" for ask in more if not ask.when)])
    if any(ask.kind in ("list", "phone", "text") for ask in flow.asks):
        return ""  # what she would pick from, or write, is hers
    whole, _ = _answered(flow, given, tell_danger=False)
    return " ".join([word, *whole])


def _danger_example(flow: Flow, word: str, given: Given) -> str:
    said, danger = _answered(flow, given, tell_danger=True)
    return " ".join([word, *said]) if danger else ""


def _answered(flow: Flow, given: Given, *, tell_danger: bool) -> tuple[list[str], bool]:
    """Answers in letters and digits: without danger, or up to the first sign of it."""
    walked, said = begin(given), list[str]()
    for _ in range(MOST_STEPS):
        ask, _facts = next_ask(flow, walked, given)
        if ask is None or ask.kind == "danger":
            break
        tried = [(key, step(flow, walked, key, given)) for key in _typed(ask)]
        taken = [(key, one) for key, one in tried if one.notice is None and one != walked]
        signs = [pair for pair in taken if _in_danger(flow, pair[1], given)]
        calm = [pair for pair in taken if pair not in signs]
        if tell_danger and signs and ask.kind in ("ticks", "one"):
            return [*said, f"{ask.letter}{signs[0][0]}"], True
        if not calm:
            break
        key, walked = calm[0]
        said += [f"{ask.letter}{key}"] if ask.letter and not ask.optional else []
    return said, False


def _typed(ask: Ask) -> tuple[str, ...]:
    return (str(MIDDLE), *TYPED) if ask.kind == "number" else TYPED


def _in_danger(flow: Flow, walked: Walked, given: Given) -> bool:
    ask, _ = next_ask(flow, walked, given)
    return ask is not None and ask.kind == "danger"
