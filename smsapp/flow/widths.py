"""How wide a placeholder can be, and what is wrong with a text whatever its place."""

from collections.abc import Iterator, Mapping

from smsapp import gsm
from smsapp.flow.fill import WIDTHS, fill, placeholders
from smsapp.flow.model import Ask, Flow, Text
from smsapp.flow.rules import Found
from smsapp.flow.screen import MORE_ROOM, NOTICE_ROOM, SHORT_ROOM, WHOLE_ROOM
from smsapp.flow.words import Words

AMOUNT_WIDTH = 4  # digits of what was counted last, or is asked for
WIDE = "8"  # one septet, as a digit or a letter is
ROOMS = {  # septets that screens keep for these words
    "training": WHOLE_ROOM - 1,
    "training.short": SHORT_ROOM,
    "nav.back": NOTICE_ROOM - 1,
    "nav.more": MORE_ROOM - 1,
}


def widest(flow: Flow | None) -> dict[str, str]:
    """Every placeholder of a flow at its full width."""
    widths = dict(WIDTHS)
    if flow:
        for name, param in flow.params.items():
            ends = (param.value, param.min or 0, param.max or 0)
            widths[name] = max(len(str(int(end))) for end in ends)
        widths |= {ask.id: digits_of(flow, ask) for ask in flow.asks if ask.kind == "number"}
        named = [f"{was}_{one}" for was in ("last", "asked") for one in flow.named_products]
        widths |= dict.fromkeys(named, AMOUNT_WIDTH)
    return {name: WIDE * width for name, width in widths.items()}


def digits_of(flow: Flow, ask: Ask) -> int:
    """How many digits its longest answer has, in an SMS too."""
    if ask.kind == "number":
        most = flow.params[ask.max].max if isinstance(ask.max, str) else ask.max
        return max(map(len, [str(most if most is not None else 999_999), *ask.special]))
    if ask.kind == "ticks":
        return len(ask.choices)
    if ask.kind == "list":
        return WIDTHS["ref"]
    return WIDTHS["text"] if ask.kind == "text" else len(str(len(ask.choices)))


def unknown_letters(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What no phone can show, and what nothing fills."""
    outside = gsm.measure(text).outside
    if outside:
        yield "gsm", f"write {' '.join(outside)} with letters of GSM 03.38"
    for name in placeholders(text):
        if name not in values:
            yield "placeholder", f"{{{name}}} is not known; take it out"


def unlike(text: Text, languages: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each language whose text is filled otherwise than that of the first, with the cure."""
    first = set(placeholders(text[languages[0]]))
    for language in languages[1:]:
        here = set(placeholders(text[language]))
        for name in sorted(first ^ here):
            word = "lacks" if name in first else "alone has"
            yield language, f"{language} {word} {{{name}}}; say it in every language or in none"


def too_long(text: str) -> str:
    """The cure for a text that is no single screen or SMS, "" where it is one."""
    size = gsm.measure(text)
    if size.outside or size.units <= gsm.SCREEN_SEPTETS:
        return ""
    return f"{size.units} septets, at most {gsm.SCREEN_SEPTETS}: shorten {text!r}"


def letters(flow: Flow) -> Iterator[Found]:
    """Whether the SMS face can name every ask."""
    if not flow.keywords:
        return
    for ask in flow.asks:
        named = bool(ask.letter) or ask.kind in ("note", "danger", "list") or _set(flow, ask)
        if not named and not any(one.unread for one in ask.choices):
            yield f"ask {ask.id}", "letter", "give it a capital letter, for SMS"
    asked = [ask for ask in flow.asks if ask.kind != "danger" and not ask.optional]
    needed = " ".join(ask.letter for ask in asked if ask.letter)
    if len(needed) > WIDTHS["letters"]:
        yield "letters", "long", f"at most {WIDTHS['letters']} septets for all letters: {needed}"


def _set(flow: Flow, ask: Ask) -> bool:
    return all(ask.id in keyword.sets for keyword in flow.keywords)


def words_problems(words: Words) -> Iterator[Found]:
    """What is wrong with the system's own sentences."""
    values = widest(None)
    for name, word in words.word.items():
        for language, cure in unlike(word.text, tuple(word.text)):
            yield f"word {name}, {language}", "same", cure
        for language, text in word.text.items():
            place = f"word {name}, {language}"
            for code, cure in unknown_letters(text, values):
                yield place, code, cure
            room = word_room(words, name, language)
            size = gsm.measure(fill(text, values))
            if size.units > room and not size.outside:
                yield place, "long", f"{size.units} septets, at most {room}"


def word_room(words: Words, name: str, language: str) -> int:
    """How many septets one of the system's sentences may have, everything in it wide."""
    if words.word[name].where == "line":
        usual = NOTICE_ROOM - 1 if name.startswith("wrong.") else gsm.SCREEN_SEPTETS
        return ROOMS.get(name, usual)
    training = words.say("training", language, widest(None))
    return gsm.SCREEN_SEPTETS - gsm.measure(training + "\n").units
