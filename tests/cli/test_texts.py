"""`smsapp texts export` and `import`: a translator's sheet, there and back."""

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli import main
from smsapp.flow.library import load_library
from tests.flow.build import FLOWS, SOUND, beside
from tests.rig.checked import warm

Rows = list[dict[str, str]]
TWO = SOUND.replace('languages = ["en"]', 'languages = ["en", "fr"]')
FRENCH = {
    '"Small"': '"Petit"', '"Signs?"': '"Signes?"', '"Fits"': '"Convulsions"', '"Tired"': '"Las"',
    '"Breaths?"': '"Respirations?"', '"REFER NOW"': '"REFERER"', '"Going"': '"En route"',
    '"Mistake"': '"Erreur"', '"REFER NOW. Saved."': '"REFERER. Noté."', '"Fast."': '"Vite."',
    '"Write {ref}"': '"Notez {ref}"',
    '"Danger. {chw} {chw_phone}. OK {ref}"': '"Danger {chw} {chw_phone}. OK {ref}"',
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's words and a small flow in English and French, with a comment."""
    there = tmp_path / "flows"
    there.mkdir()
    beside(there)
    lines = []
    for line in TWO.splitlines():
        name, _, value = line.partition(" = ")
        lines.append(line)
        if name.endswith(".en"):
            lines.append(f"{name.removesuffix('en')}fr = {FRENCH[value]} # read by nobody yet")
    (there / "small.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    assert run("texts").exit_code == 0
    return there


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def export(folder: Path) -> tuple[Path, Rows]:
    path = folder.parent / "sheet.csv"
    result = run("texts", "export", str(path))
    assert result.exit_code == 0, result.output
    with path.open(encoding="utf-8-sig", newline="") as file:
        return path, list(csv.DictReader(file))


def bring(path: Path, rows: Rows, **more: str) -> Result:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=more.get("delimiter", ","))
        writer.writeheader()
        writer.writerows(rows)
    return run("texts", "import", str(path))


def at(rows: Rows, place: str) -> dict[str, str]:
    return next(row for row in rows if row["flow"] == "small" and row["place"] == place)


def line_of(rows: Rows, place: str) -> int:
    return 2 + rows.index(at(rows, place))


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def level(folder: Path, place: str, language: str) -> str:
    with (folder / "texts.csv").open(encoding="utf-8", newline="") as file:
        found = {(r["flow"], r["place"], r["language"]): r for r in csv.DictReader(file)}
    return found["small", place, language]["confidence"]


def test_a_sheet_holds_all_languages_side_by_side(folder: Path) -> None:
    _, rows = export(folder)
    fits = at(rows, "ask signs, choice fits")
    assert [fits[one] for one in ("en", "fr", "sw", "ny")] == ["Fits", "Convulsions", "", ""]
    assert (fits["en_confidence"], fits["fr_confidence"]) == ("H", "M")
    used, _, available = fits["fr_septets"].partition(" of ")
    assert used == "11"
    assert int(available) > 60
    assert fits["fr_digest"].startswith("#")
    saved = next(row for row in rows if row["place"] == "word sms.started")
    assert saved["sw"] == "Vikumbusho vinarudi."


def test_what_is_not_changed_changes_nothing(folder: Path) -> None:
    path, rows = export(folder)
    before = state(folder)
    result = bring(path, rows)
    assert result.output == "0 texts written (no flow).\n"
    assert state(folder) == before


def test_a_text_comes_back_in_its_place(folder: Path) -> None:
    path, rows = export(folder)
    source = (folder / "small.toml").read_text(encoding="utf-8")
    at(rows, "ask signs, choice tired")["fr"] = "Épuisé"
    at(rows, "ask breaths")["fr_confidence"] = "h"
    assert bring(path, rows, delimiter=";").exit_code == 0
    wanted = source.replace('"Las"', '"Épuisé"')
    assert wanted != source
    assert (folder / "small.toml").read_text(encoding="utf-8") == wanted
    assert level(folder, "ask breaths", "fr") == "H"
    assert level(folder, "ask signs, choice tired", "fr") == "M"
    assert run("texts", "--check").exit_code == 0


def test_a_word_of_the_system_comes_back_too(folder: Path) -> None:
    path, rows = export(folder)
    next(row for row in rows if row["place"] == "word sms.started")["ny"] = "Zikumbutso zabweranso."
    assert bring(path, rows).exit_code == 0
    assert load_library(folder).say("sms.started", "ny") == "Zikumbutso zabweranso."


def test_a_product_is_called_anew(folder: Path) -> None:
    shutil.copy(FLOWS / "products.toml", folder)
    path, rows = export(folder)
    (row,) = [row for row in rows if row["place"] == "product zi, name"]
    assert (row["fr"], row["fr_septets"]) == ("Zinc", "4 of 12")
    row["fr"] = "Zinc en comprimés"
    before = state(folder)
    refused = bring(path, rows)
    assert (refused.exit_code, state(folder)) == (1, before)
    assert "product zi, name.fr: write 1 to 12 letters" in refused.output
    row["fr"] = "Zn comprimé"
    assert bring(path, rows).output == "1 texts written (products).\n"
    assert load_library(folder).products["zi"].name["fr"] == "Zn comprimé"


def test_a_text_that_breaks_a_limit_is_refused_with_its_line(folder: Path) -> None:
    path, rows = export(folder)
    before = state(folder)
    at(rows, "reply 1")["fr"] = "REFERER MAINTENANT " * 7
    at(rows, "ask signs, choice tired")["fr"] = "Fatigué"
    result = bring(path, rows)
    assert result.exit_code == 1
    assert f"line {line_of(rows, 'reply 1')}: small.toml: reply, fr: " in result.output
    assert "septets, at most 160: shorten" in result.output
    assert state(folder) == before


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        ("reply 2", "Ça va", "line {line}: small.toml: reply 2, fr: "),
        ("reply 3", "Notez", "fr lacks {{ref}}; say it in every language or in none"),
        ("ask signs, choice fits", "Convulsions?", "say what is seen, do not ask"),
    ],
)
def test_a_text_is_checked_like_any_other(folder: Path, place: str, text: str, said: str) -> None:
    path, rows = export(folder)
    before = state(folder)
    at(rows, place)["fr"] = text.replace("Ça", "\u00c2")
    result = bring(path, rows)
    assert result.exit_code == 1
    assert said.format(line=line_of(rows, place)) in result.output
    assert f"line {line_of(rows, place)}: " in result.output
    assert state(folder) == before


def test_a_sheet_that_is_older_than_a_text_is_refused(folder: Path) -> None:
    path, rows = export(folder)
    source = (folder / "small.toml").read_text(encoding="utf-8")
    (folder / "small.toml").write_text(source.replace('"Fast."', '"Fast breathing."'))
    at(rows, "reply 2")["fr"] = "Rapide."
    result = bring(path, rows)
    assert result.exit_code == 1
    line = line_of(rows, "reply 2")
    assert f"line {line}, en: the text in en has changed since this sheet was" in result.output
    assert f"line {line}, fr: the text in en has changed since this sheet was" in result.output


def test_a_new_language_is_written_whole_or_not_at_all(folder: Path) -> None:
    path, rows = export(folder)
    small = [row for row in rows if row["flow"] == "small" and row["place"] != "*"]
    small[0]["sw"] = "Ndogo"
    result = bring(path, rows)
    assert result.exit_code == 1
    assert f"sw: small: 1 of {len(small)} texts are written in it; write all" in result.output
    for row in small:
        row["sw"] = row["en"].replace("Signs?", "Dalili:")
    assert bring(path, rows).exit_code == 0
    flow = load_library(folder).flows["small"]
    assert flow.languages == ("en", "fr", "sw")
    assert flow.asks[0].text["sw"] == "Dalili:"
    assert level(folder, "ask signs", "sw") == "L"
    assert "# read by nobody yet" in (folder / "small.toml").read_text(encoding="utf-8")


def test_what_is_no_sheet_is_refused(folder: Path) -> None:
    path, rows = export(folder)
    at(rows, "title")["place"] = "ask nobody"
    at(rows, "ask signs")["fr_confidence"] = "sure"
    result = bring(path, rows)
    assert "line 3: no text stands at small, ask nobody; export anew\n" in result.output
    assert f"line {line_of(rows, 'ask signs')}, fr_confidence: write H, M or L\n" in result.output
    path.write_text("name,phone\nEsther,1\n")
    assert (
        "line 1: name, phone: the first line is flow, place"
        in run("texts", "import", str(path)).output
    )
    assert run("texts", "import", str(folder / "nothing.csv")).exit_code == 1
    assert run("texts", "export", str(folder / "no" / "where.csv")).exit_code == 1


def test_the_projects_own_sheet_goes_there_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "flows"
    shutil.copytree(FLOWS, there)
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(warm(tmp_path / "var")))
    path, rows = export(there)
    before = state(there)
    assert bring(path, rows).output == "0 texts written (no flow).\n"
    assert state(there) == before
    change_what_is_said_of_each_product(there, path, rows)


def change_what_is_said_of_each_product(there: Path, path: Path, rows: Rows) -> None:
    """It stands once, and is written once; each product has it."""
    of_count = [row for row in rows if row["flow"] == "count" and "left" in row["place"]]
    assert [row["place"] for row in of_count] == ["ask left_product, line 1", "ask left_product"]
    asked = of_count[1]
    assert asked["en"] == "{product}: how many {unit} left? 0: none"
    asked["fr"], asked["en_confidence"] = "{product}: reste combien de {unit}? 0: rien", "m"
    tip = next(row for row in rows if row["flow"] == "tips" and row["place"] == "tip 1")
    tip["fr"] = "Cherchez chaque signe de danger. Un seul suffit: référer."
    assert bring(path, rows).output == "2 texts written (count, tips).\n"
    new = load_library(there).flows
    asks = {ask.id: ask.text["fr"] for ask in new["count"].asks}
    assert asks["left_la"] == "AL 1x6: reste combien de comprimés? 0: rien"
    assert new["tips"].tips[0].text["fr"] == tip["fr"]
    with (there / "texts.csv").open(encoding="utf-8", newline="") as file:
        said = [r for r in csv.DictReader(file) if r["flow"] == "count" and r["language"] == "en"]
    assert {r["confidence"] for r in said if r["place"].startswith("ask left_la")} == {"H", "M"}
