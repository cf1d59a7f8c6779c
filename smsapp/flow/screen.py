"""What the handset shows for an ask: marks, notice, lines, question, choices, navigation.

A screen too long in one language is split between choices; no option is dropped, no text shortened.
The room kept for marks is the same for everybody, so that training looks like the real thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from smsapp import gsm
from smsapp.flow.answer import Wrong, choices
from smsapp.flow.fill import fill
from smsapp.flow.given import Given
from smsapp.flow.guide import WORDS, guided
from smsapp.flow.judge import Facts, classify, holds, lines
from smsapp.flow.model import PAGE_CHOICES, Answers, Ask, Choice, Flow
from smsapp.flow.words import Words

FIRST = "menu"  # the flow that every call begins with
ONE_PAGE_CHOICES = 6  # a list this short stays whole where it fits: domain notes, G2
WHOLE_ROOM = 48  # septets kept for the whole training line and its line break
PAGED = ("one", "ticks", "list")  # danger and notes are one screen, or the checker refuses them
SHORT_ROOM = 3  # septets kept for the short training mark
NOTICE_ROOM = 22  # septets kept for the line that says why a key is refused, or that names 00
MORE_ROOM = 9  # septets kept for the line that names 98


@dataclass(frozen=True)
class Screen:
    """One screen. `ask` is the id of what it asks, empty when it ends the call."""

    text: str
    ends: bool
    ask: str = ""


def said_whole(flow: Flow, ask: Ask) -> bool:
    """Whether this screen carries the whole training line: the call's first, and danger."""
    return flow.id == FIRST or ask.kind == "danger"


def values(answers: Answers, given: Given) -> dict[str, object]:
    """What fills placeholders: params, numbers and words as typed, and what the service knows."""
    typed = {name: value for name, value in answers.items() if isinstance(value, int | str)}
    return {**given.params, **typed, **given.values}


def head(
    flow: Flow,
    ask: Ask,
    facts: Facts,
    answers: Answers,
    given: Given,
    outcomes: Mapping[str, str] | None = None,
    *,
    aside: bool = False,
) -> str:
    """The lines above the question that hold, and the question. `aside`: with those that yield."""
    parts = []
    if ask.lines:
        said = {**facts, **{f"outcome.{name}": word for name, word in (outcomes or {}).items()}}
        if ask.id in flow.class_readers:
            classify(flow, said)
        above = tuple(one for one in ask.lines if aside or not one.aside)
        parts = lines(above, said, given.language)
    if ask.text:
        parts.append(ask.text[given.language])
    return fill("\n".join(parts), values(answers, given))


def options(ask: Ask, answers: Answers, facts: Facts, given: Given) -> list[str]:
    """The numbered choices or offered items, whole."""
    if ask.kind == "list":
        items = given.lists.get(ask.offers, ())
        return [f"{place} {item.text}" for place, item in enumerate(items, start=1)]
    filled = values(answers, given)
    return [
        f"{place} {fill(choice.text[given.language], filled)}"
        for place, choice in choices(ask, facts)
    ]


def _any_many(flow: Flow, ask: Ask) -> bool:
    """Whether choices stay on one screen as long as they fit: ticks, and a menu below the first."""
    return ask.kind == "ticks" or (ask.kind == "one" and flow.kind == "menu" and flow.id != FIRST)


def pages(top: str, offered: list[str], *, any_many: bool, whole: bool) -> list[list[str]]:
    """The choices of each screen, first screen first."""
    room = room_below(top, whole=whole)
    most = len(offered) if any_many else ONE_PAGE_CHOICES
    if len(offered) <= most and sum(cost(one) for one in offered) <= room:
        return [offered]
    result: list[list[str]] = [[]]
    left = room - MORE_ROOM
    for one in offered:
        if result[-1] and (cost(one) > left or len(result[-1]) == PAGE_CHOICES):
            result.append([])
            left = room - MORE_ROOM
        result[-1].append(one)
        left -= cost(one)
    return result


def room_below(top: str, *, whole: bool) -> int:
    """Septets for choices and their line breaks, where they are to stay on one screen."""
    return gsm.SCREEN_SEPTETS + 1 - (WHOLE_ROOM if whole else SHORT_ROOM) - NOTICE_ROOM - cost(top)


def cost(line: str) -> int:
    """Septets of a line and its line break; letters outside GSM-7 are the checker's to refuse."""
    return gsm.measure(line).units + 1 if line else 0


def page_count(flow: Flow, ask: Ask, facts: Facts, given: Given, answers: Answers) -> int:
    """How many screens the choices of this ask take."""
    if ask.kind not in PAGED:
        return 1
    top = head(flow, ask, facts, answers, given)
    offered = options(ask, answers, facts, given)
    return len(pages(top, offered, any_many=_any_many(flow, ask), whole=said_whole(flow, ask)))


def show(
    flow: Flow,
    ask: Ask,
    facts: Facts,
    answers: Answers,
    given: Given,
    words: Words,
    *,
    page: int = 0,
    notice: Wrong | None = None,
    back: bool = True,
    outcomes: Mapping[str, str] | None = None,
) -> Screen:
    """The screen that puts this ask."""
    language, whole = given.language, said_whole(flow, ask)
    top = head(flow, ask, facts, answers, given, outcomes)
    offered = options(ask, answers, facts, given)
    paged = [offered]
    led = guided(flow, ask, facts, given)
    if led:
        top = fill(led.statements[page].text[language], values(answers, given))
        paged, page = [[words.say(WORDS[key], language, {}) for key in led.keys(page)]], 0
    elif ask.kind in PAGED:
        paged = pages(top, offered, any_many=_any_many(flow, ask), whole=whole)
    marks = _marks(words, given, whole=whole)
    said = [words.say(notice.word, language, notice.values)] if notice else []
    if not said and not back and not led:
        top = head(flow, ask, facts, answers, given, outcomes, aside=True)
    body = [part for part in (top, *paged[page if ask.kind in PAGED else 0]) if part]
    more = page + 1 < len(paged) and ask.kind != "ticks"
    nav = [words.say("nav.more", language, {})] if more else []
    nav += [words.say("nav.none", language, {})] if ask.kind == "list" and ask.opens else []
    nav += (
        [words.say("nav.back", language, {})] if back and not said and ask.kind != "danger" else []
    )
    return Screen(marks + "\n".join([*said, *body, *nav]), ends=False, ask=ask.id)


def then(flow: Flow, facts: Facts, given: Given) -> dict[str, Choice]:
    """What she may begin where all is saved: digit -> choice."""
    return {
        str(place): choice
        for place, choice in enumerate(flow.then, start=1)
        if holds(choice.when, facts) and choice.flow in given.flows
    }


def end(text: str, given: Given, words: Words) -> Screen:
    """A screen that ends the call."""
    return Screen(_marks(words, given, whole=True) + text, ends=True)


def _marks(words: Words, given: Given, *, whole: bool) -> str:
    if not given.training:
        return ""
    if whole:
        return words.say("training", given.language, given.values) + "\n"
    return words.say("training.short", given.language, {})
