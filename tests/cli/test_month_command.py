"""`smsapp month` writes a file a facility, and says in one sentence what it cannot do."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli.month import HEAD, month
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def run(programme: Programme, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The command on this test's database, which the environment names."""
    settings = programme.rt.settings
    for name in ("var_dir", "flows_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Result:
        return CliRunner().invoke(month, words)

    return call


def test_a_file_a_facility(run, tmp_path: Path):
    done = run("2026-03")
    assert (done.exit_code, done.stdout) == (0, "months/2026-03-BUA.csv\n")
    with (tmp_path / "months" / "2026-03-BUA.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == HEAD
    assert {tuple(row[:2]) for row in rows} == {("BUA", "2026-03")}
    assert [row[2] for row in rows].count("ICCM_CASES") == 1
    cases = next(row for row in rows if row[2] == "ICCM_CASES")
    assert cases[4:6] == ["", ""]  # missing, not zero
    assert all(row[6] for row in rows if row[4] == "")  # and each says why


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["2026-13"], "Write the month as 2026-11, not 2026-13."),
        (["November"], "Write the month as 2026-11, not November."),
        (["2999-01"], "2999-01 has not begun yet."),
        (["2026-03", "--facility", "NK"], "No facility has the code NK."),
    ],
)
def test_what_it_cannot_do_is_one_sentence(run, words: list[str], says: str):
    done = run(*words)
    assert done.exit_code == 1
    assert says in done.stderr


def test_every_row_is_explained(run):
    assert run("2026-03").exit_code == 0
    text = (Path(__file__).resolve().parents[2] / "docs" / "month.md").read_text(encoding="utf-8")
    with Path("months/2026-03-BUA.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    for code in codes:
        if not code.startswith("ICCM_CASES"):
            assert f"`{code}`" in text, code
