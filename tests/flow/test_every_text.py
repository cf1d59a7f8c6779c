"""A fault in any one text of a card is found, in whatever place and language it stands."""

import re
from pathlib import Path

import pytest

from smsapp.flow.check import check
from tests.flow.build import WORDS, make
from tests.flow.card import CARD

TEXTS = [(found.start(2), found[1]) for found in re.finditer(r'^\w+\.(\w\w) = "()', CARD, re.M)]


@pytest.mark.parametrize(("at", "language"), TEXTS)
@pytest.mark.parametrize(
    ("new", "found", "with_it"),
    [
        ("\u0175", "gsm", set()),
        ("{code} ", "same", set()),
        ("word " * 40, "long", {"split"}),  # danger signs that are too long are split too
    ],
)
def test_a_fault_in_one_text(
    at: int, language: str, new: str, found: str, with_it: set[str], tmp_path: Path
) -> None:
    flow = make(tmp_path, CARD[:at] + new + CARD[at:], "card")
    problems = check(flow, WORDS)
    assert {one.code for one in problems} - with_it == {found}
    if found == "gsm":
        assert [one.place.endswith(f", {language}") for one in problems] == [True]
        assert new in problems[0].cure
