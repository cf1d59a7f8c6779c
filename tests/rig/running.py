"""Runtimes for tests: short leases, a clock that can be moved, real servers behind them."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from smsapp.flow.library import Library
from smsapp.runtime import Runtime, build, served
from smsapp.settings import Settings
from smsapp.simulator.server import Simulator
from smsapp.simulator.setup import Delays, Phone, Setup
from tests.rig.checked import warm
from tests.rig.servers import Valkey

ROOT = Path(__file__).resolve().parents[2]
SHORT = {  # seconds, as settings: what takes minutes in life takes a moment here
    "redis_seconds": 2.0,  # a busy machine is not a lost Redis
    "job_seconds": 5.0,
    "lease_seconds": 1.0,
    "sweep_seconds": 0.2,
    "tick_seconds": 0.05,
    "unknown_wait_seconds": 1.0,
    "retry_seconds": 0.05,
    "retry_cap_seconds": 0.2,
    "connect_seconds": 1.0,
    "read_seconds": 2.0,
}
CHW, SUPERVISOR, FACILITY, DISTRICT = (
    "+265991000001",
    "+265991000101",
    "+265991000201",
    "+265991000301",
)
PHONES = (
    Phone(CHW, "CHW", "chw"),
    Phone(SUPERVISOR, "Supervisor", "supervisor"),
    Phone(FACILITY, "Facility", "facility"),
    Phone(DISTRICT, "District", "district"),
)
QUICK = Delays(
    report=0.02, final=0.02, late=0.4, retry=0.02, retry_cap=0.1, lost_end=0.05, slow=0.2, hang=5.0
)


@dataclass
class Clock:
    """The present, moved by what the test says; it goes on by itself."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **spans: float) -> None:
        """`clock.move(minutes=15)`"""
        self.ahead += timedelta(**spans)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_settings(tmp_path: Path, database_url: str, valkey: Valkey) -> Callable[..., Settings]:
    """Settings of this test's database and Valkey; `make_settings(port=…)` for other values."""

    def make(**values: object) -> Settings:
        default = {
            "var_dir": warm(tmp_path / "var"),
            "flows_dir": ROOT / "flows",
            "database_url": database_url,
            "redis_url": valkey.url,
            **SHORT,
        }
        return Settings(_env_file=None, **{**default, **values})

    return make


@pytest.fixture
def web_socket() -> Iterator[socket.socket]:
    """The port the web server of this test will have; nothing listens there yet.

    A web process of its own may share it, for it asks to (`--reuse-port`).
    """
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def simulator(web_socket: socket.socket, tmp_path: Path) -> Iterator[Simulator]:
    """A real simulator whose callbacks go to this test's web server."""
    hooks = f"http://127.0.0.1:{web_socket.getsockname()[1]}/hooks/dev"
    running = Simulator(Setup(hooks, phones=PHONES, delays=QUICK), 0, tmp_path / "simulator")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings], simulator: Simulator, web_socket: socket.socket
) -> Settings:
    """Settings whose gateway is the simulator."""
    return make_settings(at_base_url=simulator.url, port=web_socket.getsockname()[1])


@pytest.fixture(scope="session")
def served_flows(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """This project's flows, read and checked once in a process."""
    var = warm(tmp_path_factory.mktemp("served"))
    return served(Settings(_env_file=None, flows_dir=ROOT / "flows", var_dir=var))


@pytest.fixture
def rt(
    settings: Settings, engine: Engine, clock: Clock, served_flows: Library
) -> Iterator[Runtime]:
    """A Runtime on this test's database, Valkey and simulator, with a clock that can be moved."""
    built = build(settings, served_flows)
    built.engine.dispose()
    yield replace(built, engine=engine, clock=clock)
    built.redis.close()


@pytest.fixture
def web(rt: Runtime, web_socket: socket.socket) -> Iterator[str]:
    """Address of a web server in this process, for `rt`."""
    from smsapp.web.app import create_app

    web_socket.listen(64)
    host, port = web_socket.getsockname()
    server = make_server(host, port, create_app(rt), threaded=True, fd=web_socket.fileno())
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://{host}:{port}"
    server.shutdown()
    thread.join()
    server.server_close()
