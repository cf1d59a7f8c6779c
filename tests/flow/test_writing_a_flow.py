"""`docs/writing-a-flow.md`, followed word by word."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli import main
from smsapp.flow.library import load_library
from tests.flow.build import FLOWS, ROOT
from tests.rig.checked import warm

PAGE = (ROOT / "docs" / "writing-a-flow.md").read_text(encoding="utf-8")
BOXES = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
MENU = re.findall(r"```\n(\[\[ask\.choice\]\]\n.*?)```", PAGE, re.S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "flows"
    shutil.copytree(FLOWS, there)
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(warm(tmp_path / "var")))
    return there


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def follow(folder: Path, boxes: int = len(BOXES)) -> Path:
    path = folder / "water.toml"
    path.write_text("\n".join(BOXES[:boxes]), encoding="utf-8")
    return path


def test_the_head_alone_is_answered_as_the_page_says(folder: Path) -> None:
    result = run("check", str(follow(folder, 1)))
    assert result.output in PAGE
    assert result.exit_code == 1


def test_the_boxes_make_a_flow_without_problems(folder: Path) -> None:
    assert run("check", str(follow(folder))).output == "No problems.\n"
    assert "If nobody answers in 120 minutes, the next." in run("flow", "water").output
    assert "We are telling your supervisor" in run("read", "WATER P1 D5").output
    assert "if it is not mended on day 3" in run("read", "WATER P1 D2").output
    assert "1 pump 2 tap 3 well" in run("read", "WATER").output


def test_it_goes_on_the_menu_is_translated_signed_and_printed(folder: Path) -> None:
    follow(folder)
    menu = folder / "menu.toml"
    answerer = '[[ask]]\nid = "answerer"'
    source = menu.read_text(encoding="utf-8")
    (box,) = MENU
    menu.write_text(source.replace(answerer, f"{box}\n{answerer}"), encoding="utf-8")
    assert run("check").output == "No problems.\n"
    place = [choice.id for choice in load_library(folder).flows["menu"].ask("chw").choices]
    assert f"smsapp dial +265991000001 {place.index('water') + 1} 1 5" in PAGE
    assert run("texts").exit_code == 0
    sheet = folder.parent / "sheet.csv"
    assert run("texts", "export", str(sheet)).exit_code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["fr"] = row["en"] if row["flow"] == "water" else row["fr"]
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert run("texts", "import", str(sheet)).exit_code == 0
    assert load_library(folder).flows["water"].languages == ("en", "fr")
    (command,) = re.findall(r"smsapp (approve water --by) \"(.*?)\" --on (\S+)\n", PAGE)
    words = [*command[0].split(), command[1], "--on", "2026-03-02"]
    assert run(*words).exit_code == 0
    assert ("water", "en") in load_library(folder).signed
    assert run("cards", "water", "--out", str(folder.parent / "cards")).exit_code == 0
    assert run("release", "water").exit_code == 0
