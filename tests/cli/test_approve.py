"""`smsapp approve`: an approval holds for what was approved, and for nothing else."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli import main
from smsapp.flow.library import load_library
from tests.flow.build import beside, sound

BY = ("--by", "Dr  Phiri, Ministry of Health", "--on", "2026-03-02")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "flows"
    there.mkdir()
    beside(there)
    (there / "small.toml").write_text(sound())
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return there


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def wholes(folder: Path, flow: str = "small") -> list[dict[str, str]]:
    with (folder / "texts.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["flow"] == flow]
    return [row for row in found if row["place"] == "*"]


def test_an_approval_is_shown_recorded_and_served(folder: Path) -> None:
    assert load_library(folder).signed == set()
    result = run("approve", "small", *BY)
    assert result.exit_code == 0, result.output
    assert "2 Tired" in result.output
    assert "Approved by Dr Phiri, Ministry of Health on 2026-03-02." in result.output
    (row,) = wholes(folder)
    assert row["digest"] in result.output
    assert (row["approved_by"], row["approved_on"]) == (
        "Dr Phiri, Ministry of Health", "2026-03-02",
    )  # fmt: skip
    assert load_library(folder).signed == {("small", "en")}
    assert run("texts", "--check").exit_code == 0


@pytest.mark.parametrize(
    "change", [('"Fast."', '"Fast!"'), ("value = 40", "value = 41"), ("max = 120", "max = 119")]
)
def test_any_change_withdraws_it_and_the_file_remembers(
    folder: Path, change: tuple[str, str]
) -> None:
    run("approve", "small", *BY)
    (folder / "small.toml").write_text(sound(change))
    assert load_library(folder).signed == set()
    assert run("texts").exit_code == 0
    now, before = wholes(folder)
    assert (now["approved_by"], before["approved_by"][:8]) == ("", "Dr Phiri")
    assert now["digest"] != before["digest"]
    again = run("approve", "small", "--by", "Dr Banda", "--on", "2026-03-09")
    assert again.exit_code == 0, again.output
    assert [row["approved_by"][:8] for row in wholes(folder)] == ["Dr Banda", "Dr Phiri"]
    assert load_library(folder).signed == {("small", "en")}


def test_what_is_put_back_is_approved_as_it_was(folder: Path) -> None:
    run("approve", "small", *BY)
    (folder / "small.toml").write_text(sound(('"Fast."', '"Fast!"')))
    run("texts")
    (folder / "small.toml").write_text(sound())
    assert load_library(folder).signed == {("small", "en")}
    assert run("texts").exit_code == 0
    assert [row["approved_by"][:8] for row in wholes(folder)] == ["Dr Phiri"]


def test_a_flow_with_problems_is_refused(folder: Path) -> None:
    (folder / "small.toml").write_text(sound(("value = 40", "value = 70")))
    result = run("approve", "small", *BY)
    assert result.exit_code == 1
    assert "mend these first:\nsmall.toml: param slow: write a value from 20 to 60" in result.output
    assert not (folder / "texts.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing", *BY), "there is no flow nothing that can be read; there are small, words"),
        (("small", *BY, "--lang", "fr"), "small is not in fr; it is in en"),
        (("small", "--by", " ", "--on", "2026-03-02"), "write who approves"),
        (("small", "--by", "x" * 81, "--on", "2026-03-02"), "in at most 80 letters"),
        (("small", "--by", "Dr Phiri", "--on", "2.3.2026"), "write the day as year-month-day"),
        (("small", "--by", "Dr Phiri", "--on", "2999-01-01"), "is still to come"),
    ],
)
def test_what_is_no_approval_is_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = run("approve", *words)
    assert result.exit_code == 1
    assert said in result.output
    assert not (folder / "texts.csv").exists()


def test_twice_is_once(folder: Path) -> None:
    run("approve", "small", *BY)
    result = run("approve", "small", "--by", "Dr Banda", "--on", "2026-03-09")
    assert result.exit_code == 1
    assert "approved already, by Dr Phiri, Ministry of Health on 2026-03-02" in result.output


def test_a_dry_run_records_nothing(folder: Path) -> None:
    result = run("approve", "small", *BY, "--dry-run")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Nothing is recorded.")
    assert not (folder / "texts.csv").exists()


def test_the_words_of_a_draft_language_can_be_approved_when_they_are_whole(folder: Path) -> None:
    library = load_library(folder)
    gaps = library.words.word.keys() - library.words.written("ny").keys()
    words = folder / "words.toml"
    if not gaps:
        words.write_text(words.read_text() + '[word.new]\ntext.en = "New"\ntext.fr = "Neuf"\n')
    result = run("approve", "words", *BY, "--lang", "ny")
    assert result.exit_code == 1
    assert f"{len(gaps) or 1} words are not written in ny" in result.output
    assert run("approve", "words", *BY, "--lang", "fr").exit_code == 0
    assert wholes(folder, "words")[1]["approved_by"]


def test_values_that_settings_put_in_force_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOW_PARAMS", '{"small.slow": 45}')
    assert "Settings put other values in force: small.slow." in run("approve", "small", *BY).output
