"""A danger sign that is named in words of its own, without its letter: acted on, or asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from smsapp.flow.given import Given
from smsapp.flow.judge import holds, judge, learn
from smsapp.flow.marks import Alphabet, Mark, negated
from smsapp.flow.meaning import NEAR_VALUE, NO, words_of
from smsapp.flow.model import Answers, Ask, Flow
from smsapp.flow.spelling import near

ANY = "danger"  # in `said`: a word for danger that names no sign
LONG_WORD = 4  # letters: two such words of a label are as much as people write of it
LONG_WORDS = 2
NEAR_ALONE = 6  # letters of a lone word that may be one letter wrong: ENEMA is no EDEMA
STOPS = frozenset(".,;:!?\n")  # a no does not reach over these


@dataclass(frozen=True)
class Named:
    """Words from `begin` up to `end` that name a sign. `sign`: ANY, or the id of a choice."""

    sign: str
    begin: int
    end: int


def mentioned(
    flow: Flow,
    given: Given,
    abc: Alphabet,
    found: Sequence[Mark],
    left: Sequence[Mark],
    answers: Answers,
) -> tuple[Answers, list[str]]:
    """The answers with the signs that are named: one whose ask was not answered is taken, one
    that was said to be none is asked again. And the words that are then understood."""
    before, used = dict(answers), list[str]()
    answers = dict(answers)
    for one in _named(flow, abc, found):
        words = found[one.begin : one.end]
        if any(mark.kind in ("word", "letter") and mark not in left for mark in words):
            continue
        asks = _asks_of(flow, given, answers, one.sign)
        if len(asks) == 1 and asks[0].id not in before:
            if one.sign != ANY and not _is_denied(abc, found, one, broadly=True):
                taken = answers.get(asks[0].id)
                ticked = taken if isinstance(taken, list) else []
                answers[asks[0].id] = [*ticked, *({one.sign} - set(ticked))]
                used += [mark.shown for mark in words]
        elif not _is_denied(abc, found, one):
            for ask in asks:
                if before.get(ask.id) == []:
                    answers.pop(ask.id, None)
    return answers, used


def _named(flow: Flow, abc: Alphabet, found: Sequence[Mark]) -> Iterator[Named]:
    """Each sign that is named, by its label in any language or by what people say for it."""
    phrases = list(_phrases(flow, abc))
    typed = [mark.text or mark.shown for mark in found]
    for begin, mark in enumerate(found):
        if mark.kind in ("word", "letter"):
            for words, sign in phrases:
                end = begin + len(words)
                if _alike(words[0], typed[begin], len(words), sign) and all(
                    _alike(word, one, len(words), sign)
                    for word, one in zip_longest(words, typed[begin:end], fillvalue="")
                ):
                    yield Named(sign, begin, end)


def _phrases(flow: Flow, abc: Alphabet) -> Iterator[tuple[tuple[str, ...], str]]:
    """The words for each sign, and for danger that is no sign."""
    choices = [
        choice
        for ask in flow.asks
        if ask.kind == "ticks" and ask.id in flow.danger_support
        for choice in ask.choices
    ]
    signs = {choice.id for choice in choices} | ({ANY} if choices else set())
    yield from ((tuple(said.split()), sign) for said, sign in abc.said.items() if sign in signs)
    for choice in choices:
        for text in choice.text.values():
            if "{" not in text and _phrase(text):
                yield _phrase(text), choice.id


@lru_cache(maxsize=4096)
def _phrase(label: str) -> tuple[str, ...]:
    """A label as far as its second long word: `Blood in stool`, `Very sleepy`, `Degedege`."""
    words = words_of(label)
    long = [at for at, word in enumerate(words, start=1) if len(word) >= LONG_WORD]
    return words[: long[LONG_WORDS - 1]] if len(long) >= LONG_WORDS else words


def _alike(word: str, typed: str, words: int, sign: str) -> bool:
    """Whether this word was typed; a long one may be one letter wrong, but danger is no MANGER."""
    if word == typed:
        return True
    least = NEAR_VALUE if words > 1 else NEAR_ALONE
    if sign == ANY or len(word) < least or abs(len(word) - len(typed)) > 1:
        return False
    return bool(near(typed, [word]))


def _is_denied(abc: Alphabet, found: Sequence[Mark], one: Named, *, broadly: bool = False) -> bool:
    """Whether a no is said of these words. `broadly`: or of any that stand beside them."""
    if broadly:
        said = {abc.said.get(mark.text) for mark in found[one.begin : one.end]}
        return not said & set(NO) and negated(found, one.begin, abc)
    return _denied_before(abc, found, one.begin) or _denied_behind(abc, found, one.end)


def _denied_before(abc: Alphabet, found: Sequence[Mark], begin: int) -> bool:
    """`no convulsions`, `no sign of danger`, `no cough or fits`; not `no cough very sleepy`."""
    at = begin
    while at > 0 and not STOPS & set(found[at].gap):
        at -= 1
        meant = abc.said.get(found[at].text or found[at].shown)
        if meant in NO:
            return True
        if meant == "or":
            at -= 1  # and what stands before it
        elif meant != "sign":
            return False
    return False


def _denied_behind(abc: Alphabet, found: Sequence[Mark], at: int) -> bool:
    """`convulsions no`, `danger signs: none`, `danger 0`; not `convulsions no fever`."""
    while abc.said.get(found[at].text) == "sign":
        at += 1
    if found[at].kind == "number":
        return not found[at].text.strip("0")
    return abc.said.get(found[at].text) in NO and found[at + 1].kind != "word"


def _asks_of(flow: Flow, given: Given, answers: Answers, sign: str) -> list[Ask]:
    """The asks, of those that may apply, where this sign is ticked and danger rests on it."""
    asks = [
        ask
        for ask in flow.asks
        if ask.kind == "ticks" and ask.id in flow.danger_support
        if sign in [choice.id for choice in ask.choices] or sign == ANY
    ]
    if not asks:
        return []
    facts, _ = learn(flow, answers, given)
    asks = [ask for ask in asks if holds(ask.when, facts) is not False]
    return [ask for ask in asks if _is_danger(flow, given, answers, ask, sign)]


def _is_danger(flow: Flow, given: Given, answers: Answers, ask: Ask, sign: str) -> bool:
    """Whether this sign, or where none is named any, is danger whatever else she has ticked."""
    others = {
        one.id: answers[one.id] for one in flow.asks if one.kind == "one" and one.id in answers
    }
    ids = [sign] if sign != ANY else [choice.id for choice in ask.choices]
    return bool(judge(flow, {**others, ask.id: ids}, given).dangers)
