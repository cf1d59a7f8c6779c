"""The migrations make what the tables say, on both databases."""

import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from smsapp.store.migrate import LOCK, BrokenReferences, is_current, upgrade
from smsapp.store.patience import SLACK_SECONDS
from smsapp.store.tables import metadata


def test_the_migrations_make_the_tables(engine: Engine):
    with engine.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_it_is_current_and_stays_so(engine: Engine):
    assert is_current(engine)
    upgrade(engine)
    assert is_current(engine)


def test_a_database_of_another_version_is_not_current(engine: Engine):
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    assert not is_current(engine)
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '0018'"))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_migration_waits_for_another_longer_than_a_statement_may(
    engine: Engine, make_settings: Callable[..., Settings]
):
    hasty = make_engine(make_settings(statement_seconds=0.1))
    with engine.begin() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        migrating = threading.Thread(target=upgrade, args=(hasty,))
        migrating.start()
        migrating.join(0.1 + SLACK_SECONDS + 0.5)
        assert migrating.is_alive()
    migrating.join(10)
    assert not migrating.is_alive()
    assert is_current(hasty)
    hasty.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_broken_references_stop_a_migration(engine: Engine):
    with engine.connect() as db:
        connection = db.connection.driver_connection
        assert connection is not None
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(
            "INSERT INTO place (id, code, name, short, kind, parent_id) "
            "VALUES (1, 'x', 'x', 'x', 'facility', 99)"
        )
        connection.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(BrokenReferences, match="place"):
        upgrade(engine)
    with engine.connect() as db:
        assert db.scalar(text("PRAGMA foreign_keys")) == 1
