"""The supervisor, with small processes of its own."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsapp.cli.processes import FIRST_PAUSE_SECONDS, Part, Supervisor
from smsapp.cli.valkey import wait_for


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


SLEEPS = python("import time; time.sleep(60)")
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
HAS_CHILD = """
import subprocess, time
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""
FAILS = "raise SystemExit('the disk is full')"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, dict(os.environ), told.append)
    yield supervisor
    supervisor.kill()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_process_comes_back_and_the_terminal_says_so(supervisor, told):
    part = Part("clock", SLEEPS, 0, 5)
    supervisor.start(part)
    first = part.process.pid
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        supervisor.revive()
        return part.process is not None and part.process.pid != first

    assert wait_for(back, 10)
    assert "clock was killed (SIGKILL); starting it again in 0.5 s" in told[0]


def test_a_process_that_fails_at_once_is_tried_ever_more_slowly(supervisor, told):
    part = Part("web", python(FAILS), 0, 5)
    supervisor.start(part)

    def died_twice() -> bool:
        supervisor.revive()
        return len(told) >= 4

    assert wait_for(died_twice, 20)
    assert told[1].strip() == "its last line: the disk is full"
    assert part.pause == FIRST_PAUSE_SECONDS * 4


def test_stages_stop_in_order_and_a_deaf_process_is_killed(supervisor, told, tmp_path):
    deaf, last = Part("deaf", python(DEAF), 0, 0.3), Part("last", SLEEPS, 1, 5)
    for part in (deaf, last):
        supervisor.start(part)
    pids = [deaf.process.pid, last.process.pid]
    assert wait_for(lambda: "deaf" in (tmp_path / "deaf.log").read_text(), 10)
    supervisor.stop()
    assert told == ["deaf did not stop in 0.3 s and was killed."]
    assert not any(alive(pid) for pid in pids)


def test_what_a_killed_process_had_started_ends_with_it(supervisor, tmp_path):
    part = Part("web", python(HAS_CHILD), 0, 5)
    supervisor.start(part)
    log = tmp_path / "web.log"
    assert wait_for(lambda: log.read_text().strip().isdigit(), 10)
    child = int(log.read_text())
    os.kill(part.process.pid, signal.SIGKILL)
    part.process.wait()
    assert alive(child)
    supervisor.revive()
    assert wait_for(lambda: not alive(child), 5)


def test_a_long_log_is_put_aside(supervisor, tmp_path):
    (tmp_path / "clock.log").write_bytes(b"x" * 6_000_000)
    supervisor.start(Part("clock", SLEEPS, 0, 5))
    assert (tmp_path / "clock.log").stat().st_size == 0
    assert (tmp_path / "clock.log.1").stat().st_size == 6_000_000
