"""What was released keeps its meaning, and a change of meaning has a version of its own."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli import main
from smsapp.flow.check import check, check_words
from smsapp.flow.released import RELEASED_FILE, Released, release, release_words
from tests.flow.build import LIBRARY, WORDS, beside, make
from tests.flow.card import card

Change = tuple[str, str]
APPENDED = (
    '[[ask.choice]]\nid = "cold"\ntext.en = "Cold"\ntext.fr = "Froid"\n\n[[ask]]\nid = "cough"'
)
THIRD = (
    '[[class]]\nid = "cold"\nkind = "danger"\nwhen = { signs = { with = "cold" } }\n\n[[class]]\nid'
)
RAISED = ("version = 1", "version = 2")
FREE: dict[str, list[Change]] = {
    "as it was": [],
    "reworded": [('"Fits"', '"Fits now"'), ('"Write {ref}"', '"Note {ref}"')],
    "another source": [('source = "the manual"', 'source = "the new manual"')],
    "a choice more, in a new version": [
        RAISED, ('[[ask]]\nid = "cough"', APPENDED), ("[[class]]\nid", THIRD),
    ],
    "another limit, in a new version": [RAISED, ("value = 15", "value = 20")],
    "a word more, in a new version": [
        RAISED, ('word = "CARD"', 'word = "CARD"\n\n[[keyword]]\nword = "FICHE"'),
    ],
}  # fmt: skip
BOUND: dict[str, list[Change]] = {
    "version, a rule": [("value = 15", "value = 20")],
    "version, a word more": [('word = "CARD"', 'word = "CARD"\n\n[[keyword]]\nword = "FICHE"')],
    "version, lower": [("version = 1", "version = 0")],
    "printed, a word": [RAISED, ('word = "CARD"', 'word = "FICHE"')],
    "printed, a letter": [RAISED, ('letter = "C"', 'letter = "K"')],
    "printed, a digit": [RAISED, ('"yes"\ntext.en = "Yes"', '"no"\ntext.en = "Yes"'),
                         ('"no"\ntext.en = "No"', '"yes"\ntext.en = "No"')],
    "printed, what is typed for unknown": [RAISED, ('"99" = "unknown"', '"98" = "unknown"')],
}  # fmt: skip


@pytest.fixture
def record(tmp_path: Path) -> Released:
    return release(make(tmp_path, card(), "card"))


@pytest.mark.parametrize("name", FREE)
def test_what_may_change(name: str, record: Released, tmp_path: Path) -> None:
    assert check(make(tmp_path, card(*FREE[name]), "card"), WORDS, record) == []


@pytest.mark.parametrize("name", BOUND)
def test_what_may_not_change(name: str, record: Released, tmp_path: Path) -> None:
    flow = make(tmp_path, card(*BOUND[name]), "card")
    assert check(flow, WORDS) == []  # free as long as it was not released
    assert {one.code for one in check(flow, WORDS, record)} == {name.partition(",")[0]}


def test_the_words_of_commands_are_printed_too() -> None:
    record = release_words(WORDS)
    assert check_words(WORDS, record) == []
    fewer = replace(WORDS, command={**WORDS.command, "stop": WORDS.command["start"]})
    found = check_words(fewer, record)
    assert ("word STOP", "printed") in [(one.place, one.code) for one in found]


@pytest.mark.parametrize("name", LIBRARY.flows)
def test_each_digit_letter_and_word_of_a_flow_is_in_its_record(name: str) -> None:
    flow = LIBRARY.flows[name]
    printed = release(flow).printed
    for ask in flow.asks:
        assert printed.get(f"letter {ask.letter}", ask.id) == ask.id
        for place, choice in enumerate(ask.choices, start=1):
            assert printed[f"{ask.id} {place}"].split()[0] == choice.id
    assert {f"word {one.word}" for one in flow.keywords} <= printed.keys()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "flows"
    there.mkdir()
    beside(there)
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    make(there, card(), "card")
    return there


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_release_binds_what_comes_after(folder: Path) -> None:
    assert run("release").output == f"{RELEASED_FILE} written: card 1, words 1.\n"
    assert run("release").output == "Nothing has changed.\n"
    assert run("check").exit_code == 0
    make(folder, card(RAISED, ('letter = "C"', 'letter = "K"')), "card")
    refused = run("check")
    assert refused.exit_code == 1
    assert refused.output == (
        "card.toml: letter C: it was released as cough and is gone: keep it, add at the end"
        " [printed]\n"
    )
    assert run("release").output == refused.output
    assert "card 2" in run("release", "--new-cards").output
    assert run("check").exit_code == 0


def test_a_released_flow_is_missed(folder: Path) -> None:
    run("release", "card")
    (folder / "card.toml").unlink()
    (folder / "ladders.toml").unlink()
    assert "card.toml: file: it was released" in run("check").output
    assert run("release", "--new-cards").exit_code == 0
    assert run("check").output == "No problems.\n"


def test_what_is_wrong_is_not_released(folder: Path) -> None:
    make(folder, card(('"Fits"', '"Fits?"')), "card")
    assert "[question]" in run("release").output
    assert not (folder / RELEASED_FILE).exists()
    assert "No flow crad" in run("release", "crad").output


def test_a_record_that_cannot_be_read_is_a_problem(folder: Path) -> None:
    (folder / RELEASED_FILE).write_text("{")
    result = run("check")
    assert result.exit_code == 1
    assert result.output.startswith("released.json: file: ")
