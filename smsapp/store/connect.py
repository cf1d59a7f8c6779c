"""Opens the database: SQLite for one host, PostgreSQL for a nation, one behaviour for both.

A connection with the options `READ` only reads; any other begins as a writer, because on SQLite
a read that turns into a write fails at once, whatever the busy timeout.
"""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from smsapp.settings import Settings
from smsapp.store.patience import patient

Insert = sqlite.Insert | postgresql.Insert
INSERT: dict[str, Callable[[Table], Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
READ = {"smsapp_mode": "read", "postgresql_readonly": True}
LOCK_SECONDS = 1  # PostgreSQL: to wait for a row another transaction holds (reliability A13)
IDLE_IN_TRANSACTION_SECONDS = 10  # no transaction of ours waits for anything but the database
CONNECT_SECONDS = 3  # PostgreSQL: to open a connection
SPARE_CONNECTIONS = 4  # beside one a thread: the clock's, a page's, a sweep's
IDLE_PING_SECONDS = 1.0  # a connection idle this long is tried first; a busy one never pays for it


def make_engine(settings: Settings) -> Engine:
    """The engine of one process. It opens nothing until it is used."""
    url = make_url(settings.database)
    make = _sqlite_engine if url.get_backend_name() == "sqlite" else _postgresql_engine
    return make(settings, url)


def insert_into(db: Connection, table: Table) -> Insert:
    """An INSERT of this database's own dialect: the one that knows ON CONFLICT."""
    return INSERT[db.dialect.name](table)


def each_insert(table: Table, finish: Callable[[Insert], Any]) -> dict[str, Any]:
    """A finished INSERT for each dialect, built once: building one costs more than running it."""
    return {name: finish(insert(table)) for name, insert in INSERT.items()}


def database_now(db: Connection) -> datetime | None:
    """The database's clock; None where it is this host's own."""
    if db.dialect.name == "sqlite":
        return None
    moment: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "hide_parameters": True,  # they hold phone numbers and answers
        "json_serializer": partial(json.dumps, separators=(",", ":"), ensure_ascii=False),
        "pool_size": max(settings.web_threads, settings.send_threads) + SPARE_CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": settings.pool_seconds,
    }


def _sqlite_engine(settings: Settings, url: URL) -> Engine:
    wait = {"timeout": settings.statement_seconds, "isolation_level": None}
    engine = create_engine(url, connect_args=wait, **_options(settings))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(db: Connection) -> None:
    reads = db.get_execution_options().get("smsapp_mode") == "read"
    if db.info.get("query_only", False) != reads:
        db.exec_driver_sql(f"PRAGMA query_only={int(reads)}")
        db.info["query_only"] = reads
    db.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql_engine(settings: Settings, url: URL) -> Engine:
    limits = {
        "statement_timeout": settings.statement_seconds,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    arguments = {
        "options": " ".join(f"-c {name}={int(value * 1000)}" for name, value in limits.items()),
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "smsapp",
    }
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), connect_args=arguments, **_options(settings)
    )
    kind = patient(settings.statement_seconds)
    event.listen(engine, "do_connect", lambda _d, _r, args, named: kind.connect(*args, **named))
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", partial(_try_idle, engine))
    return engine


def _note_checkin(_: object, entry: ConnectionPoolEntry) -> None:
    entry.info["idle_since"] = time.monotonic()


def _try_idle(engine: Engine, connection: Any, entry: ConnectionPoolEntry, _: object) -> None:
    """Replace a connection that the database dropped while it was idle."""
    since = entry.info.get("idle_since")
    if since is None or time.monotonic() - since < IDLE_PING_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error
