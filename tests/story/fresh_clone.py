"""What the README promises: clone, `make run`, dial, two phones ring, Ctrl-C leaves nothing.

Not part of `make test`: it needs the network for the packages. Linux only.

    python3 tests/story/fresh_clone.py           with the packages that pip has kept
    python3 tests/story/fresh_clone.py --cold    every package fetched anew
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST_SECONDS = 900  # packages over a slow line
SECOND_SECONDS = 60
RING_SECONDS = 30
STOP_SECONDS = 60
CHW, SUPERVISOR, FACILITY = "+265991000001", "+265991000101", "+265991000201"
CALL = ("1", "14", "1", "1", "0", "3", "0", "0")  # fits; going; nothing else
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # of this shell, besides what pip and git are told
PASSED = ("PIP_", "GIT_", "http", "HTTP", "no_proxy", "NO_PROXY", "SSL_", "REQUESTS_")


def wait_for(holds: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            sys.exit(f"It did not happen in {seconds:g} s: {what}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def processes_in(folder: Path) -> list[int]:
    """Every process that works in this folder or was started from it."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            said = one.joinpath("cmdline").read_bytes().decode(errors="replace")
            if str(folder) in said or one.joinpath("cwd").readlink().is_relative_to(folder):
                found.append(int(one.name))
        except OSError:
            continue
    return found


class Clone:
    """A clone of this repository and what its `make run` does."""

    def __init__(self, folder: Path, cold: bool) -> None:
        self.folder = folder
        self.port = free_port()
        kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(PASSED)}
        self.environment = {**kept, "PORT": str(self.port)} | (
            {"PIP_NO_CACHE_DIR": "1"} if cold else {}
        )
        self.output = folder.with_suffix(".out")

    def start(self, seconds: float) -> "subprocess.Popen[bytes]":
        """`make run`, until the page of phones answers."""
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                ["make", "run"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(lambda: self.answers() or process.poll() is not None, seconds, "the page answers")
        if process.poll() is not None:
            sys.exit(self.output.read_text())
        return process

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address("/"), timeout=2) as page:
                running = "smsapp is running." in self.output.read_text()
                return bool(page.status == 200 and running)
        except OSError:
            return False

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port + 1}{path}"

    def rung(self, phone: str, after: int = 0) -> list[str]:
        """The SMS this phone has received."""
        with urllib.request.urlopen(self.address("/record?kind=accepted"), timeout=5) as answer:
            taken = json.load(answer)["accepted"]
        return [one["text"] for one in taken if one["phone"] == phone and one["n"] > after]

    def dial(self) -> str:
        command = [".venv/bin/smsapp", "dial", CHW, *CALL]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        return done.stdout

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """Ctrl-C: the terminal tells make and what it runs."""
        os.killpg(process.pid, signal.SIGINT)
        process.wait(STOP_SECONDS)
        left = processes_in(self.folder)
        if left:
            sys.exit(f"Processes are left: {left}")


def story(clone: Clone, began: float, say: Callable[[str], None]) -> None:
    first = clone.start(FIRST_SECONDS)
    say(f"from clone to the page of phones: {time.monotonic() - began:.1f} s")
    screens = clone.dial()
    assert "REFER NOW" in screens, screens
    wait_for(
        lambda: bool(clone.rung(SUPERVISOR) and clone.rung(FACILITY)), RING_SECONDS, "they ring"
    )
    say(f"from clone to the first ringing phones: {time.monotonic() - began:.1f} s")
    stopping = time.monotonic()
    clone.stop(first)
    say(f"Ctrl-C to nothing left: {time.monotonic() - stopping:.1f} s")
    again = time.monotonic()
    second = clone.start(SECOND_SECONDS)
    say(f"second start: {time.monotonic() - again:.1f} s")
    assert "The database was empty" not in clone.output.read_text()
    assert clone.rung(SUPERVISOR), "what was said before is gone"
    clone.stop(second)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cold", action="store_true", help="fetch every package anew")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smsapp-fresh-") as folder:
        began = time.monotonic()
        clone = Clone(Path(folder) / "smsapp", chosen.cold)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone.folder)], check=True)
        story(clone, began, print)


if __name__ == "__main__":
    main()
