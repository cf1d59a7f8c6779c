"""`smsapp broadcast` as a person calls it."""

import pytest
from click.testing import CliRunner, Result

from smsapp.cli.broadcast import broadcast
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def run(programme: Programme, monkeypatch: pytest.MonkeyPatch):
    """The command on this test's database, which the environment names."""
    settings = programme.rt.settings
    for name in ("var_dir", "flows_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))

    def call(*words: str) -> Result:
        return CliRunner().invoke(broadcast, words)

    return call


def test_draft_preview_send_pause_resume(run, programme: Programme):
    programme.change("eve", opted_out=True)
    done = run("draft", "--text", "en", "Meeting Friday", "--text", "fr", "Réunion â 9 h")
    assert done.output.splitlines() == [
        "Broadcast 1 is a draft.",
        (
            "Recipients: 1. SMS parts in all: 1. "
            "The cost is not known: set PRICES_FILE, in one currency."
        ),
        "en: recipients 1, parts each 1, GSM-7",
        "fr: recipients 0, parts each 1, UCS-2 because of â",
        "Left out: sent STOP, 1",
    ]
    assert run("preview", "1").output.splitlines() == done.output.splitlines()[1:]
    assert run("send", "1").output == "Broadcast 1 is being sent, by day. Recipients: 1.\n"
    assert run("pause", "1").output == "Broadcast 1 rests.\n"
    assert run("resume", "1").output == "Broadcast 1 goes on.\n"
    assert "1  sending" in run("list").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["draft"], "Error: There is no text"),
        (["draft", "--text", "en", "x", "--place", "X"], "Error: No place has the code X."),
        (["send", "9"], "Error: There is no broadcast 9"),
        (["preview", "9"], "Error: There is no broadcast 9"),
    ],
)
def test_what_it_cannot_do_is_one_sentence(run, words: list[str], says: str):
    done = run(*words)
    assert done.exit_code == 1
    assert done.output.startswith(says)
    assert done.output.count("\n") == 1
