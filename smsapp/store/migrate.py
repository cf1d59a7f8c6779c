"""Brings a database to the schema of this version, and tells whether it is there."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from smsapp.store.connect import READ

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x736D7361  # "smsa": PostgreSQL's advisory lock, so that two hosts migrate in turn


class BrokenReferences(Exception):
    """A migration would leave rows that point at nothing. It was undone."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, all in one transaction."""
    with engine.connect() as db:
        connection = db.connection.driver_connection
        if engine.dialect.name == "sqlite":
            _upgrade_sqlite(db, connection)
        else:
            _upgrade_postgresql(db, connection)


def is_current(engine: Engine) -> bool:
    """Whether every migration of this version has run here, and none of a later one."""
    with engine.connect().execution_options(**READ) as db:
        found = MigrationContext.configure(db).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())


def _upgrade_sqlite(db: Connection, connection: Any) -> None:
    """Foreign keys rest meanwhile: a rebuilt table would delete its children by cascade."""
    connection.execute("PRAGMA foreign_keys=OFF")
    try:
        with db.begin():
            _run(db)
            broken = {row[0] for row in db.execute(text("PRAGMA foreign_key_check"))}
            if broken:
                raise BrokenReferences(f"rows without what they refer to: {sorted(broken)}")
    finally:
        connection.execute("PRAGMA foreign_keys=ON")


def _upgrade_postgresql(db: Connection, connection: Any) -> None:
    """Hosts migrate in turn, and a statement takes what it takes."""
    limit, connection.longest = connection.longest, None
    try:
        with db.begin():
            db.execute(text("SET LOCAL statement_timeout = 0"))
            db.execute(text("SET LOCAL lock_timeout = 0"))
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            _run(db)
    finally:
        connection.longest = limit


def _run(db: Connection) -> None:
    config = _config()
    config.attributes["connection"] = db
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
