"""One whole `smsapp run` for the tests of a file: its phones, its database, its console."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, text

from smsapp.cli.valkey import wait_for
from smsapp.settings import Settings
from smsapp.store.connect import READ, make_engine
from tests.invariants import check_invariants
from tests.rig.whole import START_SECONDS, Run, kill, launch
from tests.story.phones import Phones

PATIENCE = 20.0  # seconds: what takes a moment, on a busy machine
# The network says nothing more of what it took; a doubt stays a doubt for the operator.
CALM = {"READ_SECONDS": "1", "UNKNOWN_WAIT_SECONDS": "3600", "TICK_SECONDS": "0.2"}


@dataclass
class Whole:
    """A run that is up, and what can be seen of it from outside."""

    run: Run
    engine: Engine

    @property
    def phones(self) -> Phones:
        return Phones(f"http://127.0.0.1:{self.run.port + 1}")

    @property
    def link(self) -> str:
        """The console's address that it printed; it opens once."""
        found = re.search(r"http://\S+/login/link/\S+", self.run.output)
        assert found, self.run.output
        return found[0]

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """What this SELECT finds."""
        with self.engine.connect().execution_options(**READ) as db:
            return list(db.execute(text(sql), values))

    def broken(self) -> list[str]:
        """What is not as it must always be."""
        return check_invariants(self.engine, self.phones.record())


def start(folder: Any, **environment: str) -> Whole:
    """Start everything and wait until it can be used."""
    run = launch(folder, **{**CALM, **environment})
    assert wait_for(run.ready, START_SECONDS), run.output
    assert run.process.poll() is None, run.output
    settings = Settings(
        _env_file=None,
        var_dir=folder / "var",
        database_url=environment.get("DATABASE_URL", ""),
    )
    return Whole(run, make_engine(settings))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A run of its own for the tests of one file."""
    started = start(tmp_path_factory.mktemp("whole"))
    yield started
    started.engine.dispose()
    kill(started.run)
