"""A whole `smsapp run` for a test: processes, folder and ports of its own. Linux only."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsapp.cli.valkey import wait_for
from tests.rig.checked import warm

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120  # a busy machine imports slowly
STOP_SECONDS = 60
PARTS = {"valkey", "web", "simulator", "clock"} | {
    f"worker-{lane}" for lane in ("inbound", "urgent", "bulk", "routine")
}


@dataclass
class Run:
    """One `smsapp run` with a folder and two ports of its own."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def output(self) -> str:
        return (self.folder / "terminal").read_text()

    def ready(self) -> bool:
        return "smsapp is running." in self.output or self.process.poll() is not None

    def parts(self) -> dict[str, int]:
        """Process id of each part that lives."""
        found = {}
        for pid in children(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                is_valkey = Path(f"/proc/{pid}/comm").read_text().startswith("valkey")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it was gone before we looked
            if len(words) < 2:
                continue  # it has just died
            if is_valkey:
                found["valkey"] = pid
            elif "worker.py" in words[1]:
                found[f"worker-{words[2]}"] = pid
            elif words[2] == "smsapp":
                found[words[3]] = pid
        return found

    def family(self) -> list[int]:
        """Every process that this run started, at any depth."""
        found, look = [], [self.process.pid]
        while look:
            look = [child for pid in look for child in children(pid)]
            found += look
        return found

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status


def children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def launch(folder: Path, *options: str, port: int | None = None, **environment: str) -> Run:
    """Start `smsapp run` in a folder; it is up once `ready` says so."""
    port = port or free_ports()
    if os.access(folder, os.W_OK) and not (folder / "var").exists():
        warm(folder / "var")
    values = {"VAR_DIR": str(folder / "var"), "PORT": str(port), "WEB_PROCESSES": "1"}
    with (folder / "terminal").open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "smsapp", "run", *options],
            cwd=ROOT,
            env={**os.environ, **values, **environment},
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Run(folder, port, process)


def kill(run: Run) -> None:
    """End a run and all that it started, at once."""
    left = [run.process.pid, *run.family()] if run.process.poll() is None else []
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    run.process.wait()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts `smsapp run`; whatever a test leaves is ended after it."""
    runs: list[Run] = []

    def start(*options: str, port: int | None = None, **environment: str) -> Run:
        runs.append(launch(tmp_path, *options, port=port, **environment))
        return runs[-1]

    yield start
    for run in runs:
        kill(run)


@pytest.fixture
def run(begin: Callable[..., Run]) -> Run:
    """A run that is up."""
    started = begin()
    assert wait_for(started.ready, START_SECONDS), started.output
    assert started.process.poll() is None, started.output
    return started
