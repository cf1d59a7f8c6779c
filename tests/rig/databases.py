"""Both databases, migrated once, empty at the start of each test."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, event, text

from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from smsapp.store.migrate import _config, upgrade
from smsapp.store.tables import metadata

TEMPLATE = "smsapp_template"
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")  # a test's data may be lost
DATABASES = ("sqlite", "postgresql")
EMPTY = ";".join(  # in one request; of a few rows, for TRUNCATE makes new files of each table
    [
        *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL (%s)"
OURS: set[int] = set()  # backends of PostgreSQL that serve this process from test to test


def _migrate(url: str) -> None:
    engine = make_engine(Settings(_env_file=None, database_url=url, statement_seconds=60))
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: str, shared_folder: Path) -> str:
    """A migrated database of this test process alone. The first process makes the template."""
    name = f"smsapp_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with (shared_folder / "template.lock").open("w") as lock, admin.connect() as db:
        fcntl.flock(lock, fcntl.LOCK_EX)
        query = text("select 1 from pg_database where datname = :name")
        if db.execute(query, {"name": TEMPLATE}).first() is None:
            for setting in CARELESS:
                db.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            db.execute(text("SELECT pg_reload_conf()"))
            db.execute(text(f"CREATE DATABASE {TEMPLATE}"))
            _migrate(postgresql_url.replace("/postgres?", f"/{TEMPLATE}?"))
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    admin.dispose()
    return postgresql_url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database: each test that uses it runs on both.

    For one alone: `@pytest.mark.parametrize("database", ["sqlite"], indirect=True)`.
    """
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    """Address of an empty, migrated database: the same for all tests of this process."""
    if database == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        for left in template.parent.glob("smsapp.sqlite*"):
            left.unlink()
        copy = shutil.copyfile(template, template.with_name("smsapp.sqlite"))
        yield f"sqlite:///{copy}"
        return
    empty = request.getfixturevalue("empty")
    yield request.getfixturevalue("postgresql_database")
    empty()


@pytest.fixture(scope="session")
def empty(postgresql_database: str) -> Iterator[Callable[[], None]]:
    """Takes out all rows, whoever still holds a connection to a process that was killed.

    Its connection stays as the engine's do: a new one has to learn every table anew.
    """
    engine = _engine(postgresql_database)
    with psycopg.connect(postgresql_database.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # no order among tables

        def take_out() -> None:
            if engine.pool.checkedout():  # by a thread that a test has left
                engine.dispose()
                OURS.clear()
            kept = [admin.info.backend_pid, *OURS]
            admin.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}", (kept,))
            admin.execute(EMPTY)

        yield take_out
    engine.dispose()


@pytest.fixture
def earlier(
    database: str, tmp_path: Path, postgresql_url: str
) -> Iterator[Callable[[str], Engine]]:
    """Makes one database as a revision before left it."""
    made: list[Engine] = []
    name = f"smsapp_earlier_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")

    def make(revision: str) -> Engine:
        url = f"sqlite:///{tmp_path / 'earlier.sqlite'}"
        if database == "postgresql":
            url = postgresql_url.replace("/postgres?", f"/{name}?")
            with admin.connect() as db:
                db.execute(text(f"CREATE DATABASE {name}"))
        made.append(make_engine(Settings(_env_file=None, database_url=url, statement_seconds=60)))
        with made[0].begin() as db:
            config = _config()
            config.attributes["connection"] = db
            command.upgrade(config, revision)
        return made[0]

    yield make
    for one in made:
        one.dispose()
    with admin.connect() as db:
        db.execute(text(f"DROP DATABASE IF EXISTS {name}"))
    admin.dispose()


@cache
def _engine(url: str) -> Engine:
    """One for all tests of this process: it keeps its connections and compiled statements."""
    engine = make_engine(Settings(_env_file=None, database_url=url))
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda made, _: OURS.add(made.info.backend_pid))
    return engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A SQLAlchemy engine on the test's database."""
    engine = _engine(database_url)
    yield engine
    if engine.dialect.name == "sqlite":
        engine.dispose()  # its file goes
