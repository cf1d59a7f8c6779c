"""A wrong file is refused with its name, the place and the cure."""

from pathlib import Path
from typing import Any

import pytest

from smsapp.flow.library import load_library
from smsapp.flow.load import FlowError, load_flow
from smsapp.flow.words import load_words
from tests.flow.build import FLOWS, SOUND, make, sound

SECOND = """
[[ask]]
id = "go2"
kind = "danger"
text.en = "?"

[[ask.choice]]
id = "a"
text.en = "A"

"""
BROKEN = {
    "not TOML": ((SOUND, "id = "), "TOML", "Invalid value"),
    "another name": (('id = "small"', 'id = "big"'), "id", 'write id = "small"'),
    "an unknown word": (("version = 1", "version = 1\nverison = 2"), "verison", "Unexpected"),
    "a missing word": (("version = 1\n", ""), "version", "required"),
    "a text for a number": (("version = 1", 'version = "1"'), "version", "integer"),
    "an unknown kind": (('kind = "ticks"', 'kind = "tick"'), "ask 1 (signs), kind", "'ticks'"),
    "a date": (("version = 1", "version = 2026-01-01"), "values", "write a text"),
    "no language": (('text.en = "Fits"', "text = {}"), "choice fits", "write text.en"),
    "another language": (('text.en = "Fits"', 'text.en = "Fits"\ntext.sw = "Degedege"'),
                         "choice fits", '"sw" is not in languages'),
    "an empty text": (('text.en = "Fits"', 'text.en = " "'), "choice fits", "write text.en"),
    "a letter like a digit": (('letter = "B"', 'letter = "O"'), "letter O", "not O, I or L"),
    "a small letter": (('letter = "B"', 'letter = "b"'), "letter b", "one capital letter"),
    "a letter twice": (('letter = "B"', 'letter = "S"'), "letter S", "two asks have it"),
    "an id twice": (('id = "breaths"', 'id = "signs"'), "signs", "two asks or classes"),
    "an id in capitals": (('id = "breaths"', 'id = "Breaths"'), "Breaths", "small letters"),
    "a choice twice": (('id = "tired"', 'id = "fits"'), "ask signs", "two choices"),
    "a number with choices": (('kind = "ticks"', 'kind = "number"'), "ask signs", "choices belong"),
    "a one-of without choices": (('kind = "number"', 'kind = "one"'), "ask breaths", "choices"),
    "a rule on something later": (('when = { signs = { with = "tired" } }', "when = { go = 1 }"),
                                  "ask breaths", '"go" is not known there'),
    "a rule of an ask on a class": (('when = { signs = { with = "tired" } }',
                                     'when = { class = { with = "home" } }'),
                                    "ask breaths", '"class" is not known there'),
    "a rule on nothing": (("{ danger = false }", "{ dangre = false }"), "class home", "dangre"),
    "an empty rule": (("{ danger = false }", "{}"), "when", "write a table of tests"),
    "a rule that is a text": (("{ danger = false }", '"danger"'), "when", "a table of tests"),
    "an unknown test": (('with = "fits" }', 'whit = "fits" }'), "class 1 (danger_fits), when",
                        "Unexpected"),
    "a limit without a param": (('{ min = "slow" }', '{ min = "fast_at" }'), "class fast",
                                '"fast_at" is not a param'),
    "a limit of an ask without a param": (("max = 120", 'max = "most"'), "ask breaths", "a param"),
    "two danger asks": (('[[class]]\nid = "danger_fits"', SECOND + '[[class]]\nid = "danger_fits"'),
                        "ask go2", "one danger ask"),
    "a list that offers nothing": (('kind = "number"\nmin = 10\nmax = 120', 'kind = "list"'),
                                   "ask breaths", "offers belongs"),
    "an answer that cannot wait": (('letter = "B"', 'letter = "B"\nwaits = ["never"]'),
                                   "ask breaths", "waits must name"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused(name: str, tmp_path: Path) -> None:
    (old, new), place, cure = BROKEN[name]
    with pytest.raises(FlowError) as refused:
        make(tmp_path, sound((old, new)))
    error = refused.value
    assert error.file == "small.toml"
    assert place in error.place
    assert cure in error.cure
    assert str(error) == f"{error.file}: {error.place}: {error.cure}"


@pytest.mark.parametrize(
    "changes",
    [
        (('text.en = "Signs?"', ""), ('letter = "G"', 'letter = "O"')),
        (("value = 40", 'value = "many"'), ('kind = "ticks"', 'kind = "tick"')),
    ],
)
def test_every_fault_of_a_file_is_told(changes: Any, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as refused:
        make(tmp_path, sound(*changes))
    assert len(refused.value.lines) > 1
    assert refused.value.lines[0] == str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff\xfe", b"[" * 10_000, b"a = 1\n" * 9])
def test_what_is_no_flow_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(content)
    with pytest.raises(FlowError, match=r"small\.toml: "):
        load_flow(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "small.toml").mkdir()
    with pytest.raises(FlowError, match=r"small\.toml: file: cannot be read"):
        load_flow(tmp_path / "small.toml")


def test_one_bad_file_does_not_take_the_others_away(tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text((FLOWS / "words.toml").read_text(encoding="utf-8"))
    make(tmp_path)
    (tmp_path / "broken.toml").write_text("id = 1")
    library = load_library(tmp_path)
    assert list(library.flows) == ["small"]
    assert {problem.partition(":")[0] for problem in library.problems} == {"broken.toml"}


def test_a_word_without_a_language_is_refused(tmp_path: Path) -> None:
    text = (FLOWS / "words.toml").read_text(encoding="utf-8")
    (tmp_path / "words.toml").write_text(text.replace('text.fr = "98 Suite"\n', ""))
    with pytest.raises(FlowError, match=r"words\.toml: word nav\.more: write text\.fr"):
        load_words(tmp_path / "words.toml")
