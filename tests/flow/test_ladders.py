"""Ladders: each fault is found, and stops no flow but one whose alert nobody would hear."""

from pathlib import Path

import pytest

from smsapp.flow.check import check_ladders
from smsapp.flow.checked import refused
from smsapp.flow.ladders import load_ladders
from smsapp.flow.library import Library, load_library
from smsapp.flow.load import FlowError
from tests.flow.build import LADDERS, LIBRARY, beside, make

FAULTS = {
    "ladder, no rung": ("[[ladder.danger]]", "[ladder]\ndanger = []\n\n[[ladder.other]]"),
    "ladder, nobody on a rung": ('tell = ["supervisor"]', "tell = []"),
    "role": ('"supervisor"', '"boss"'),
    "source": ('source = "us"', 'source = " "'),
    "source, minutes without": ('minutes = "slow"', "minutes = 15"),
    "param": ("value = 15", "value = 61"),
}


def library(folder: Path, old: str = "", new: str = "") -> Library:
    assert old in LADDERS
    beside(folder)
    (folder / "ladders.toml").write_text(LADDERS.replace(old, new, 1) if old else LADDERS)
    make(folder)
    return load_library(folder)


def test_those_of_the_project_are_sound() -> None:
    assert check_ladders(LIBRARY) == []
    for rungs in LIBRARY.ladders.ladder.values():
        assert [one.text for one in rungs] == ["first", *["climbed"] * (len(rungs) - 1)]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found(name: str, tmp_path: Path) -> None:
    assert check_ladders(library(tmp_path)) == []
    found = check_ladders(library(tmp_path, *FAULTS[name]))
    assert {one.code for one in found} == {name.split(",")[0]}
    assert {one.file for one in found} >= {"ladders.toml"}


def test_a_kind_that_no_flow_raises(tmp_path: Path) -> None:
    found = check_ladders(library(tmp_path, "ladder.danger", "ladder.dagner"))
    assert [(one.file, one.code) for one in found] == [
        ("ladders.toml", "ladder"), ("small.toml", "ladder")
    ]  # fmt: skip


def test_only_an_alert_of_which_nobody_would_hear_is_refused(tmp_path: Path) -> None:
    wrong = library(tmp_path, '"supervisor"', '"boss"')
    assert wrong.without(refused(wrong, tmp_path / "kept")).flows.keys() == {"small"}
    assert "boss is nobody" in wrong.without(refused(wrong, tmp_path / "kept")).problems[0]
    none = library(tmp_path, "ladder.danger", "ladder.dagner")
    assert none.without(refused(none, tmp_path / "kept")).flows == {}


@pytest.mark.parametrize(
    ("old", "new", "cure"),
    [
        ("ladder.danger", "ladders.danger", "ladders: Unexpected keyword argument"),
        ('minutes = "slow"', 'minutes = "fast"', '"fast" is not a param'),
        ('text = "first"', 'text = "last"', "ladder, danger, 0, text"),
        ('id = "ladders"', "id = ", "TOML"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_place(
    old: str, new: str, cure: str, tmp_path: Path
) -> None:
    whole = library(tmp_path, old, new)
    assert len(whole.problems) == 1
    assert cure in whole.problems[0]
    with pytest.raises(FlowError):
        load_ladders(tmp_path / "ladders.toml")


def test_what_a_country_chose_is_in_force_within_its_limits() -> None:
    chosen = {"ladders.danger_minutes": 20}
    assert [one["minutes"] for one in LIBRARY.ladders.rungs("danger", chosen)] == [20, 20, 20]
    assert LIBRARY.ladders.rungs("danger", {"ladders.danger_minutes": 999})[0]["minutes"] == 120
    assert LIBRARY.ladders.rungs("danger", {})[0] == {
        "roles": ["supervisor", "facility"], "minutes": 15, "text": "first"
    }  # fmt: skip
