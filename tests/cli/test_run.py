"""`smsapp run` for real: what it starts comes back, and nothing stays when it goes."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable

import pytest

from smsapp.cli import valkey
from smsapp.cli.valkey import wait_for
from smsapp.settings import Settings
from tests.rig.whole import PARTS, ROOT, START_SECONDS, STOP_SECONDS, Run, alive, free_ports

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see processes")


def gone(pids: list[int]) -> Callable[[], bool]:
    return lambda: not any(alive(pid) for pid in pids)


def test_it_starts_everything_and_ctrl_c_leaves_nothing(run):
    assert wait_for(lambda: run.parts().keys() == PARTS, START_SECONDS)
    addresses = re.findall(r"http://\S+", run.output)
    assert addresses[0] == f"http://127.0.0.1:{run.port + 1}/"
    for address in addresses:
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200
    family = run.family()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(STOP_SECONDS) == 0, run.output
    assert gone(family)()
    assert "was killed" not in run.output
    assert run.output.endswith("Stopped.\n")


def test_killed_parts_come_back_and_leave_the_others_alone(run):
    assert wait_for(lambda: run.parts().keys() == PARTS, START_SECONDS)
    for name in ("valkey", "web", "worker-urgent", "clock"):
        before = run.parts()
        os.kill(before[name], signal.SIGKILL)
        assert wait_for(lambda was=before, name=name: came_back(run, was, name), STOP_SECONDS), name
        assert {k for k, v in run.parts().items() if v != before[k]} == {name}
    socket_file = run.folder / "var" / "valkey" / "valkey.sock"
    assert wait_for(lambda: valkey.answers(socket_file), STOP_SECONDS)
    assert wait_for(lambda: web_answers(run), START_SECONDS)
    assert run.parts().keys() == PARTS


def came_back(run: Run, was: dict[str, int], name: str) -> bool:
    return run.parts().get(name, was[name]) != was[name]


def web_answers(run: Run) -> bool:
    try:
        return run.get("/healthz") == 200
    except OSError:
        return False


def test_a_killed_run_takes_everything_with_it_and_its_data_stay(run, begin):
    family = run.family()
    run.process.kill()
    run.process.wait()
    assert wait_for(gone(family), STOP_SECONDS)
    again = begin()
    assert wait_for(again.ready, START_SECONDS)
    assert again.process.poll() is None, again.output
    assert "The database was empty" not in again.output


def test_a_valkey_that_an_earlier_run_left_is_cleared(begin, tmp_path):
    folder = tmp_path / "var" / "valkey"
    folder.mkdir(parents=True)
    command = valkey.command(folder, folder / "valkey.sock")
    stale = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert wait_for(lambda: valkey.answers(folder / "valkey.sock"), STOP_SECONDS)
    run = begin()
    assert wait_for(run.ready, START_SECONDS)
    assert stale.wait(1) == 0
    assert "A Valkey left by an earlier run was stopped." in run.output
    assert run.process.poll() is None, run.output


def one_line(run: Run) -> str:
    """The only line of a run that could not start."""
    assert run.process.wait(START_SECONDS) == 1, run.output
    lines = run.output.splitlines()
    assert len(lines) == 1, run.output
    return lines[0]


def test_a_second_run_in_the_same_folder_is_refused(run, begin):
    line = one_line(begin())
    assert line.startswith(f"Error: Another smsapp run uses {run.folder / 'var'}.")
    assert run.process.poll() is None


@pytest.mark.parametrize("taken", [0, 1])
def test_a_taken_port_is_one_line(begin, taken):
    port = free_ports()
    with socket.create_server(("127.0.0.1", port + taken)):
        line = one_line(begin(port=port))
    assert line.startswith(f"Error: Port {port + taken} is taken.")


def test_a_folder_that_cannot_be_written_is_one_line(begin, tmp_path):
    (tmp_path / "file").write_text("")
    line = one_line(begin(VAR_DIR=str(tmp_path / "file" / "var")))
    assert line.startswith(f"Error: Cannot write in {tmp_path / 'file' / 'var'} (Not a directory).")


def test_a_deep_folder_puts_the_socket_elsewhere(begin, tmp_path):
    folder = tmp_path / ("deep" * 30) / "var"
    elsewhere = Settings(_env_file=None, var_dir=folder).valkey_socket
    run = begin(VAR_DIR=str(folder))
    assert wait_for(run.ready, START_SECONDS)
    assert run.process.poll() is None, run.output
    assert run.get("/readyz") == 200
    assert valkey.answers(elsewhere)
    run.process.terminate()
    assert run.process.wait(STOP_SECONDS) == 0
    assert not elsewhere.parent.exists()


def test_tied_to_make_it_stops_when_make_is_killed(tmp_path):
    port = free_ports()
    environment = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "PORT": str(port)}
    code = (
        f"import subprocess; subprocess.call({[sys.executable, '-m', 'smsapp', 'run', '--tied']})"
    )
    with (tmp_path / "terminal").open("wb") as terminal:
        make = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=terminal
        )
    run = Run(tmp_path, port, make)
    assert wait_for(run.ready, START_SECONDS)
    family = run.family()
    assert len(family) > 3
    make.kill()
    make.wait()
    assert wait_for(gone(family), STOP_SECONDS)
