"""One typed string becomes an answer or a `Wrong`: the validator of both faces."""

import re
from dataclasses import dataclass, field

from smsapp import gsm, phone
from smsapp.flow.given import Given
from smsapp.flow.judge import Facts, holds, limit
from smsapp.flow.model import Ask, Choice, Value

NONE = "0"  # only ever means none or zero
MAX_TEXT = 160  # characters of a free-text answer: what the longest USSD input holds
SEEN = "seen"  # the answer of a note
NUMBER = re.compile(r"[0-9]{1,6}")
NAMED = 6  # digits that a refusal names one by one; more are a range
BETWEEN_TICKS = re.compile(r"[\s,;.+/-]+")
KIND_SECONDS = {  # to read and answer, from the plan's hop budget
    "number": 10, "one": 8, "unit": 8, "danger": 8, "list": 8, "note": 8, "ticks": 13, "text": 20,
    "phone": 20,
}  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """Why a key is refused: a word of `words.toml`, and what fills its placeholders."""

    word: str
    values: dict[str, str] = field(default_factory=dict)


def choices(ask: Ask, facts: Facts) -> list[tuple[int, Choice]]:
    """The choices that stand open, each with its place, which is its digit.

    One that begins a flow stands open only to those who may use it; a product, to who holds it.
    """
    hers, held = facts.get("flows"), facts.get("products")
    return [
        (place, choice)
        for place, choice in enumerate(ask.choices, start=1)
        if holds(choice.when, facts) is not False
        and (not choice.flow or hers is None or choice.flow in hers)
        and (not choice.words or held is None or choice.id in held)
    ]


def parse(ask: Ask, typed: str, facts: Facts, given: Given) -> Value | Wrong:
    """What was typed, as it is stored, or why it is refused."""
    typed = typed.strip()
    if ask.kind == "note":
        return SEEN
    if not typed:
        return Wrong("wrong.empty")
    if ask.kind == "text":
        return _text(ask, typed, facts)
    if ask.kind == "number":
        return _number(ask, typed, facts)
    if ask.kind == "ticks":
        return _ticks(ask, typed, facts)
    if ask.kind == "list":
        return _item(ask, typed, given)
    if ask.kind == "phone":
        return _phone(typed, given)
    return _one(ask, typed, facts)


def _text(ask: Ask, typed: str, facts: Facts) -> Value | Wrong:
    """Words. Where the ask has a limit they go on in an SMS: nearest GSM letters, septets."""
    most = limit(ask.max, facts, MAX_TEXT)
    if ask.max is None:
        return typed if len(typed) <= most else Wrong("wrong.long", {"max": str(most)})
    said = gsm.fold(" ".join(gsm.clean(typed).split()))
    size = gsm.measure(said)
    if size.outside:
        return Wrong("wrong.letters")
    return said if size.units <= most else Wrong("wrong.long", {"max": str(most)})


def is_doubted(ask: Ask, value: Value, given: Given) -> bool:
    """Whether an amount is so great, or of what she does not hold, that it is asked back."""
    if not ask.product or not isinstance(value, int):
        return False
    hers = not given.products or ask.product in given.products
    return not hers or value > given.most.get(ask.product, value)


def _phone(typed: str, given: Given) -> Value | Wrong:
    try:
        return phone.parse(typed, given.values.get("country", ""))
    except phone.BadPhone:
        return Wrong("wrong.phone")


def _number(ask: Ask, typed: str, facts: Facts) -> Value | Wrong:
    low, high = limit(ask.min, facts, 0), limit(ask.max, facts, 999_999)
    if NUMBER.fullmatch(typed):
        special = ask.special.get(str(int(typed)))
        if special:
            return special
        if low <= int(typed) <= high:
            return int(typed)
    return Wrong("wrong.number", {"min": str(low), "max": str(high)})


def _one(ask: Ask, typed: str, facts: Facts) -> Value | Wrong:
    if typed in ask.special:
        return ask.special[typed]
    open_choices = choices(ask, facts)
    for place, choice in open_choices:
        if typed == str(place):
            return choice.id
    places = [str(place) for place, _ in open_choices]
    digits = "/".join(places) if len(places) <= NAMED else f"{places[0]}-{places[-1]}"
    return Wrong("wrong.choice", {"digits": digits})


def _ticks(ask: Ask, typed: str, facts: Facts) -> Value | Wrong:
    digits = BETWEEN_TICKS.sub("", typed)
    if digits == NONE:
        return []
    open_choices = choices(ask, facts)
    allowed = {str(place) for place, _ in open_choices}
    if not digits or not set(digits) <= allowed:
        return Wrong("wrong.ticks", {"digits": "".join(sorted(allowed))})
    return [choice.id for place, choice in open_choices if str(place) in digits]


def _item(ask: Ask, typed: str, given: Given) -> Value | Wrong:
    items = given.lists.get(ask.offers, ())
    if typed == NONE and ask.opens:
        return NONE
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(items):
        return items[int(typed) - 1].key
    digits = "1" if len(items) == 1 else f"1-{len(items)}"
    return Wrong("wrong.choice", {"digits": digits})
