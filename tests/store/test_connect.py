"""Both databases behave alike: a reader cannot write, a bell rings after the commit or never."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.store import ticks
from smsapp.store.tables import tick

CHW = "+265991000001"


def waiting(rt: Runtime, lane: str = "urgent") -> int:
    return int(rt.redis.llen(f"rq:queue:{lane}"))


def put(rt: Runtime, db, key: str = "reply:1") -> int | None:
    return outbox.put(rt, db, key=key, kind="reply", phone=CHW, text=f"Saved {key}")


def fail_after(rt: Runtime, work: Callable[[Connection], object]) -> None:
    with rt.begin() as db:
        work(db)
        raise ZeroDivisionError


def break_at_commit(rt: Runtime) -> None:
    with rt.begin() as db:
        put(rt, db)
        db.execute(text("INSERT INTO late VALUES (4711)"))


def test_a_reader_cannot_write_and_the_next_writer_can(rt: Runtime):
    for _ in range(3):
        with rt.read() as db, pytest.raises(DBAPIError):
            ticks.take_slot(db, "sweep", "1", rt.now())
        with rt.begin() as db:
            ticks.take_slot(db, "sweep", "1", rt.now())
    with rt.read() as db:
        assert db.scalar(select(func.count()).select_from(tick)) == 1


def test_a_reader_has_no_lane_to_ring(rt: Runtime):
    with rt.read() as db, pytest.raises(KeyError):
        rt.ring(db, "urgent")


def test_the_bell_rings_after_the_commit_and_once(rt: Runtime):
    with rt.begin() as db:
        put(rt, db, "reply:1")
        put(rt, db, "reply:2")
        assert waiting(rt) == 0
    assert waiting(rt) == 1
    with rt.begin() as db:
        put(rt, db, "reply:3")
    assert waiting(rt) == 1


def test_what_fails_rings_nothing_then_or_later(rt: Runtime):
    with pytest.raises(ZeroDivisionError):
        fail_after(rt, lambda db: put(rt, db))
    with rt.begin() as db:
        ticks.take_slot(db, "sweep", "1", rt.now())
    assert waiting(rt) == 0


def test_a_commit_that_fails_rings_nothing(rt: Runtime):
    """A constraint may be checked at the commit itself."""
    with rt.begin() as db:
        db.execute(
            text("CREATE TABLE late (one BIGINT REFERENCES place DEFERRABLE INITIALLY DEFERRED)")
        )
    with pytest.raises(IntegrityError):
        break_at_commit(rt)
    with rt.begin() as db:
        db.exec_driver_sql("DROP TABLE late")
        assert put(rt, db) is not None
        assert waiting(rt) == 0
    assert waiting(rt) == 1


def test_each_thread_rings_its_own_lanes(rt: Runtime):
    begun = threading.Barrier(2, timeout=5)

    def fail() -> None:
        begun.wait()
        with pytest.raises(ZeroDivisionError):
            fail_after(rt, lambda db: rt.ring(db, "bulk"))

    thread = threading.Thread(target=fail)
    thread.start()
    begun.wait()
    with rt.begin() as db:
        rt.ring(db, "routine")
    thread.join()
    assert (waiting(rt, "bulk"), waiting(rt, "routine")) == (0, 1)


def test_sqlite_keeps_what_it_confirmed_and_checks_references(rt: Runtime, database: str):
    if database == "postgresql":
        limits = {"statement_timeout": "3s", "lock_timeout": "1s"}
        with rt.read() as db:
            for name, value in limits.items():
                assert db.scalar(text(f"SHOW {name}")) == value
        return
    with rt.read() as db:
        for name, value in {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}.items():
            assert db.scalar(text(f"PRAGMA {name}")) == value


def test_a_connection_dropped_while_idle_is_replaced(rt: Runtime, database: str):
    if database == "sqlite":
        return
    with rt.read() as db:
        db.scalar(text("SELECT 1"))
    with rt.engine.connect() as db:
        info, connection = db.info, db.connection.driver_connection
    info["idle_since"] -= 10
    connection.pgconn.finish()
    with rt.read() as db:
        assert db.scalar(text("SELECT 1")) == 1


def test_an_error_shows_no_parameters(rt: Runtime):
    with pytest.raises(DBAPIError) as caught, rt.begin() as db:
        db.execute(text("SELECT nothing FROM nowhere WHERE phone = :phone"), {"phone": CHW})
    assert CHW not in str(caught.value)


def test_without_redis_the_commit_stands(rt: Runtime):
    rt.redis.ping()
    away = replace(rt, redis=type(rt.redis).from_url("redis://127.0.0.1:1"))
    with away.begin() as db:
        assert put(away, db) is not None
    with rt.read() as db:
        assert db.scalar(text("SELECT count(*) FROM outbound")) == 1
