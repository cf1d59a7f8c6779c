"""`smsapp run`: everything one programme needs, on one machine, by one command."""

import errno
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType

import click

from smsapp.cli import valkey
from smsapp.cli.processes import LOOK_SECONDS, Part, Supervisor
from smsapp.leash import PARENT
from smsapp.logs import start_logging
from smsapp.runtime import LANES, build
from smsapp.service.demonstration import seed_demonstration
from smsapp.service.operators import make_login_link
from smsapp.settings import Settings, read_settings
from smsapp.store.migrate import upgrade

CLOCK_STAGE, WORKER_STAGE, SIMULATOR_STAGE, VALKEY_STAGE = range(4)  # in the order they stop
WEB_GRACE = 15.0  # seconds: a USSD hop is answered within 10
WORKER_GRACE = 45.0  # seconds: a request to the gateway lasts up to 33
GRACE = 10.0  # seconds, for the others
HEAD_START_SECONDS = 10.0  # what people open starts this long before the others at most
PROBE_SECONDS = 1.0  # one look whether the web server answers
WORKER = Path(__file__).resolve().parents[2] / "worker.py"


class CannotRun(click.ClickException):
    """Something outside stands in the way. One sentence with the cure."""


@click.command()
@click.option("--tied", is_flag=True, help="Stop when the process that started this one is gone.")
def run(tied: bool) -> None:
    """Start Valkey, database, web, workers, clock and simulator; Ctrl-C stops everything."""
    settings = read_settings()
    start_logging(settings.log_level)
    stop = _stop_on_signals()
    parent = os.getppid() if tied else None
    with _only_run(settings.var_dir):
        _check_ports(settings)
        supervisor = _supervisor(settings.var_dir)
        try:
            _start_valkey(supervisor, settings)
            link = _prepare(settings)
            _start_doors(supervisor, settings)
            _watch(supervisor, settings, link, stop, parent)
        finally:
            _stop(supervisor, settings, stop)


def _stop_on_signals() -> Event:
    """The first signal asks, the second insists."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return stop


@contextmanager
def _only_run(folder: Path) -> Iterator[None]:
    """Hold the folder: two Valkeys on one append-only file would destroy it."""
    try:
        (folder / "log").mkdir(parents=True, exist_ok=True)
        (folder / "valkey").mkdir(mode=0o700, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        raise CannotRun(
            f"Cannot write in {folder} ({error.strerror}). Choose another folder with VAR_DIR=…"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(
                f"Another smsapp run uses {folder}. Stop it, or choose another with VAR_DIR=…"
            ) from None
        yield


def _check_ports(settings: Settings) -> None:
    wanted = [(settings.host, settings.port)]
    if settings.smsapp_env == "development":
        wanted.append(("127.0.0.1", settings.port + 1))
    for host, port in wanted:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen()
            except OSError as error:
                raise CannotRun(_port_problem(host, port, error)) from None


def _port_problem(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Stop what uses it, or choose another: PORT=8100 make run"
    return f"Cannot listen on {host}, port {port} ({error.strerror}). Choose HOST and PORT."


def _supervisor(folder: Path) -> Supervisor:
    environment = {**os.environ, PARENT: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    return Supervisor(folder / "log", environment, _say)


def _say(line: str) -> None:
    """Tell the terminal; one that has gone must not keep anything from being stopped."""
    with suppress(OSError):
        click.echo(line)


def _start_valkey(supervisor: Supervisor, settings: Settings) -> None:
    if settings.redis_url:
        return
    folder, path = settings.var_dir / "valkey", settings.valkey_socket
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if valkey.clear_stale(folder, path):
        _say("A Valkey left by an earlier run was stopped.")
    tie = valkey.end_with_parent(os.getpid())
    part = Part("valkey", valkey.command(folder, path), VALKEY_STAGE, GRACE, before=tie)
    supervisor.start(part)
    assert part.process is not None
    process = part.process
    valkey.wait_for(
        lambda: valkey.answers(path) or process.poll() is not None, valkey.READY_SECONDS
    )
    if not valkey.answers(path):
        raise CannotRun(
            f"Valkey does not start: {supervisor.last_words(part)}. "
            f"The database has all that matters: move {folder} away and start again."
        )


def _prepare(settings: Settings) -> str:
    """The database takes its shape and first content. Returns the operator's login link."""
    rt = build(settings)
    try:
        upgrade(rt.engine)
        if settings.smsapp_env != "development":
            return ""
        if seed_demonstration(rt):
            _say("The database was empty: the demonstration programme is in it now.")
        return make_login_link(rt)
    finally:
        rt.engine.dispose()
        rt.redis.close()


def _start_doors(supervisor: Supervisor, settings: Settings) -> None:
    smsapp = [sys.executable, "-m", "smsapp"]
    supervisor.start(Part("web", [*smsapp, "web"], CLOCK_STAGE, WEB_GRACE))
    if settings.smsapp_env == "development":
        supervisor.start(Part("simulator", [*smsapp, "simulator"], SIMULATOR_STAGE, GRACE))


def _start_others(supervisor: Supervisor) -> None:
    for lane in LANES:
        command = [sys.executable, str(WORKER), lane]
        supervisor.start(Part(f"worker-{lane}", command, WORKER_STAGE, WORKER_GRACE))
    clock = [sys.executable, "-m", "smsapp", "clock"]
    supervisor.start(Part("clock", clock, CLOCK_STAGE, GRACE))


def _watch(
    supervisor: Supervisor, settings: Settings, link: str, stop: Event, parent: int | None
) -> None:
    """What people open first gets the processor first; the rest follows when that answers."""
    announced, complete = False, False
    others_due = time.monotonic() + HEAD_START_SECONDS
    while not stop.wait(LOOK_SECONDS):
        supervisor.revive()
        if parent is not None and os.getppid() != parent:
            return
        if not announced and _answers(settings):
            announced = True
            _announce(settings, link)
        if not complete and (announced or time.monotonic() > others_due):
            complete = True
            _start_others(supervisor)


def _answers(settings: Settings) -> bool:
    """Whether web server and simulator can be used."""
    addresses = [f"http://{settings.local_host}:{settings.port}/healthz"]
    if settings.smsapp_env == "development":
        addresses.append(f"http://127.0.0.1:{settings.port + 1}/")
    try:
        for address in addresses:
            with urllib.request.urlopen(address, timeout=PROBE_SECONDS):  # noqa: S310 - ours
                pass
    except OSError:
        return False
    return True


def _announce(settings: Settings, link: str) -> None:
    lines = ["", "smsapp is running.", ""]
    if settings.smsapp_env == "development":
        lines += [
            f"  Phones   http://127.0.0.1:{settings.port + 1}/",
            f"           dial {settings.service_code} on the first one; no SMS leaves this machine",
            f"  Console  {link}",
            "           this link opens it once; smsapp operator link operator makes another",
        ]
    else:
        lines.append(f"  Console  {settings.address}")
    lines += [f"  Logs     {settings.var_dir / 'log'}", "  Stop     Ctrl-C", ""]
    _say("\n".join(lines))


def _stop(supervisor: Supervisor, settings: Settings, stop: Event) -> None:
    stop.set()
    if not supervisor.parts:
        return
    _say("Stopping: what has begun is finished first.")
    try:
        supervisor.stop()
    except KeyboardInterrupt:
        supervisor.kill()
    if not settings.valkey_socket.is_relative_to(settings.var_dir):
        with suppress(OSError):
            settings.valkey_socket.parent.rmdir()
    _say("Stopped.")
