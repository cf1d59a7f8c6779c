"""`smsapp size`, and how the command line fails."""

import gc
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from smsapp.cli import COMMANDS, main


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "outside"),
    [
        ("", "GSM-7", 0, 1, []),
        ("REFER NOW", "GSM-7", 9, 1, []),
        ("a" * 161, "GSM-7", 161, 2, []),
        ("€", "GSM-7", 2, 1, []),
        ("fièvre ê", "UCS-2", 8, 1, ["ê"]),
        ("🙂", "UCS-2", 2, 1, ["🙂"]),
    ],
)
def test_size(text, encoding, units, segments, outside):
    result = CliRunner().invoke(main, ["size", text])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "encoding": encoding,
        "units": units,
        "segments": segments,
        "outside": outside,
    }


def test_bytes_that_are_no_text_are_measured_as_what_is_shown():
    done = subprocess.run(
        [sys.executable, "-m", "smsapp", "size", b"\xff\xfe"], capture_output=True
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["outside"] == ["\ufffd"]


def test_measuring_a_text_loads_no_database():
    code = (
        "import sys; from smsapp.cli import main; main(['size', 'x'], standalone_mode=False);"
        "sys.exit('sqlalchemy' in sys.modules or 'rq' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert gc.isenabled()  # it rests only while a command is imported


@pytest.mark.parametrize("name", ["migrate", "doctor", "clock", "web", "simulator", "run"])
def test_wrong_settings_are_named_in_one_line_each(name):
    result = CliRunner(env={"PORT": "many", "SEND_THREADS": "0"}).invoke(main, [name])
    assert result.exit_code == 1
    assert "PORT: " in result.stderr
    assert "SEND_THREADS: " in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_is_not_there_is_one_line(tmp_path):
    runner = CliRunner(env={"DATABASE_URL": f"sqlite:///{tmp_path}/none/none.sqlite"})
    result = runner.invoke(main, ["migrate"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database refused: unable to open database file")
    assert len(result.stderr.splitlines()) == 1
