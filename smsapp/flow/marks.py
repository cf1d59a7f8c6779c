"""The letters, numbers and words that stand in an SMS, before anybody says what they mean."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from smsapp.flow.meaning import NO, ask_names, unit_words, value_of
from smsapp.flow.model import Ask, Flow
from smsapp.flow.spelling import number

TOKEN = re.compile(r"[A-Z0-9]+|[^A-Z0-9\W_]+|[^\x00-\x7f]")  # any other sign is a separator
DATE = re.compile(r"\d{1,2}([/.:-])\d{1,2}(\1\d{2,4})?(?![A-Z0-9])")
NUMBER_NEXT = re.compile(r"[^A-Z0-9]*(?:[0-9]|[OIL](?![A-Z0-9]))")
Kind = Literal["letter", "number", "word", "maybe", "odd"]


@dataclass(frozen=True)
class Mark:
    """One thing that stands there. `maybe`: a word, or a letter with O, I or L for its digit."""

    kind: Kind
    shown: str  # as it was typed
    text: str = ""  # the digits of a number, the word
    ask: Ask | None = None  # of a letter
    unit: str = ""  # of a number: the choice of the unit ask that stands right behind it
    gap: str = ""  # what stands before it; "" where nothing does
    doubt: bool = False  # something is stuck to it that is no part of it, or asks


@dataclass(frozen=True)
class Alphabet:
    """What the letters and words of one flow are."""

    letters: dict[str, Ask]
    names: dict[str, Ask]
    units: dict[str, str]  # word -> choice of the unit ask
    scaled: str  # the ask that the unit ask scales, "" for none
    said: Mapping[str, str]

    @property
    def item(self) -> re.Pattern[str]:
        """A letter with its number and unit; the unit must not be the next letter."""
        own = sorted(self.letters, key=len, reverse=True)
        one = f"(?:{'|'.join(own)})" if own else "(?!)"
        units = sorted(self.units, key=len, reverse=True)
        free = "|".join(word for word in units if word not in self.letters) or "(?!)"
        shared = "|".join(word for word in units if word in self.letters) or "(?!)"
        rest = "[0-9OIL]"
        behind = f"(?:(?:{free})(?=$|{one}?{rest})|(?:{shared})(?=$|{one}{rest}))"
        digits = f"{rest}+?(?=$|[^0-9OIL]|{one})"  # LA15OR10: the O begins the next product
        return re.compile(f"({one})?({digits})({behind})?")


def alphabet(flow: Flow, said: Mapping[str, str]) -> Alphabet:
    """The alphabet of a flow."""
    unit = next((ask for ask in flow.asks if ask.kind == "unit"), None)
    lettered = {word: ask for ask in flow.asks if ask.letter for word in (ask.letter, *ask.words)}
    units = unit_words(unit, said) if unit else {}
    return Alphabet(lettered, ask_names(flow, said), units, unit.scales if unit else "", said)


def marks(abc: Alphabet, text: str) -> list[Mark]:
    """All that stands in a normal text, and a last mark that is empty."""
    found: list[Mark] = []
    item = abc.item
    end = 0
    for token in TOKEN.finditer(text):
        if token.start() < end or _separates(token[0]):
            continue
        gap = text[end : token.start()]
        last = found[-1] if found else None
        date = DATE.match(text, token.start()) if _may_be_date(last, gap) else None
        if date and len(date[0]) > len("1/2"):
            found.append(Mark("odd", date[0], gap=gap))
            end = date.end()
            continue
        end = token.end()
        for number_of, mark in enumerate(_of_token(abc, item, token[0], last, text[end:])):
            found.append(replace(mark, gap=gap) if number_of == 0 else mark)
    found.append(Mark("odd", "", gap=text[end:]))
    return list(_settled(abc, found))


def _separates(sign: str) -> bool:
    """Whether it is a sign of any script but a picture: pictures are named as not understood."""
    return not sign.isalnum() and unicodedata.category(sign[0]) not in ("So", "Cn", "Co")


def _may_be_date(last: Mark | None, gap: str) -> bool:
    """A day is written apart, and not where a letter waits for its number."""
    return last is None or (last.kind != "letter" and gap != "")


def _of_token(
    abc: Alphabet, item: re.Pattern[str], token: str, last: Mark | None, behind: str
) -> Iterator[Mark]:
    waiting = last is not None and last.kind == "letter"
    if not token.isascii():
        yield Mark("odd", token)
    elif token in abc.letters:
        yield Mark("letter", token, ask=abc.letters[token])
    elif token.isalpha():
        yield _of_word(abc, token, waiting=waiting)
    else:
        yield from _of_items(abc, item, token, behind, waiting=waiting)


def _of_word(abc: Alphabet, token: str, *, waiting: bool) -> Mark:
    """A word; or an ask by its name; or `SO`, which may be S0."""
    if token in abc.names and not waiting:
        return Mark("letter", token, ask=abc.names[token])
    pair = len(token) == 2 and token[0] in abc.letters and token[1] in "OIL"
    alone = waiting and token in ("O", "I", "L")
    return Mark("maybe" if alone or (pair and not waiting) else "word", token, token)


def _of_items(
    abc: Alphabet, item: re.Pattern[str], token: str, behind: str, *, waiting: bool
) -> Iterator[Mark]:
    """`A14S0D0`: each letter with its number; what is stuck to one makes it doubtful."""
    name = token.rstrip("0123456789")
    if name in abc.names:
        yield Mark("letter", name, ask=abc.names[name])
        yield Mark("number", token[len(name) :], token[len(name) :])
        return
    at = 0
    made: list[Mark] = []
    while at < len(token):
        found = item.match(token, at)
        goes_on = at == 0 or bool(made[-1].unit)  # 1y6m
        after_letter = bool(found and found[1]) or (at == 0 and waiting)
        if found is None or not (found[1] or goes_on) or not _may_be(found[2], after_letter):
            break
        unit = _unit(abc, found, token, behind)
        at = found.end(3) if unit else found.end(2)
        if found[1]:
            made.append(Mark("letter", found[1], ask=abc.letters[found[1]]))
        digits = number(found[2]) or number(found[2] + "0")[:-1]
        made.append(Mark("number", token[found.start(2) : at], digits, unit=unit))
    rest = token[at:]
    if rest in abc.letters and made:
        made.append(Mark("letter", rest, ask=abc.letters[rest]))
    elif rest and made and made[0].kind == "letter":
        made[-1] = replace(made[-1], doubt=True)
        made.append(Mark("odd", rest))
    elif rest:
        made = [Mark("odd", token)]
    yield from made


def _may_be(digits: str, after_letter: bool) -> bool:
    """A number has a digit; `ALI` is no 11, `SODO3` is S0 D0 and the rest."""
    return bool(number(digits)) or (after_letter and len(digits) == 1)


def _unit(abc: Alphabet, found: re.Match[str], token: str, behind: str) -> str:
    """`A14M` is months, but the M of `A14M 3` or `S0M` is the letter."""
    word = found[3]
    if not word or (found[1] and abc.letters[found[1]].id != abc.scaled):
        return ""
    last = found.end(3) == len(token)
    if word in abc.letters and last and NUMBER_NEXT.match(behind):
        return ""
    return abc.units[word]


def _settled(abc: Alphabet, found: Sequence[Mark]) -> Iterator[Mark]:
    """Each `maybe` as what it is: a number where only numbers stand about it, else a word."""
    kinds = ["end" if abc.said.get(mark.text) == "thanks" else mark.kind for mark in found]
    kinds[-1] = "end"
    for at in [*range(len(found)), *reversed(range(len(found)))]:
        around = (kinds[at - 1] if at else "end", kinds[at + 1] if at + 1 < len(kinds) else "end")
        if kinds[at] == "maybe" and {"word", "odd"} & set(around):
            kinds[at] = "word"
    for mark, kind in zip(found, kinds, strict=True):
        if mark.kind != "maybe" or kind == "word":
            yield from _glued(abc, mark)
            continue
        if len(mark.text) == 2:
            yield Mark("letter", mark.text[0], ask=abc.letters[mark.text[0]], gap=mark.gap)
        digit = number(mark.text[-1] + "0")[0]
        yield Mark("number", mark.text[-1], digit, gap="" if len(mark.text) == 2 else mark.gap)


def _glued(abc: Alphabet, mark: Mark) -> Iterator[Mark]:
    """`MRED`: a letter with the word that answers it."""
    ask = abc.letters.get(mark.shown[:1])
    word = mark.shown[1:]
    if mark.kind == "word" and ask and len(word) > 2 and value_of(ask, [word], abc.said).typed:
        yield Mark("letter", mark.shown[0], ask=ask, gap=mark.gap)
        yield Mark("word", word, word)
    else:
        yield replace(mark, kind="word", text=mark.shown) if mark.kind == "maybe" else mark


def negated(marks: Sequence[Mark], at: int, abc: Alphabet) -> bool:
    """Whether a no stands in the same run of words, or a number behind it."""
    first = at
    while first and marks[first - 1].kind == "word":
        first -= 1
    last = at + 1
    while marks[last].kind == "word":
        last += 1
    said = {abc.said.get(mark.text) for mark in marks[first:last]}
    return bool(said & set(NO)) or marks[last].kind == "number"


def shown_of(marks: Sequence[Mark]) -> str:
    """Marks as they were typed, but one space where any sign separated them."""
    return "".join((" " if place and mark.gap else "") + mark.shown
                   for place, mark in enumerate(marks))  # fmt: skip
