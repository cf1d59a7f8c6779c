"""Cases with expected answers, through both faces; and that a wrong flow is noticed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from smsapp.cli import main
from smsapp.flow.load import load_flow
from smsapp.flow.vectors import VectorError, load_vectors, mismatches
from tests.flow.build import DATA, FLOWS, ICCM

GIVEN = load_vectors(DATA / "iccm_vectors.jsonl")
MORE = load_vectors(DATA / "more_vectors.jsonl")
ONE = {
    "id": "one",
    "source": "us",
    "protocol": {"cough_days": 14},
    "case": {"age_m": 20, "convulsions": True},
    "expect": {"classification": "REFER_URGENT", "danger": ["convulsions"], "actions": []},
}


@pytest.mark.parametrize("vector", [*GIVEN, *MORE], ids=lambda vector: vector.id)
def test_case(vector: object) -> None:
    assert list(mismatches(ICCM, vector)) == []  # type: ignore[arg-type]


def test_every_case_has_a_name_and_a_source() -> None:
    every = [*GIVEN, *MORE]
    assert len({vector.id for vector in every}) == len(every)
    assert all(vector.source for vector in every)


MUTANTS = {  # the id of a class or ask; within it, what stands and what is put in its place
    "a sign does not refer": ("convulsions", 'severe = { with = "convulsions" }', "age = 7"),
    "not sure is no": ("unsure_look", 'danger_look = { with = "unsure" }', "age = 7"),
    "fast at 41": ("fast_child", 'min = "child_breaths"', "min = 41"),
    "two tablets at 35 months": ("al_2x6", "min = 36", "min = 35"),
    "half zinc at 6 months": ("zinc_half_10d_5", "max = 5 ", "max = 6 "),
    "a year is a month": ("years", "times = 12", "times = 1"),
    "no count is no pneumonia": ("pending_count", '"not_counted"', "7"),
    "drinks with fits": ("swallows", '"convulsions", ', ""),
    "zinc before referral": ("zinc_one_10d_10", "danger = false, ", ""),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_flow_is_noticed(name: str, tmp_path: Path) -> None:
    place, old, new = MUTANTS[name]
    text = (FLOWS / "iccm.toml").read_text(encoding="utf-8")
    start = text.rindex(f'id = "{place}"')
    at = text.index(old, start)
    assert at - start < 200
    path = tmp_path / "iccm.toml"
    path.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    wrong = load_flow(path)
    assert [line for vector in [*GIVEN, *MORE] for line in mismatches(wrong, vector)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "line 2"),
        (b"\xff\xfe", "line 2"),
        (b"[]", "line 2"),
        (json.dumps(ONE | {"case": {"age_m": "20"}}).encode(), "case.age_m"),
        (json.dumps(ONE | {"case": {"age": 20}}).encode(), "case.age"),
        (json.dumps(ONE | {"case": {"muac": "blue"}}).encode(), "case.muac"),
        (json.dumps({"id": "one"}).encode(), "source"),
    ],
)
def test_a_bad_line_is_named(line: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"\n" + line)
    with pytest.raises(VectorError, match=rf"bad\.jsonl: line 2: .*{told}|{told}"):
        load_vectors(path)


def test_the_command_ends_with_1_on_a_mismatch(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    wrong = {**ONE, "expect": {"classification": "TREAT_HOME", "danger": [], "actions": []}}
    path.write_text(json.dumps(ONE) + "\n" + json.dumps(wrong | {"id": "wrong"}) + "\n")
    result = CliRunner().invoke(main, ["vectors", str(path)])
    assert result.exit_code == 1
    assert [line.split(":")[:3] for line in result.output.splitlines()[:-1]] == [
        ["wrong", f" {face}", f" {part}"]
        for face in ("ussd", "sms")
        for part in ("classification", "danger")
    ]


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 100, b"x" * 1_000_000])
def test_the_command_says_what_is_wrong_with_a_file(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    if content is not None:
        path.write_bytes(content)
    result = CliRunner().invoke(main, ["vectors", str(path)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: cases.jsonl:")
    assert len(result.output.splitlines()) == 1


def test_a_param_that_the_flow_does_not_have_is_named() -> None:
    vector = GIVEN[0].__class__(**{**vars(GIVEN[0]), "protocol": {"cough_weeks": 2}})
    assert list(mismatches(ICCM, vector)) == ["minnie: the flow has no param cough_weeks"]
