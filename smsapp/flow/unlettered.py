"""What an SMS says in its own way: a number that comes first, a phone number, a village's code."""

import re
from collections.abc import Mapping

from smsapp.flow.given import Given
from smsapp.flow.model import Ask, Flow
from smsapp.flow.pairs import Pair
from smsapp.flow.spelling import normal

PHONE = r"(\+?\d[\d ().-]{5,}\d)"  # in one piece, however it is spaced
LED = re.compile(r"\W*([0-9]{1,2})\W*((?:[A-Z]\W*[0-9]+\W*)*)")
PLACES = 2  # digits at most of a number in a list; more are a ref


def led(flow: Flow, text: str, said: Mapping[str, str]) -> str:
    """`ALERT 3`, `ALERT 3 N4`, `ALERT nothing`, `PAY none`: with the letter of the ask that leads.

    Only where nothing but letters with digits follows: `ALERT 3 people` may be how many.
    """
    ask = next((one for one in flow.asks if one.leads), None)
    if ask is None:
        return text
    words = re.findall(r"[A-Z0-9]+", text)
    if len(words) == 1 and said.get(words[0]) == "none":
        places = [place for place, one in enumerate(ask.choices, start=1) if one.id == "none"]
        typed = 0 if "0" in ask.special else places[0] if places else ""
        return f"{ask.letter}{typed}" if typed != "" else text
    found = LED.fullmatch(text)
    return f"{ask.letter}{found[1]} {found[2]}" if found else text


def in_doubt(flow: Flow, text: str, given: Given) -> str:
    """What a digit alone may be, `P1, V1`, where an answer that she was offered waits as well."""
    lead = next((one for one in flow.asks if one.leads), None)
    named = [flow.ask(one) for one in unlettered(flow)]
    waits = [one for one in named if one and one.kind == "list" and given.lists.get(one.offers)]
    digit = text.strip(" .!")
    if lead is None or not waits or not digit.isdigit() or len(digit) > PLACES:
        return ""
    asks = [lead, *(one for one in named if one and one.letter)]
    return ", ".join(f"{one.letter}{digit}" for one in asks)


def taken_out(flow: Flow, text: str, given: Given) -> tuple[str, list[Pair]]:
    """What is cut as a whole before letters are looked for, and the text without it."""
    found: list[Pair] = []
    for ask in flow.asks:
        for typed, pattern in _patterns(ask, given):
            there = re.search(pattern, text)
            if there:
                found.append(Pair(ask.id, typed or there[1], there[1]))
                text = f"{text[: there.start()]} {text[there.end() :]}"
                break
    return text, found


def _patterns(ask: Ask, given: Given) -> list[tuple[str, str]]:
    """What may stand for this ask, "" for what is found itself; the longest code first."""
    if ask.kind == "phone":  # first, or behind its letter
        return [("", rf"(?:^\W*?|\b{ask.letter}\s*){PHONE}")]
    if ask.kind != "list" or not ask.letter:
        return []
    codes = sorted((one.key for one in given.lists.get(ask.offers, ())), key=len, reverse=True)
    letter = rf"(?<![A-Z0-9]){ask.letter}[\s:=.]*"
    return [
        (code, rf"({letter}{re.escape(normal(code))})(?![A-Z0-9])")
        for code in codes
        if not code.isdigit()
    ]


def key_of(ask: Ask, typed: str, given: Given, least: int = 1) -> str:
    """The key of what a number or code names in a list that was offered; "" where it is none.

    What was not offered is theirs to find, who know of it; `least`: digits that it has.
    """
    items = [one.key for one in given.lists.get(ask.offers, ())]
    if not items and typed.isdigit() and len(typed) < least:
        return ""
    if not items or typed in items or (typed.isdigit() and len(typed) > PLACES):
        return typed
    place = int(typed) if typed.isdigit() else 0
    return items[place - 1] if 0 < place <= len(items) else ""


def unlettered(flow: Flow) -> list[str]:
    """What bare numbers answer: `NUMBER 0991000009`; `OK 482913` a list, and the ask after it."""
    asks = [ask for ask in flow.asks if ask.kind != "note"]
    phones = [ask.id for ask in asks if ask.kind == "phone"]
    for at, ask in enumerate([] if phones else asks):
        if ask.kind == "list" and not ask.letter:
            return [
                ask.id,
                *(one.id for one in asks[at + 1 : at + 2] if one.letter and not one.product),
            ]
    return phones
