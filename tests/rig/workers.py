"""Real worker processes, which may be told to die at a certain point."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsapp.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
Worker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    """`worker("urgent", crash_at="after_claim")`: a worker process with this test's settings."""
    started = []

    def start(lane: str, **values: object) -> "subprocess.Popen[bytes]":
        chosen = {name: getattr(settings, name) for name in settings.model_fields_set} | values
        environment = {name.upper(): str(value) for name, value in chosen.items()}
        command = [sys.executable, str(ROOT / "worker.py"), lane]
        started.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
