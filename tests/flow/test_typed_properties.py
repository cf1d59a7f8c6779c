"""What holds for any way of typing an SMS."""

import time
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as some

from smsapp.flow.answerback import sms_reply
from smsapp.flow.judge import UNKNOWN
from smsapp.flow.keyword import Opening, open_all
from smsapp.flow.meaning import value_of
from smsapp.flow.reading import Reading, read
from smsapp.flow.spelling import near, normal, number
from smsapp.flow.walk import begin, next_ask, step
from tests.flow.build import ICCM, LIBRARY, given
from tests.flow.children import CHILDREN
from tests.flow.test_any_input import typed_for

DANGEROUS = [flow for flow in LIBRARY.flows.values() if flow.danger_classes]
BETWEEN = [
    "",
    " ",
    "  ",
    ",",
    ", ",
    ".",
    "; ",
    "\n",
    "/",
    "|",
    " - ",
    "\t",
    "\u00a0",
    "\u200b",
    "_",
]
BEHIND = ["", "", " ", "=", ":", ".", "-", "/", " = ", "\u200f"]  # between a letter and its number
NAMES = ["Ali", "Bill", "Pili", "Solo", "Mary", "Dollo", "Simon", "Banda", "teacher", "village"]
TOLD = given(ICCM, face="sms")
WORDS = {
    *LIBRARY.words.meanings,
    *(word for command in LIBRARY.words.command.values() for word in command.words),
    *(keyword.word for flow in LIBRARY.flows.values() for keyword in flow.keywords),
}


def pairs_of(child: Any) -> list[str]:
    """What a CHW with this child types, plainly."""
    told = given(ICCM)
    walked, typed = begin(told), []
    while True:
        ask, facts = next_ask(ICCM, walked, told)
        if ask is None:
            return typed
        key = typed_for(ask, {**child, "unit": "months"}, facts)
        walked = step(ICCM, walked, key, told)
        assert walked.notice is None
        if ask.kind != "danger":
            typed.append(ask.letter + key)


def reading(body: str) -> Reading:
    (opening,) = open_all(LIBRARY, body)
    assert opening.flow == "iccm"
    return read(ICCM, opening, TOLD)


def restyled(data: some.DataObject, pair: str, *, apart: bool) -> str:
    """The same letter and digits in another hand. `apart`: nothing is stuck to it."""
    like = {"0": "0Oo", "1": "1lI"}
    digits = "".join(data.draw(some.sampled_from(like.get(digit, digit))) for digit in pair[1:])
    if not any(digit.isdigit() for digit in digits) and (len(digits) > 1 or not apart):
        digits = pair[1:]  # AlO and AlU may be names
    letter = data.draw(some.sampled_from([pair[0], pair[0].lower()]))
    return letter + data.draw(some.sampled_from(BEHIND)) + digits


@for_all(CHILDREN, some.data())
def test_order_case_separators_and_letters_for_digits_never_matter(
    child: Any, data: some.DataObject
) -> None:
    plain = pairs_of(child)
    keyword = data.draw(some.sampled_from(["CCM", "ccm ", "C C M ", "iccm:", "PCIME", "Pcime\n"]))
    body, apart = keyword + " ", True
    for pair in data.draw(some.permutations(plain)):
        gap = data.draw(some.sampled_from(BETWEEN))
        clear = gap not in ("", "\u200b")
        body += restyled(data, pair, apart=apart and clear) + gap
        apart = clear
    found = reading(body)
    assert found.answers == reading("CCM " + " ".join(plain)).answers, body
    assert found.unknown == (), body


def is_noise(word: str) -> bool:
    """Whether a word means nothing in this flow, and is no letter with a number."""
    typed = normal(word)
    known = WORDS | {ask.id.upper() for ask in ICCM.asks}
    means = any(
        value_of(ask, [one], LIBRARY.words.meanings).typed
        for ask in ICCM.asks
        for one in (typed, typed[1:])
        if one
    )
    return typed not in known and not near(typed, known) and not means and not number(typed)


NOISE = some.one_of(
    some.sampled_from(NAMES),
    some.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9),
    some.sampled_from(["0991234567", "21/11/2026", "\U0001f600", "so", "to", "do", "if"]),
)


@for_all(CHILDREN, some.lists(NOISE, min_size=1, max_size=5), some.data())
def test_noise_never_changes_an_answer(child: Any, noise: list[str], data: some.DataObject) -> None:
    plain = pairs_of(child)
    assume(all(is_noise(word) for word in noise))
    answers = reading("CCM " + " ".join(plain)).answers
    body = [*plain]
    for word in noise:
        body.insert(data.draw(some.integers(0, len(body))), word)
    for name, value in reading("CCM " + " ".join(body)).answers.items():
        if value == [] and name not in answers:
            continue  # a lone `so` among answers is S0
        assert answers[name] == value, body


@for_all(
    CHILDREN,
    some.lists(some.sampled_from([*NAMES, "zz", "Q7", "A?", "\U0001f600", "x9x"])),
    some.sampled_from(["S1", "s 2", "S=3", "D1", "d/2", "SI", "S14"]),
    some.data(),
)
def test_danger_is_seen_whatever_stands_around_it(
    child: Any, noise: list[str], sign: str, data: some.DataObject
) -> None:
    assume(sign != "SI" or not noise)
    body = [*data.draw(some.permutations(pairs_of({**child, "age": 14})))]
    body = [one for one in body if one[0] not in "SD"]
    for word in [*noise, sign]:
        body.insert(data.draw(some.integers(0, len(body))), word)
    assert reading("CCM " + " ".join(body)).judged.dangers, body


@pytest.mark.parametrize("flow", DANGEROUS, ids=lambda flow: flow.id)
@for_all(data=some.data())
def test_without_its_danger_letters_no_sms_is_finished(flow: Any, data: some.DataObject) -> None:
    """Whatever else it says: they are asked for, and nothing of the reply is said."""
    letters = [ask.letter for ask in flow.asks if ask.letter and ask.kind != "danger"]
    typed = some.tuples(
        some.sampled_from(letters),
        some.sampled_from(["0", "1", "2", "3", "12", "14", "O", "?", " no", " x"]),
    )
    body = data.draw(some.lists(typed, max_size=14))
    told = given(flow, face="sms", values={"help": "1", "code": "2", "phone": "3"})
    opening = Opening(flow=flow.id, rest=" ".join(map("".join, body)), said=LIBRARY.words.meanings)
    found = read(flow, opening, told)
    facts = found.judged.facts
    if found.judged.complete:
        assert facts["danger"] in (True, False)
        assert flow.danger_support <= facts.keys()
    elif not found.judged.dangers:
        said = sms_reply(LIBRARY, flow, found, told, {}, {})
        open_still = facts["danger"] is UNKNOWN
        assert said.startswith(("Not finished.", "Not understood:", "Danger sign? REFER NOW."))
        assert ("Danger sign? REFER NOW." in said) is open_still


@for_all(CHILDREN, some.sampled_from("SD"), some.booleans())
def test_a_danger_letter_left_out_is_asked_for(child: Any, letter: str, yes: bool) -> None:
    well = {**child, "age": 14, "severe": [], "danger_look": [], "long": [], "muac": "green"}
    body = [one for one in pairs_of(well) if one[0] != letter]
    found = reading("CCM " + " ".join([*body, letter + "?"] if yes else body))
    assert letter in [ask.letter for ask in found.judged.missing]
    assert "treat_home" not in found.judged.classes


PIECES = some.one_of(
    some.text(max_size=40),
    some.sampled_from(["CCM", "OK", "STOCK", "A14", "S", "0", "red", "no", "?", "\n", "482913", "R",
                       "\u1372", "1y6m", "14 m", "l", "FIX", "\u0300", "½", "\ud800"]),
)  # fmt: skip


@for_all(some.lists(PIECES, max_size=30), some.sampled_from(["", " "]))
def test_nothing_typed_breaks_the_reader(pieces: list[str], gap: str) -> None:
    for opening in open_all(LIBRARY, gap.join(pieces)):
        for flow in LIBRARY.flows.values():
            found = read(flow, opening, given(flow, face="sms"))
            assert set(found.answers) <= {ask.id for ask in flow.asks} | set(opening.sets)


@pytest.mark.parametrize(
    "piece", ["CCM A14 S0 ", "A 1 ", "a" * 50 + " ", "S", "1 ", "?\n", "½", "R482913 "]
)
def test_the_longest_sms_is_read_at_once(piece: str) -> None:
    body = (piece * 2000)[:2000]
    begun = time.perf_counter()
    for opening in open_all(LIBRARY, body):
        read(ICCM, opening, TOLD)
    assert time.perf_counter() - begun < 1
