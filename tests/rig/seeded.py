"""What fixtures put into an empty database: made once in a process, then brought back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, text

from smsapp.runtime import Runtime
from smsapp.store.tables import metadata

Rows = dict[str, list[dict[str, Any]]]  # by table, those that are not empty
NO_ORDER = {  # so that a person may stand before her supervisor
    "sqlite": "PRAGMA defer_foreign_keys = ON",
    "postgresql": "SET LOCAL session_replication_role = replica",
}
KEPT: dict[tuple[str, str], tuple[datetime, Rows]] = {}  # by name and database: when it was made


def seed(rt: Runtime, name: str, make: Callable[[], None]) -> None:
    """`make` into an empty database, or what it made there before, its times as if it were now."""
    key = (name, rt.engine.dialect.name)
    if key in KEPT:
        made_at, rows = KEPT[key]
        with rt.engine.begin() as db:
            _put(db, rows, rt.now() - made_at)
        return
    made_at = rt.now()
    make()
    with rt.read() as db:
        found = {one.name: db.execute(select(one)).mappings() for one in metadata.sorted_tables}
        rows = {table: [dict(row) for row in all_] for table, all_ in found.items()}
    KEPT[key] = made_at, {table: all_ for table, all_ in rows.items() if all_}


def _put(db: Connection, rows: Rows, later: timedelta) -> None:
    db.execute(text(NO_ORDER[db.dialect.name]))
    for name, all_ in rows.items():
        table = metadata.tables[name]
        db.execute(insert(table), [_moved(row, later) for row in all_])
        if db.dialect.name == "postgresql" and "id" in table.c:
            next_id = f"pg_get_serial_sequence('{name}', 'id')"
            db.execute(text(f"SELECT setval({next_id}, max(id)) FROM {name}"))


def _moved(row: dict[str, Any], later: timedelta) -> dict[str, Any]:
    return {
        name: value + later if isinstance(value, datetime) else value for name, value in row.items()
    }
