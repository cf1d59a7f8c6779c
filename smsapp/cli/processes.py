"""Keeps processes alive: starts them in order, restarts what dies, stops them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5  # before the first restart; doubles
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0  # who lived this long starts again with the first pause
LOOK_SECONDS = 0.1  # between two looks at who lives
LOG_BYTES = 5_000_000  # a longer log is put aside at a start

Tell = Callable[[str], None]


@dataclass
class Part:
    """One process. Parts stop in rising order of `stage`; each has `grace` seconds for it."""

    name: str
    command: Sequence[str]
    stage: int
    grace: float
    before: Callable[[], None] | None = None  # runs in the child, before it becomes the command
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    due: float = 0.0
    log_from: int = 0  # bytes of its log that an earlier life wrote


@dataclass
class Supervisor:
    """The processes of one `smsapp run`. Each is the head of a session of its own, so that
    Ctrl-C reaches the supervisor alone, and a killed head's own children can be found."""

    logs: Path
    environment: dict[str, str]
    tell: Tell
    parts: list[Part] = field(default_factory=list)

    def start(self, part: Part) -> None:
        """Start one more process and keep it alive from now on."""
        self.parts.append(part)
        _rotate(self._log(part))
        self._launch(part)

    def revive(self) -> None:
        """Look at every process once; start again what died and is due."""
        now = time.monotonic()
        for part in self.parts:
            if part.process is not None and part.process.poll() is not None:
                self._bury(part, now)
            if part.process is None and now >= part.due:
                self._launch(part)

    def stop(self) -> None:
        """Stop stage after stage; who does not end in its grace is killed with its children."""
        for stage in sorted({part.stage for part in self.parts}):
            running = [part for part in self.parts if part.stage == stage and part.process]
            for part in running:
                _signal(part, signal.SIGTERM)
            until = time.monotonic() + max((part.grace for part in running), default=0)
            for part in running:
                self._end(part, until)

    def kill(self) -> None:
        """End everything at once."""
        for part in self.parts:
            _signal_group(part, signal.SIGKILL)
            if part.process is not None:
                part.process.wait()

    def last_words(self, part: Part) -> str:
        """The last line that this life of the process wrote to its log."""
        try:
            with self._log(part).open("rb") as log:
                log.seek(part.log_from)
                lines = log.read()[-4000:].decode("utf-8", "replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _launch(self, part: Part) -> None:
        log = self._log(part)
        part.log_from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            part.process = subprocess.Popen(  # noqa: S603 - our own commands
                part.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=part.before,  # safe: the supervisor has one thread
            )
        part.started = time.monotonic()

    def _bury(self, part: Part, now: float) -> None:
        assert part.process is not None
        _signal_group(part, signal.SIGKILL)
        steady = now - part.started > STEADY_SECONDS
        part.pause = FIRST_PAUSE_SECONDS if steady else part.pause
        part.due = now + part.pause
        how = _how_it_ended(part.process.returncode)
        self.tell(f"{part.name} {how}; starting it again in {part.pause:g} s. {self._log(part)}")
        if part.process.returncode > 0 and (words := self.last_words(part)):
            self.tell(f"  its last line: {words}")
        part.pause = min(part.pause * 2, LONGEST_PAUSE_SECONDS)
        part.process = None

    def _end(self, part: Part, until: float) -> None:
        assert part.process is not None
        try:
            part.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.tell(f"{part.name} did not stop in {part.grace:g} s and was killed.")
        _signal_group(part, signal.SIGKILL)
        part.process.wait()
        part.process = None

    def _log(self, part: Part) -> Path:
        return self.logs / f"{part.name}.log"


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"stopped (exit code {code})"


def _signal(part: Part, number: signal.Signals) -> None:
    if part.process is not None and part.process.poll() is None:
        part.process.send_signal(number)


def _signal_group(part: Part, number: signal.Signals) -> None:
    """Reach also what the process started; its group has its id, and outlives it."""
    if part.process is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(part.process.pid, number)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
