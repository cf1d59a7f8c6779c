"""What may be typed at each kind of ask, what is stored, and why the rest is refused."""

import pytest

from smsapp import gsm
from smsapp.flow.answer import Wrong, parse
from smsapp.flow.given import Given, Item
from smsapp.flow.judge import Facts, learn
from smsapp.flow.model import Ask, Choice
from tests.flow.build import ICCM, STOCK, WORDS, given

ITEMS = tuple(Item(f"ref{n}", f"item {n}") for n in range(1, 13))
GIVEN = given(ICCM, lists={"alerts": ITEMS})


def ask(name: str) -> Ask:
    found = ICCM.ask(name)
    assert found
    return found


LIST = Ask(id="alert", kind="list", offers="alerts")
OPENING = Ask(id="draft", kind="list", offers="alerts", opens="resume")
TEXT = Ask(id="words", kind="text")
NOTE = Ask(id="note", kind="note")
TAKEN = [
    (ask("age"), "14", 14),
    (ask("age"), " 14 ", 14),
    (ask("age"), "014", 14),
    (ask("age"), "0", 0),
    (ask("age"), "72", 72),
    (ask("age"), "99", "unknown"),
    (ask("breaths"), "0", "not_counted"),
    (ask("breaths"), "10", 10),
    (ask("breaths"), "120", 120),
    (ask("severe"), "0", []),
    (ask("severe"), "13", ["convulsions", "vomits_all"]),
    (ask("severe"), "31", ["convulsions", "vomits_all"]),
    (ask("severe"), "1 3", ["convulsions", "vomits_all"]),
    (ask("severe"), "1,3", ["convulsions", "vomits_all"]),
    (ask("severe"), "1+3+1", ["convulsions", "vomits_all"]),
    (ask("muac"), "3", "green"),
    (ask("muac"), " 3", "green"),
    (ask("going"), "1", "going"),
    (LIST, "1", "ref1"),
    (LIST, "12", "ref12"),
    (OPENING, "0", "0"),
    (TEXT, "a*b# 00", "a*b# 00"),
    (TEXT, "x" * 160, "x" * 160),
    (NOTE, "", "seen"),
    (NOTE, "9", "seen"),
]


@pytest.mark.parametrize(("asked", "typed", "stored"), TAKEN)
def test_taken(asked: Ask, typed: str, stored: object) -> None:
    assert parse(asked, typed, facts(), GIVEN) == stored


REFUSED = [
    (ask("age"), "", "wrong.empty"),
    (ask("age"), "  ", "wrong.empty"),
    (ask("age"), "73", "wrong.number"),
    (ask("age"), "98", "wrong.number"),
    (ask("age"), "-1", "wrong.number"),
    (ask("age"), "1.5", "wrong.number"),
    (ask("age"), "14m", "wrong.number"),
    (ask("age"), "9" * 1_000_000, "wrong.number"),
    (ask("age"), "\u0661\u0664", "wrong.number"),
    (ask("breaths"), "9", "wrong.number"),
    (ask("breaths"), "121", "wrong.number"),
    (ask("severe"), "00", "wrong.ticks"),
    (ask("severe"), "6", "wrong.ticks"),
    (ask("severe"), "10", "wrong.ticks"),
    (ask("severe"), "1a", "wrong.ticks"),
    (ask("severe"), "---", "wrong.ticks"),
    (ask("severe"), "\u00b2", "wrong.ticks"),
    (ask("muac"), "0", "wrong.choice"),
    (ask("muac"), "5", "wrong.choice"),
    (ask("muac"), "12", "wrong.choice"),
    (ask("muac"), "98", "wrong.choice"),
    (ask("going"), "4", "wrong.choice"),
    (LIST, "0", "wrong.choice"),
    (LIST, "13", "wrong.choice"),
    (LIST, "000", "wrong.choice"),
    (LIST, "\u0661", "wrong.choice"),
    (TEXT, "x" * 161, "wrong.long"),
    (TEXT, "", "wrong.empty"),
]


@pytest.mark.parametrize(("asked", "typed", "word"), REFUSED)
def test_refused(asked: Ask, typed: str, word: str) -> None:
    wrong = parse(asked, typed, facts(), GIVEN)
    assert isinstance(wrong, Wrong)
    assert wrong.word == word
    for language in ("en", "fr"):
        said = WORDS.say(wrong.word, language, wrong.values)
        assert "{" not in said
        assert gsm.fits(said)


def facts() -> Facts:
    return learn(ICCM, {}, GIVEN)[0]


@pytest.mark.parametrize("typed", ["\u0661\u0664", "\u0967\u096a", "\u200f1\u202e4", "1\x004"])
def test_other_scripts_digits_are_digits_once_cleaned(typed: str) -> None:
    assert parse(ask("age"), gsm.clean(typed), facts(), GIVEN) == 14


def test_a_choice_that_is_not_open_is_refused() -> None:
    nearly = STOCK.ask("nearly")
    assert nearly
    known, _ = learn(STOCK, {"finished": ["la"]}, given(STOCK))
    assert parse(nearly, "2", known, given(STOCK)) == ["am"]
    assert parse(nearly, "1", known, given(STOCK)) == Wrong("wrong.ticks", {"digits": "234567"})


def test_a_number_may_be_limited_by_a_param() -> None:
    limited = Ask(id="n", kind="number", min="low", max="high")
    base = Given("en", params={"low": 2, "high": 4})
    assert [parse(limited, n, base.facts, base) for n in "24"] == [2, 4]
    assert parse(limited, "5", base.facts, base) == Wrong("wrong.number", {"min": "2", "max": "4"})


def test_the_digits_that_are_allowed_are_named() -> None:
    many = Ask(id="m", kind="one", choices=tuple(Choice(f"c{n}", {"en": "?"}) for n in range(97)))
    wrong = parse(many, "98", GIVEN.facts, GIVEN)
    assert isinstance(wrong, Wrong)
    assert len(WORDS.say(wrong.word, "en", wrong.values)) <= 21
