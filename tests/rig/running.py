"""Runtimes for tests: short leases, a clock that can be moved, real servers behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smsapp.settings import Settings
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
            "var_dir": tmp_path / "var",
            "flows_dir": ROOT / "flows",
            "database_url": database_url,
            "redis_url": valkey.url,
            **SHORT,
        }
        return Settings(_env_file=None, **{**default, **values})

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()
