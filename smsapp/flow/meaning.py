"""What a word means where a digit is expected: a choice's label in any language, none, a unit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from smsapp.flow.model import Ask, Flow
from smsapp.flow.spelling import near, normal

Said = Mapping[str, str]  # word -> what it means: the id of a choice or an ask, none, yes, no
NO = ("no", "none")
UNSAID = ("thanks", "and", "counted")  # words that say nothing more
BETWEEN = re.compile(r"[^A-Z0-9]+")
LABELS = 4096  # labels whose words are remembered: those of all flows in all languages
NEAR_VALUE = 5  # letters of a label's word that may be one letter wrong


@dataclass(frozen=True)
class Value:
    """What words come to. `typed`: as digits, "" where they mean nothing; `used`: how many."""

    typed: str = ""
    used: int = 0
    doubt: bool = False


def ask_names(flow: Flow, said: Said) -> dict[str, Ask]:
    """The words that stand for a letter: `MUAC 3`."""
    asks = {ask.id: ask for ask in flow.asks if ask.letter}
    named = {word: asks[meant] for word, meant in said.items() if meant in asks}
    return {ask.id.upper(): ask for ask in asks.values()} | named


def unit_words(ask: Ask, said: Said) -> dict[str, str]:
    """Each word for a unit, with its choice."""
    ids = {choice.id for choice in ask.choices}
    found = {word: meant for word, meant in said.items() if meant in ids}
    for choice in ask.choices:
        words = [*map(_plain, choice.text.values()), choice.suffix]
        found |= {word: choice.id for word in words if word}
    return found


@lru_cache(maxsize=LABELS)
def _plain(label: str) -> str:
    return normal(label)


def value_of(ask: Ask, words: Sequence[str], said: Said) -> Value:
    """What the words behind a letter answer."""
    if ask.kind == "number":
        return _special(ask, words, said)
    if ask.kind == "ticks":
        return _ticks(ask, words, said)
    return _one(ask, words, said) if ask.choices else Value()


def _special(ask: Ask, words: Sequence[str], said: Said) -> Value:
    meant = said.get(words[0], "") if words else ""
    typed = next((typed for typed, name in ask.special.items() if name == meant), "")
    if ask.product and meant in ("none", "finished") and ask.min == 0:
        typed = "0"  # LA none
    return Value(typed, 1) if typed else Value()


def _one(ask: Ask, words: Sequence[str], said: Said) -> Value:
    """One choice; two different ones, or a no that is none of them, are in doubt."""
    places: list[int] = []
    at = used = 0
    negated = False
    while at < len(words):
        place, count = _hit(ask, words[at:], said)
        if place:
            places.append(place)
        elif said.get(words[at]) in NO:
            negated = True
        at += count
        used = at if place else used
    typed = " ".join(str(place) for place in dict.fromkeys(places))
    return Value(typed, used, doubt=negated or len(set(places)) > 1) if places else Value()


def _ticks(ask: Ask, words: Sequence[str], said: Said) -> Value:
    """Several choices, or none; what is not understood among them puts all in doubt."""
    places: list[int] = []
    none = strange = False
    at = used = 0
    while at < len(words):
        place, count = _hit(ask, words[at:], said)
        meant = said.get(words[at])
        if place:
            places.append(place)
        elif meant in NO:
            none = True
        elif meant != "and":
            strange = True
        at += count
        used = at if place or meant in NO else used
    if none:
        return Value() if places or strange else Value("0", used)
    typed = "".join(str(place) for place in dict.fromkeys(places))
    return Value(typed, used, doubt=strange) if places else Value()


def _hit(ask: Ask, words: Sequence[str], said: Said) -> tuple[int, int]:
    """The place of the choice that the words begin with, and how many words say so: 0, 1 none."""
    best = 0
    places: set[int] = set()
    for place, label in _labels(ask):
        same = _in_common(label, words)
        if same and same >= best:
            places = {place} if same > best else places | {place}
            best = same
    meant = said.get(words[0])
    if best == 1 and meant in (*NO, "yes", "and"):
        places = set()  # the not of `not measured` alone says nothing
    if len(places) == 1:
        return places.pop(), best
    known = {place for place, choice in enumerate(ask.choices, start=1) if choice.id == meant}
    if not known and not places and len(words[0]) >= NEAR_VALUE:
        firsts = {label[0]: place for place, label in _labels(ask)}
        known = {firsts[word] for word in near(words[0], firsts)}
    return (known.pop(), 1) if len(known) == 1 else (0, 1)


def _labels(ask: Ask) -> Iterator[tuple[int, tuple[str, ...]]]:
    for place, choice in enumerate(ask.choices, start=1):
        for text in choice.text.values():
            words = words_of(text)
            if words:
                yield place, words
        yield from ((place, (word,)) for word in choice.words)


@lru_cache(maxsize=LABELS)
def words_of(label: str) -> tuple[str, ...]:
    """The words of a text of a flow, which stays as it is while we run."""
    return tuple(word for word in BETWEEN.split(normal(label)) if word)


def _in_common(label: Sequence[str], words: Sequence[str]) -> int:
    """How many words both begin with."""
    count = 0
    for one, other in zip(label, words, strict=False):
        if one != other:
            break
        count += 1
    return count
