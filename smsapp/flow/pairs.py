"""Each answer in an SMS: a letter with what stands behind it, as digits, and what is left over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from smsapp.flow.marks import Alphabet, Mark, shown_of
from smsapp.flow.meaning import Value, value_of
from smsapp.flow.model import Ask

BELOW_ZERO = re.compile("[ \n=:][-\u2010-\u2013\u2212]$")  # `LA -3`; in `LA-3` it only separates
DOUBTFUL = frozenset("?!|")  # `S0?` is no S0
NOISE_FROM = 5  # digits: a phone number behind an answer is no part of it; fewer are no ref
DAYS = {"days": 1, "weeks": 7}
YEAR_DAYS, YEAR_MONTHS = 365, 12


@dataclass(frozen=True)
class Pair:
    """What was typed for one ask. `doubt`: it may be more, less or something else."""

    ask: str  # id
    typed: str
    shown: str
    doubt: bool = False


@dataclass
class Pairs:
    """What the marks come to. `left`: what is no part of an answer."""

    abc: Alphabet
    marks: Sequence[Mark]
    unlettered: Sequence[str]  # the asks that bare numbers answer, one after the other
    found: list[Pair] = field(default_factory=list)
    left: list[Mark] = field(default_factory=list)
    at: int = 0

    @property
    def now(self) -> Mark:
        """The mark that stands next; the last one is empty and stays."""
        return self.marks[min(self.at, len(self.marks) - 1)]

    def take(self) -> Mark:
        """The next mark, which is then behind us."""
        mark = self.now
        self.at += 1
        return mark


def pairs(abc: Alphabet, marks: Sequence[Mark], unlettered: Sequence[str]) -> Pairs:
    """Every answer that stands in an SMS."""
    reading = Pairs(abc, marks, unlettered)
    while reading.at < len(marks) - 1:
        mark = reading.take()
        if mark.kind == "letter" and mark.ask:
            _letter(reading, mark, mark.ask)
        elif mark.kind == "number":
            _bare(reading, mark)
        else:
            reading.left.append(mark)
    return reading


def _letter(reading: Pairs, letter: Mark, ask: Ask) -> None:
    if reading.now.kind == "number":
        begun = reading.at
        number = reading.take()
        doubt = number.doubt or bool(DOUBTFUL & set(number.gap))
        if ask.kind == "ticks":
            typed, more = _ticks(reading, number)
        else:
            typed, more = _number(reading, number, ask)
        doubt = _doubted(reading) or doubt or more
        shown = letter.shown + shown_of(reading.marks[begun : reading.at])
        if ask.product and BELOW_ZERO.search(number.gap):
            doubt, shown = True, f"{letter.shown} -{number.shown}"
        shown += "?" if _questioned(reading) else ""
        reading.found.append(Pair(ask.id, typed, shown, doubt))
    elif _is_word(reading, ask) and not DOUBTFUL & set(reading.now.gap):
        _words(reading, letter, ask)
    else:
        reading.left.append(replace(letter, doubt=_questioned(reading)))


def _doubted(reading: Pairs) -> bool:
    """Whether what stands right behind an answer takes it back: it is taken with it."""
    behind = reading.now
    if behind.kind == "odd" and behind.shown[:1].isalnum() and not behind.gap:
        reading.take()
        return True
    return _questioned(reading)


def _questioned(reading: Pairs) -> bool:
    return reading.now.gap.strip()[:1] == "?"


def _more_digits(reading: Pairs) -> bool:
    """Whether a number goes on; long ones are phone numbers."""
    return reading.now.kind == "number" and len(reading.now.text) < NOISE_FROM


def _ticks(reading: Pairs, number: Mark) -> tuple[str, bool]:
    """`P1 3`, `P1,3`, `P1 and 3`; but `P1-3` may be from 1 to 3, and `P13 2` anything."""
    typed, doubt = number.text, bool(number.unit)
    while _more_digits(reading) or _and_digits(reading):
        if reading.now.kind == "word":
            reading.take()
        more = reading.take()
        dashed = any(sign in more.gap for sign in "-\u2010\u2011\u2012\u2013")
        doubt = doubt or dashed or len(typed) == 0 or len(more.text) > 1 or len(number.text) > 1
        doubt = doubt or bool(DOUBTFUL & set(more.gap)) or more.doubt
        typed += more.text
    return typed, doubt


def _and_digits(reading: Pairs) -> bool:
    word, behind = reading.now, reading.marks[min(reading.at + 1, len(reading.marks) - 1)]
    joined = word.kind == "word" and reading.abc.said.get(word.text) == "and"
    return joined and behind.kind == "number" and len(behind.text) == 1


def _number(reading: Pairs, number: Mark, ask: Ask) -> tuple[str, bool]:
    """One number; of an age, its unit too."""
    doubt = bool(number.unit) and ask.id != reading.abc.scaled
    typed = number.text
    if ask.id == reading.abc.scaled and not doubt:
        typed, doubt = _age(reading, number)
    elif reading.abc.said.get(reading.now.text) in DAYS:
        doubt = True
    while _more_digits(reading):  # 1 4 may be 14, 1.5 is not 1
        reading.take()
        doubt = True
    return typed, doubt


def _age(reading: Pairs, number: Mark) -> tuple[str, bool]:
    """`14 months`, `3y`, `1 year 6 months`, `3 weeks`: the number, and its unit as a pair."""
    unit = number.unit or _unit_word(reading)
    days = DAYS.get(reading.abc.said.get(reading.now.text, "")) if not unit else None
    if days and len(number.text) < NOISE_FROM:
        reading.take()
        months = int(number.text) * days * YEAR_MONTHS // YEAR_DAYS
        return _with_unit(reading, str(months), "months"), False
    more = reading.now
    if unit == "years" and more.kind == "number" and len(more.text) <= 2:
        reading.take()
        months = int(more.text)
        if (more.unit or _unit_word(reading)) == "months" and months < YEAR_MONTHS:
            if months and len(number.text) <= 2:
                return str(int(number.text) * YEAR_MONTHS + months), False
            return _with_unit(reading, number.text, unit), False
        return number.text, True
    return _with_unit(reading, number.text, unit), False


def _unit_word(reading: Pairs) -> str:
    """The unit that stands behind a number as a word, taken; a lone M may be a letter."""
    word = reading.now
    unit = reading.abc.units.get(word.text, "") if word.kind == "word" else ""
    if unit:
        reading.take()
    return unit


def _with_unit(reading: Pairs, typed: str, unit: str) -> str:
    """The number; its unit is noted as an answer of its own."""
    ask = next((one for one in reading.abc.letters.values() if one.kind == "unit"), None)
    if ask and unit:
        place = [choice.id for choice in ask.choices].index(unit) + 1
        reading.found.append(Pair(ask.id, str(place), typed + " " + unit.upper()))
    return typed


def _bare(reading: Pairs, number: Mark) -> None:
    """A number without a letter: an age that names its unit, a ref, or nothing."""
    before = reading.marks[reading.at - 2] if reading.at > 1 else None
    scaled = reading.abc.scaled
    lone_unit = _lone_unit(reading)
    named = number.unit or lone_unit or reading.abc.units.get(reading.now.text, "")
    if scaled and named and not (before and before.kind == "word"):  # `cough 2 months` is no age
        begun = reading.at
        if lone_unit:
            reading.take()
            typed, doubt = _with_unit(reading, number.text, lone_unit), False
        else:
            typed, doubt = _age(reading, number)
        doubt = _doubted(reading) or doubt
        shown = shown_of(reading.marks[begun - 1 : reading.at])
        reading.found.append(Pair(scaled, typed, shown, doubt))
    elif reading.unlettered:
        ask = _target(reading, number)
        reading.found.append(Pair(ask, number.text, number.shown, number.doubt))
    else:
        reading.left.append(number)


def _target(reading: Pairs, number: Mark) -> str:
    """`ANS 482913 1`: a ref, then what is said of it; `ANS 1` is said of the one that is open."""
    first, *then = reading.unlettered
    if not then or then[0] in {mark.ask.id for mark in reading.marks if mark.ask}:
        return first
    ref = len(number.text) >= NOISE_FROM and first not in {pair.ask for pair in reading.found}
    return first if ref else then[0]


def _lone_unit(reading: Pairs) -> str:
    """`14 m`: a letter that answers nothing and may be a unit."""
    behind = reading.marks[min(reading.at + 1, len(reading.marks) - 1)]
    if reading.now.kind != "letter" or behind.kind in ("number", "word"):
        return ""
    return reading.abc.units.get(reading.now.shown, "")


def _words(reading: Pairs, letter: Mark, ask: Ask) -> None:
    """`M red`, `S none`, `P cough and fever`."""
    begun = reading.at
    while _is_word(reading, ask):
        reading.take()
    words = reading.marks[begun : reading.at]
    value = value_of(ask, [mark.text or mark.shown for mark in words], reading.abc.said)
    if not value.typed:
        reading.left += [letter, *words]
        return
    reading.left += words[value.used :]
    shown = " ".join([letter.shown, *(mark.shown for mark in words[: value.used])])
    doubt = value.doubt or _doubted(reading) or _numbered(reading, value)
    reading.found.append(Pair(ask.id, value.typed, shown, doubt))


def _is_word(reading: Pairs, ask: Ask) -> bool:
    """Whether a word stands next: `N red`, and `N zinc` where products are ticked."""
    now, behind = reading.now, reading.marks[min(reading.at + 1, len(reading.marks) - 1)]
    ticked = any(one.words and now.shown in one.words for one in ask.choices)
    return now.kind == "word" or (now.kind == "letter" and ticked and behind.kind != "number")


def _numbered(reading: Pairs, value: Value) -> bool:
    """`P cough 2` may mean two things; `P fever 3 days` does not."""
    behind = reading.marks[min(reading.at + 1, len(reading.marks) - 1)]
    duration = reading.abc.said.get(behind.text) in (*DAYS, "months", "years")
    return _more_digits(reading) and not duration and not reading.now.unit and bool(value.typed)
