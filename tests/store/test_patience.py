"""A PostgreSQL that hangs: the caller is told in time, and later nothing is left of it."""

import os
import signal
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from smsapp.settings import Settings
from smsapp.store.connect import make_engine


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_frozen_server_is_given_up_and_replaced(database_url: str) -> None:
    engine = make_engine(Settings(_env_file=None, database_url=database_url, statement_seconds=0.2))
    with engine.connect() as db:
        server = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(server, signal.SIGSTOP)
        start = time.monotonic()
        try:
            with pytest.raises(OperationalError):
                db.execute(text("SELECT 1"))
        finally:
            os.kill(server, signal.SIGCONT)
        assert 1 < time.monotonic() - start < 3
    with engine.connect() as db:
        assert db.execute(text("SELECT 2")).scalar_one() == 2
        assert db.execute(text("SELECT pg_backend_pid()")).scalar_one() != server
    engine.dispose()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_living_server_speaks_first(database_url: str) -> None:
    engine = make_engine(Settings(_env_file=None, database_url=database_url, statement_seconds=0.2))
    with engine.connect() as db:
        with pytest.raises(OperationalError, match="statement timeout"):
            db.execute(text("SELECT pg_sleep(5)"))
        db.rollback()
        assert db.execute(text("SELECT 2")).scalar_one() == 2
    engine.dispose()
