"""Swahili and Chichewa are drafts: what may be claimed of them, and who may see them."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from smsapp.flow.library import SIGNED_FILE, load_library, words_digest
from smsapp.flow.load import FlowError
from smsapp.flow.parts import texts
from smsapp.flow.words import load_words
from tests.flow.build import LIBRARY

ROOT = Path(__file__).parents[2]
DRAFTS = ("sw", "ny")
LEVELS = "HML"


def said() -> dict[tuple[str, str, str], str]:
    """Every Swahili and Chichewa text: flow, place, language -> text."""
    flows = {
        (flow.id, place, language): text[language]
        for flow in LIBRARY.flows.values()
        for place, text in texts(flow)
        for language in DRAFTS
        if language in text
    }
    words = {
        (LIBRARY.words.id, f"word {name}", language): text
        for language in DRAFTS
        for name, text in LIBRARY.words.written(language).items()
    }
    return flows | words


def attested() -> dict[tuple[str, str], str]:
    """Language and wording -> the confidence that tests/data/strings.csv allows at the most."""
    allowed: dict[tuple[str, str], str] = {}
    with (ROOT / "tests/data/strings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for language in DRAFTS:
                exact, level = row[language], row[f"conf_{language}"]
                adapted = (language, exact.rstrip("?").casefold())
                allowed[adapted] = max(level, "M", key=LEVELS.find)
                allowed[language, exact] = level
    return allowed


def test_no_draft_claims_more_confidence_than_its_source() -> None:
    allowed, found = attested(), said()
    with (ROOT / "flows" / SIGNED_FILE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] in DRAFTS]
    claimed = 0
    for row in rows:
        text = found.get((row["flow"], row["place"], row["language"]), "")
        adapted = (row["language"], text.rstrip("?").casefold())
        most = allowed.get((row["language"], text)) or allowed.get(adapted, "L")
        assert LEVELS.find(row["confidence"]) >= LEVELS.find(most), row
        assert not row["approved_by"], "nothing is approved by us"
        claimed += row["confidence"] != "L"
    assert claimed > 30


def test_no_fever_is_called_a_funeral() -> None:
    assert not [place for place, text in said().items() if "maliro" in text.casefold()]


@pytest.mark.parametrize("name", ["menu", "iccm", "stock_out"])
def test_what_a_chw_uses_every_day_is_written_in_four_languages(name: str) -> None:
    assert LIBRARY.flows[name].languages == ("en", "fr", "sw", "ny")


def test_a_draft_is_offered_only_to_people_in_training() -> None:
    library, iccm = replace(LIBRARY, signed=frozenset({("iccm", "en")})), LIBRARY.flows["iccm"]
    assert library.language(iccm, "ny", training=True) == "ny"
    assert library.language(iccm, "ny", training=False) == "en"
    assert library.languages(iccm, training=False) == ["en"]
    assert library.spoken("ny", training=True) == "ny"
    assert library.spoken("ny", training=False) == "en"
    assert library.sms("sms.started", "ny", False, "+265") == "Reminders are on."


def test_a_flow_signed_in_french_only_is_french_for_all() -> None:
    library, iccm = replace(LIBRARY, signed=frozenset({("iccm", "fr")})), LIBRARY.flows["iccm"]
    assert library.language(iccm, "ny", training=False) == "fr"
    assert library.languages(iccm, training=False) == ["fr"]


def test_words_signed_in_a_draft_language_are_said_in_it(tmp_path: Path) -> None:
    words = ROOT / "flows/words.toml"
    (tmp_path / "words.toml").write_text(words.read_text(encoding="utf-8"), encoding="utf-8")
    mark = words_digest(load_words(words), "ny")
    head = "flow,place,language,digest,confidence,approved_by,approved_on\n"
    sheet = tmp_path / SIGNED_FILE
    sheet.write_text(f"{head}words,*,ny,{mark},M,Dr Phiri,2026-03-02\n", encoding="utf-8")
    assert load_library(tmp_path).spoken("ny", training=False) == "ny"
    sheet.write_text(f"{head}words,*,ny,0000000000000000,M,Dr Phiri,2026-03-02\n")
    assert load_library(tmp_path).spoken("ny", training=False) == "en"


def test_a_word_not_written_in_a_draft_is_said_in_the_first_language(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text(
        'id = "words"\nversion = 1\nlanguages = ["en"]\ndrafts = ["sw"]\n'
        '[word.hello]\ntext.en = "Hello"\n'
    )
    assert load_words(path).say("hello", "sw", {}) == "Hello"
    path.write_text(path.read_text() + 'text.ny = "Moni"\n')
    with pytest.raises(FlowError, match='word hello: "ny" is not in languages or drafts'):
        load_words(path)
