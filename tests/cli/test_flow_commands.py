"""`smsapp check`, `read` and `texts`."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp import gsm
from smsapp.cli import main
from smsapp.flow.library import SIGNED_COLUMNS, Library, load_library
from smsapp.runtime import Runtime
from tests.flow.build import beside, sound


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flows folder of this test, with the small sound flow and the project's words."""
    there = tmp_path / "flows"
    there.mkdir()
    beside(there)
    (there / "small.toml").write_text(sound())
    monkeypatch.setenv("FLOWS_DIR", str(there))
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return there


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def read(*words: str) -> dict[str, object]:
    result = run("read", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)
    assert list(found) == ["flow", "answers", "missing", "unknown", "reply"]
    return found


def test_check_is_silent_about_what_is_sound(folder: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "No problems.\n")


def test_check_prints_a_line_for_each_problem(folder: Path) -> None:
    (folder / "small.toml").write_text(sound(("value = 40", "value = 70"), ('"Fast."', '"Fast…"')))
    for _ in ("enumerated", "remembered"):
        result = run("check")
        assert result.exit_code == 1
        assert result.output.splitlines() == [
            "small.toml: reply 2, en: write … with letters of GSM 03.38 [gsm]",
            "small.toml: param slow: write a value from 20 to 60 [param]",
        ]
    (folder / "small.toml").write_text(sound())
    assert run("check").output == "No problems.\n"


def test_check_looks_only_at_the_files_it_is_given(folder: Path) -> None:
    (folder / "broken.toml").write_text("id = ")
    assert run("check", str(folder / "small.toml")).exit_code == 0
    result = run("check", str(folder / "broken.toml"))
    assert result.exit_code == 1
    assert result.output.startswith("broken.toml: TOML: ")


def test_check_names_a_file_that_is_not_there(folder: Path) -> None:
    result = run("check", str(folder / "nothing.toml"))
    assert result.exit_code == 2
    assert "nothing.toml" in result.output


def test_check_takes_a_flow_on_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "small.toml").write_text(sound())
    assert run("check", str(tmp_path / "small.toml")).exit_code == 0


def test_read_shows_what_is_understood() -> None:
    found = read("CCM A14 S0 D0 M3 P13 W0 B48 R1 T12")
    assert found["flow"] == "iccm"
    assert found["answers"] == {
        "age": 14, "severe": [], "danger_look": [], "muac": "green", "problems": ["cough", "fever"],
        "long": [], "breaths": 48, "rdt": "positive", "given": ["al", "amoxicillin"],
    }  # fmt: skip
    assert (found["missing"], found["unknown"]) == ([], [])
    assert str(found["reply"]).endswith("Write {ref}")


def test_read_names_what_is_missing_and_what_is_not_understood() -> None:
    found = read("CCM A14 S1 zz")
    assert found["missing"] == ["danger_look", "muac", "problems", "given"]
    assert found["unknown"] == ["ZZ"]
    assert "REFER NOW" in str(found["reply"])


@pytest.mark.parametrize(
    ("body", "flow", "said"),
    [
        ("CCM", "iccm", "CCM A(months)"),
        ("HELP", "", "CCM"),
        ("", "", "CCM"),
        ("STOP", "", "Reminders stopped."),
        ("START", "", "Reminders are on."),
        ("OK 482913", "alerts", "Thank you. {chw} is told that you have seen {ref}."),
        ("R482913 1", "", "No report of yours waits with ref 482913."),
        ("hello", "", "Not understood. Send HELP"),
        ("\U0001f600" * 300, "", "Not understood. Send HELP"),
        ("\u202e\x07" * 9, "", "CCM"),
    ],
)
def test_read_answers_whatever_comes(body: str, flow: str, said: str) -> None:
    found = read(body)
    assert found["flow"] == flow
    assert str(found["reply"]).split("\n")[1].startswith(said)
    assert gsm.fits(str(found["reply"]))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_read_as_somebody(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    from smsapp.service.demonstration import seed_demonstration

    seed_demonstration(rt)
    for name in ("var_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(rt.settings, name)))
    found = read("CCM A14 S1 D0 M3 P0 T0", "--from", "+265991000001")
    assert "REFER NOW. Saved. We are telling " in str(found["reply"])
    assert "the district" not in str(found["reply"])
    assert read("HELP", "--from", "+265991000101")["reply"] != read("HELP")["reply"]
    nobody = run("read", "CCM", "--from", "+265991999999")
    assert nobody.exit_code == 1
    assert "Nobody is registered" in nobody.output
    assert run("read", "CCM", "--from", "x").exit_code == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_read_goes_on_with_what_the_sender_left_unfinished(
    rt: Runtime, flows: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smsapp.service import callbacks
    from smsapp.service.demonstration import seed_demonstration

    seed_demonstration(rt)
    for name in ("var_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(rt.settings, name)))
    body = b"id=1&from=%2B265991000001&to=24000&text=CCM+A14+S0+D0&date=2026-03-02+08%3A42%3A00"
    served = replace(rt, flows=flows)
    callbacks.take(served, "sms", body)
    callbacks.read_due(served)
    found = read("M3 P0 T0", "--from", "+265991000001")
    assert (found["flow"], found["missing"]) == ("iccm", [])
    assert "TREAT AT HOME" in str(found["reply"])
    assert read("M3 P0 T0", "--from", "+265991000002")["flow"] == ""
    with rt.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM report").scalar() == 0


def test_read_prints_a_line_for_each_report() -> None:
    result = run("read", "CCM A14 S0 D0 M3 P0 T0\nCCM A24 S1")
    found = [json.loads(line) for line in result.output.splitlines()]
    assert [one["answers"]["age"] for one in found] == [14, 24]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_read_adds_a_result_to_what_waits_for_it(
    rt: Runtime, flows: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smsapp.service import callbacks
    from smsapp.service.demonstration import seed_demonstration

    seed_demonstration(rt)
    for name in ("var_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(rt.settings, name)))
    text = b"CCM+A14+S0+D0+M3+P3+W0+R3+T0"
    body = b"id=1&from=%2B265991000001&to=24000&text=" + text + b"&date=2026-03-02+08%3A42%3A00"
    served = replace(rt, flows=flows)
    callbacks.take(served, "sms", body)
    callbacks.read_due(served)
    with rt.read() as db:
        ref = db.exec_driver_sql("SELECT ref FROM report").scalar()
    found = read(f"R{ref} pos", "--from", "+265991000001")
    assert (found["flow"], found["missing"]) == ("iccm", [])
    assert "TREAT AT HOME" in str(found["reply"])
    other = read(f"R{ref} pos", "--from", "+265991000002")
    assert "No report of yours waits" in str(other["reply"])


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "texts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_texts_lists_every_text(folder: Path) -> None:
    assert run("texts", "--check").exit_code == 1
    assert not (folder / "texts.csv").exists()
    assert run("texts").exit_code == 0
    found = rows(folder)
    assert tuple(found[0]) == SIGNED_COLUMNS
    small = [row["place"] for row in found if row["flow"] == "small"]
    assert small[:4] == ["*", "title", "ask signs", "ask signs, choice fits"]
    assert run("texts", "--check").exit_code == 0


def test_what_was_said_of_a_text_stands_while_it_does(folder: Path) -> None:
    run("texts")
    text = (folder / "texts.csv").read_text(encoding="utf-8")
    signed = text.replace(",H,,", ",M,Ministry,2026-11-01")
    (folder / "texts.csv").write_text(signed, encoding="utf-8")
    assert load_library(folder).signed == {("small", "en"), ("words", "en")}
    assert run("texts", "--check").exit_code == 0
    (folder / "small.toml").write_text(sound(('text.en = "Fits"', 'text.en = "Convulsions"')))
    assert load_library(folder).signed == {("words", "en")}
    assert run("texts", "--check").exit_code == 1
    assert run("texts").exit_code == 0
    small = [row for row in rows(folder) if row["flow"] == "small"]
    assert [row["approved_by"] for row in small[:2]] == ["", "Ministry"]  # withdrawn, and kept
    assert {row["place"] for row in small[:2]} == {"*"}
    approved = {row["place"]: row["approved_by"] for row in small[2:]}
    assert approved["ask signs"] == "Ministry"
    assert approved["ask signs, choice fits"] == ""


def test_the_projects_list_is_up_to_date() -> None:
    assert run("texts", "--check").exit_code == 0
