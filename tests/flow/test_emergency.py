"""Another person in danger: every sign refers on both faces, and what others read is neutral."""

import re
from itertools import product

import pytest

from smsapp.flow.judge import judge
from smsapp.flow.keyword import Opening, open_sms
from smsapp.flow.model import Ask
from smsapp.flow.reading import read
from smsapp.flow.walk import walk
from tests.flow.build import ICCM, LIBRARY, given

FLOW = LIBRARY.flows["emergency"]
GIVEN = given(FLOW, face="sms")
LISTS = [ask for ask in FLOW.asks if ask.kind == "ticks"]
WHO = {"newborn": 1, "pregnant": 2, "mother": 3, "child": 4, "adult": 5}
PRIVATE = re.compile(r"bab|pregn|mother|birth|woman|bébé|enceinte|mère|naiss|femme|accouch", re.I)


def before(ask: Ask) -> list[str]:
    """The keys that lead to a list: whom, and nothing ticked on the lists before."""
    who = next(name for name in WHO if name in str(ask.when[0]["who"].equals))
    earlier = [one for one in LISTS[: LISTS.index(ask)] if who in one.when[0]["who"].equals]
    return [str(WHO[who]), *("0" for _ in earlier)]


SIGNS = [(ask, place) for ask in LISTS for place in range(1, len(ask.choices) + 1)]


@pytest.mark.parametrize(("ask", "place"), SIGNS, ids=lambda one: getattr(one, "id", str(one)))
def test_every_sign_refers_on_both_faces(ask: Ask, place: int) -> None:
    keys = (*before(ask), str(place))
    walked = walk(FLOW, keys, GIVEN)
    assert walked.commits == 1  # told at this very hop
    assert judge(FLOW, walked.answers, GIVEN).dangers
    body = f"SOS E{keys[0]} {ask.letter}{place}"
    assert read(FLOW, open_sms(LIBRARY, body), GIVEN).judged.dangers


@pytest.mark.parametrize(("who", "ask"), list(product(WHO.values(), LISTS)))
def test_the_wrong_person_hides_no_sign(who: int, ask: Ask) -> None:
    found = read(FLOW, open_sms(LIBRARY, f"SOS E{who} {ask.letter}1"), GIVEN)
    assert found.judged.dangers
    right = FLOW.asks[0].choices[who - 1].id in ask.when[0]["who"].equals
    assert ("who" in found.answers) is right
    assert bool(found.unknown) is not right


def test_signs_ticked_twice_doubt_nobody() -> None:
    found = read(FLOW, open_sms(LIBRARY, "SOS E1 C13 F2"), GIVEN)
    assert found.answers["who"] == "newborn"
    assert found.unknown == ()


def test_no_letter_is_one_of_the_sick_child() -> None:
    letters = [
        {ask.letter for ask in flow.asks if ask.kind != "danger" and not ask.optional}
        for flow in (FLOW, ICCM)
    ]
    assert letters[0] & letters[1] <= {""}


def test_what_became_of_a_child_alone_is_no_report_of_either() -> None:
    """`H` is a letter of both; of the sick child it may be left out, and it needs `V`."""
    for flow, body in ((FLOW, "V2 H1 A14 S1"), (ICCM, "E1 H12")):
        reading = read(flow, Opening(flow=flow.id, rest=body), given(flow, face="sms"))
        assert len(reading.answers) < 2


def test_what_others_read_is_neutral() -> None:
    for effect in FLOW.effects:
        for line in (*effect.first, *effect.climbed):
            assert not any(PRIVATE.search(text) for text in line.text.values())


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("SOS baby bleeding much", ["who"]),
        ("SOS vite on meurt", ["who"]),
        ("SOS E1", ["baby"]),
        ("SOS E1 hot and yellow", ["baby"]),
        ("SOS E1 C0 blood", ["baby_look"]),
    ],
)
def test_signs_that_cannot_be_read_are_told(body: str, asked: list[str]) -> None:
    found = read(FLOW, open_sms(LIBRARY, body), GIVEN)
    assert found.judged.dangers == ("unclear_danger",)
    assert [ask.id for ask in found.judged.missing] == asked


@pytest.mark.parametrize("body", ["SOS E5 Y0", "SOS E5 Y0 Z0", "SOS E5 Y0 Z0 blah"])
def test_no_sign_said_in_so_many_digits_is_believed(body: str) -> None:
    assert read(FLOW, open_sms(LIBRARY, body), GIVEN).judged.dangers == ()


def test_letters_without_the_keyword_are_no_cry_for_help() -> None:
    found = read(FLOW, Opening(rest="Meeting at E5 tomorrow"), GIVEN)
    assert found.judged.dangers == ()
