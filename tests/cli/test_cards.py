"""`smsapp cards`: a page a flow and language, to be printed."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page

from smsapp.cli import main
from smsapp.flow.card import Card, card
from smsapp.flow.keyword import open_sms
from smsapp.flow.library import load_library
from smsapp.flow.reading import read
from tests.flow.build import FLOWS, ICCM, LIBRARY, STOCK, beside, given, sound

A4 = {"width": 794, "height": 1123}  # pixels at 96 to the inch
FORMS = [flow for flow in LIBRARY.flows.values() if flow.kind == "form"]
PAGES = {f"{flow.id}.{language}" for flow in FORMS for language in flow.languages}


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every page of the project, by name."""
    monkeypatch.setenv("FLOWS_DIR", str(FLOWS))
    assert run("--out", str(tmp_path / "cards")).exit_code == 0
    return {path.stem: path.read_text("utf-8") for path in (tmp_path / "cards").iterdir()}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["cards", *words])


def of(flow, language: str = "en", **more) -> Card:
    return card(LIBRARY, flow, language, replace(given(flow, **more), face="sms"))


def words_of(page: str) -> str:
    body = page.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_page_for_each_flow_and_language(written: dict[str, str]) -> None:
    assert written.keys() == PAGES


def test_the_sick_childs_page_says_what_the_flow_says(written: dict[str, str]) -> None:
    said = words_of(written["iccm.en"])
    for part in (
        "Sick child DRAFT", "Dial *384*2400# 1", "Or SMS to 24000 CCM", "A Age in MONTHS?",
        "S Type ALL true, 0 none: 1 Fits in this illness 2 Cannot drink", "B P1 Breaths in 1 FULL",
        "R P3 Malaria test", "1 Cough 14 days or more", "Example: CCM A14 S0 D0 M3 P0 T0",
        "Send this at once, the rest later: CCM A14 S1", "Dial again within 15 minutes",
    ):  # fmt: skip
        assert part in said
    assert "Artesunate" not in said  # only where a programme uses it
    assert "{" not in said
    french = words_of(written["iccm.fr"])
    assert "Ou SMS au 24000 PCIME = CCM ICCM" in french
    assert "Exemple: PCIME A14" in french


@pytest.mark.parametrize("flow", FORMS, ids=lambda flow: flow.id)
def test_examples_are_understood_whole(flow) -> None:
    found = of(flow, role=(*flow.roles, "chw")[0])
    for example in filter(None, (found.example, found.at_once)):
        opening = open_sms(LIBRARY, example)
        assert opening.flow == flow.id
        reading = read(flow, opening, replace(given(flow), face="sms"))
        assert reading.unknown == ()
        assert reading.judged.missing == () or example == found.at_once


def test_what_is_sent_at_once_is_danger() -> None:
    reading = read(ICCM, open_sms(LIBRARY, of(ICCM).at_once), replace(given(ICCM), face="sms"))
    assert reading.answers["severe"] == ["convulsions"]
    assert of(STOCK).at_once == ""


def test_the_way_leads_through_the_menus_and_no_ask_of_ours_is_printed() -> None:
    assert (of(ICCM).path, of(LIBRARY.flows["count"]).path) == ("1", "2 1")
    printed = [part.text for part in of(LIBRARY.flows["emergency"]).parts]
    assert not [text for text in printed if "read" in text]


def test_values_of_the_country_are_on_the_page() -> None:
    params = {"cough_days": 22, "rectal_artesunate": True}
    found = of(ICCM, params=params)
    long = next(part for part in found.parts if part.letter == "W")
    assert long.options[0] == ("1", "Cough 22 days or more")
    treated = next(part for part in found.parts if part.letter == "T")
    assert treated.options[-1] == ("5", "Artesunate rectal")


def test_an_approved_page_names_who_approved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside(tmp_path)
    (tmp_path / "small.toml").write_text(sound())
    monkeypatch.setenv("FLOWS_DIR", str(tmp_path))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    out = tmp_path / "out"
    assert run("small", "--out", str(out)).exit_code == 0
    assert "DRAFT" in words_of((out / "small.en.html").read_text("utf-8"))
    args = ["approve", "small", "--by", "Dr Phiri", "--on", "2026-03-02"]
    assert CliRunner().invoke(main, args).exit_code == 0
    assert run("small", "--out", str(out)).exit_code == 0
    said = words_of((out / "small.en.html").read_text("utf-8"))
    assert "Dr Phiri 2026-03-02" in said
    assert "DRAFT" not in said
    assert load_library(tmp_path).signed == {("small", "en")}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert "No flow nothing; there are " in run("nothing").output
    (tmp_path / "file").write_text("")
    assert "cannot be written" in run("--out", str(tmp_path / "file" / "x")).output


def test_a_page_needs_nothing_from_elsewhere(written: dict[str, str]) -> None:
    for page in written.values():
        assert not re.search(r"https?:|<script|<link|<img|url\(|@import", page)


def test_each_is_one_page_in_big_black_type(written: dict[str, str], page: Page) -> None:
    page.set_viewport_size(A4)
    for name, html in written.items():
        page.set_content(html)
        size = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert size[0] <= A4["width"], name
        assert size[1] <= A4["height"], name
        small = page.evaluate(
            """() => [...document.querySelectorAll('.option, .text, .letter')]
            .map(e => parseFloat(getComputedStyle(e).fontSize)).reduce((a, b) => Math.min(a, b))"""
        )
        assert small >= 16, name  # pixels: 12 points
        colours = page.evaluate(
            """() => [...new Set([...document.querySelectorAll('body *')]
            .map(e => getComputedStyle(e).color))]"""
        )
        assert set(colours) <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)"}, name
