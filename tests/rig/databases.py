"""Both databases, migrated once, empty at the start of each test."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, text

from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from smsapp.store.migrate import _config, upgrade
from smsapp.store.tables import metadata

TEMPLATE = "smsapp_template"
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")  # a test's data may be lost
DATABASES = ("sqlite", "postgresql")


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
def database_url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """Address of an empty, migrated database."""
    if database == "sqlite":
        copy = tmp_path / "smsapp.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), copy)
        yield f"sqlite:///{copy}"
        return
    url = request.getfixturevalue("postgresql_database")
    yield url
    _empty(url)


def _empty(url: str) -> None:
    """Take out all rows, whoever still holds a connection to a process that was killed."""
    engine = create_engine(url)
    others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    with engine.begin() as db:
        db.execute(text(f"select pg_terminate_backend(pid) {others}"))
        db.execute(text("SET LOCAL session_replication_role = replica"))  # no order among tables
        for table in metadata.sorted_tables:  # of a few rows: TRUNCATE makes new files of each
            db.execute(table.delete())
        db.execute(text("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"))
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


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A SQLAlchemy engine on the test's database."""
    engine = make_engine(Settings(_env_file=None, database_url=database_url))
    yield engine
    engine.dispose()
