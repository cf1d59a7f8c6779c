"""`smsapp people`: what an operator sees."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli.people import people
from tests.rig.programme import Programme

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def run(empty_programme: Programme, monkeypatch: pytest.MonkeyPatch):
    """The command on this test's database, which the environment names."""
    settings = empty_programme.rt.settings
    shutil.copy(EXAMPLES.parents[1] / "flows" / "products.toml", settings.flows_dir)
    for name in ("var_dir", "flows_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))

    def call(*words: str | Path) -> Result:
        return CliRunner().invoke(people, [str(word) for word in words])

    return call


def test_the_examples_of_the_docs(run):
    dry = run("places", EXAMPLES / "places.csv", "--dry-run")
    assert (dry.exit_code, dry.stdout.splitlines()[-1]) == (
        0,
        "Would import: 5 new, 0 changed, 0 as before.",
    )
    assert "4     MW-NK-BUA    Bua HC      new" in dry.stdout
    assert run("list").stdout.startswith("There is nobody yet.")
    assert run("places", EXAMPLES / "places.csv").exit_code == 0
    done = run("import", EXAMPLES / "roster.csv")
    assert (done.stdout, done.stderr) == ("Imported: 7 new, 0 changed, 0 as before.\n", "")
    listed = run("list").stdout
    assert "E Example" in listed
    assert "+265…001" in listed
    assert "+265991000001" not in listed


def test_faults_are_listed_and_the_command_fails(run, tmp_path: Path):
    path = tmp_path / "roster.csv"
    path.write_text("code,name,phone,role,language,place\nx,Secret,+26599,nurse,en,Y\n")
    result = run("import", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "line 2, phone",
        "line 2, role",
        "line 2, place",
    ]
    assert lines[-1] == "Error: 3 problems. Nothing was imported."
    assert "Secret" not in result.stderr


def test_training_is_marked_and_ended(run):
    run("places", EXAMPLES / "places.csv")
    run("import", EXAMPLES / "roster.csv")
    assert "is in training until" in run("training", "C-1", "--days", "3").stdout
    assert "training" in run("list").stdout
    assert run("training", "C-1", "--end").exit_code == 0
    assert "training" not in run("list").stdout
    assert run("training", "C-9").exit_code == 1
    assert run("training", "C-1", "--days", "15").exit_code == 2


def test_the_people_of_the_examples_are_checked(run):
    assert run("check").stdout == "Nothing to mend.\n"
    run("places", EXAMPLES / "places.csv")
    run("import", EXAMPLES / "roster.csv")
    checked = run("check")
    assert checked.exit_code == 1
    assert [one.split(":")[0] for one in checked.stdout.splitlines()] == ["+265…007", "C-2"]
    assert "+265991000007" not in checked.stdout
