"""Chains of reminders: read from their file, each fault found with its place."""

import re
from pathlib import Path

import pytest

from smsapp.flow.chains import CHAINS_FILE, faults, load_chains
from smsapp.flow.library import load_library
from smsapp.flow.load import FlowError
from tests.flow.build import FLOWS, LIBRARY, WORDS

GOOD = """
id = "reminders"
version = 1
[reminder.month]
source = "us"
useful_for = 12
[[reminder.month.step]]
to = "chw"
day = 0
text = "remind.month"
[[reminder.month.step]]
to = "supervisor"
day = 3
text = "overdue.month"
"""
FAULTS = {
    "chain, no end": ('to = "supervisor"', 'to = "chw"'),
    "chain, no time": ("day = 3\n", ""),
    "chain, two times": ("day = 3", "day = 3\nminutes = 5"),
    "chain, backwards": ("day = 0", "day = 4"),
    "chain, no sentence in a list": ("overdue.month", "remind.month"),
    "chain, of no use": ("useful_for = 12", "useful_for = 0"),
    "chain, a day that is not in every month": ("useful_for", "day_of_month = 29\nuseful_for"),
    "source": ('source = "us"', 'source = " "'),
    "value": ("remind.month", "remind.moth"),
}


def write(folder: Path, text: str) -> Path:
    (folder / CHAINS_FILE).write_text(text, encoding="utf-8")
    return folder


def test_the_chains_of_the_project_are_sound():
    assert LIBRARY.sound().chains == LIBRARY.chains != {}
    assert all(faults(kind, one, WORDS) is not None for kind, one in LIBRARY.chains.items())


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_no_other(name: str, tmp_path: Path):
    assert list(faults("month", load_chains(write(tmp_path, GOOD))["month"], WORDS)) == []
    old, new = FAULTS[name]
    assert old in GOOD
    chains = load_chains(write(tmp_path, GOOD.replace(old, new)))
    found = {code for _, code, _ in faults("month", chains["month"], WORDS)}
    assert found - {"long"} == {name.split(",")[0]}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('to = "chw"', 'to = "mother"', "reminder, month, step 1, to"),
        ("useful_for = 12", "", "reminder, month, useful_for"),
        ('[[reminder.month.step]]\nto = "chw"', "[reminder.month.step]\nto = ", "TOML"),
    ],
)
def test_what_cannot_be_read_names_its_place(old: str, new: str, place: str, tmp_path: Path):
    with pytest.raises(FlowError, match=re.escape(f"{CHAINS_FILE}: {place}")):
        load_chains(write(tmp_path, GOOD.replace(old, new)))


def test_one_bad_chain_leaves_the_others(tmp_path: Path):
    text = (FLOWS / CHAINS_FILE).read_text(encoding="utf-8")
    broken = text.replace('text = "remind.month"', 'text = "remind.moth"')
    (tmp_path / "words.toml").write_text((FLOWS / "words.toml").read_text(encoding="utf-8"))
    library = load_library(write(tmp_path, broken)).sound()
    assert LIBRARY.chains.keys() - library.chains.keys() == {"month"}
    assert any("remind.moth" in one for one in library.problems)


def test_without_the_file_there_are_none(tmp_path: Path):
    assert load_chains(tmp_path) == {}
