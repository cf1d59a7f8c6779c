"""Callbacks: kept raw first, read once each; what cannot be read stops nothing else."""

import threading
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from smsapp.runtime import Runtime
from smsapp.service import callbacks
from smsapp.service.callbacks import MAX_READINGS
from tests.rig.messages import PHONE, query
from tests.rig.running import Clock

REPORT = {"id": "ATXid_1", "status": "Success", "phoneNumber": PHONE, "networkCode": "65001"}
NOT_A_REPORT = b"\x00\xff&&&=;"


def body(**values: str) -> bytes:
    return urlencode({**REPORT, **values}).encode()


def rows(rt: Runtime) -> list:
    return query(rt, "SELECT * FROM inbound ORDER BY id")


def test_a_callback_is_kept_byte_for_byte_once_and_rings(rt: Runtime):
    assert callbacks.take(rt, "delivery", body())
    assert not callbacks.take(rt, "delivery", body())
    (row,) = rows(rt)
    assert (bytes(row["raw"]), row["kind"], row["state"]) == (body(), "delivery", "new")
    assert rt.redis.llen("rq:queue:inbound") == 1


def test_twenty_at_once_are_one(rt: Runtime):
    fresh = []
    threads = [
        threading.Thread(target=lambda: fresh.append(callbacks.take(rt, "delivery", body())))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fresh.count(True) == 1
    assert len(rows(rt)) == 1


def test_each_is_read_once(rt: Runtime):
    for n in range(25):
        callbacks.take(rt, "delivery", body(id=f"ATXid_{n}"))
    assert callbacks.read_due(rt) == 25
    assert callbacks.read_due(rt) == 0
    assert {row["state"] for row in rows(rt)} == {"done"}
    assert len(query(rt, "SELECT * FROM delivery_report")) == 25


@pytest.mark.parametrize("raw", [b"", NOT_A_REPORT, b"x=1", b"%00" * 300])
@pytest.mark.parametrize("kind", ["delivery", "sms", "call_end", "opt_out"])
def test_what_is_no_callback_is_kept_and_shown(rt: Runtime, kind: str, raw: bytes):
    assert callbacks.take(rt, kind, raw)
    assert callbacks.take(rt, "delivery", body())
    assert callbacks.read_due(rt) == 2
    bad, good = rows(rt)
    assert (bad["state"], bytes(bad["raw"])) == ("error", raw)
    assert bad["error"] != ""
    assert good["state"] == "done"


def test_what_fails_is_tried_again_later_and_then_given_up(rt: Runtime, clock: Clock):
    """A row of a kind that has no reader stands for a bug of ours."""
    callbacks.take(rt, "delivery", body())
    with rt.begin() as db:
        db.execute(text("UPDATE inbound SET kind = 'strange'"))
    for n in range(1, MAX_READINGS):
        assert callbacks.read_due(rt) == 1
        assert callbacks.read_due(rt) == 0
        (row,) = rows(rt)
        assert (row["state"], row["attempts"], row["error"]) == ("new", n, "KeyError")
        clock.move(minutes=10)
    callbacks.read_due(rt)
    (row,) = rows(rt)
    assert row["state"] == "error"
    assert PHONE not in row["error"]


def test_one_that_kills_its_reader_is_given_up_and_takes_no_other_along(rt: Runtime, clock: Clock):
    callbacks.take(rt, "delivery", body())
    callbacks.take(rt, "delivery", body(id="ATXid_2"))
    deaths = 0
    while batch := callbacks._claim(rt):
        for unread in batch:
            if unread.id == 1 and unread.attempts <= MAX_READINGS:
                deaths += 1
                break  # as a killed process: nothing after it is read
            callbacks._read_apart(rt, unread)
        clock.move(minutes=10)
    assert deaths == MAX_READINGS
    assert [row["state"] for row in rows(rt)] == ["error", "done"]


def test_two_readers_of_one_callback_read_it_once(rt: Runtime, clock: Clock):
    callbacks.take(rt, "delivery", body())
    (first,) = callbacks._claim(rt)
    clock.move(minutes=10)
    (second,) = callbacks._claim(rt)
    threads = [
        threading.Thread(target=callbacks._read_apart, args=(rt, one)) for one in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(query(rt, "SELECT * FROM delivery_report")) == 1
    assert [row["state"] for row in rows(rt)] == ["done"]


@pytest.mark.parametrize("name", ["status", "failureReason", "networkCode", "id", "phoneNumber"])
def test_strange_words_in_a_report_are_kept_too(rt: Runtime, name: str):
    for strange in ("\x00", "\u202e\U0001f600" * 50, "+265 99", "a" * 999):
        callbacks.take(rt, "delivery", body(**{name: strange}))
    callbacks.read_due(rt)
    assert rows(rt)
    for row in rows(rt):  # a refusal names the field; anything else would be tried again
        assert row["state"] == "done" or (row["state"] == "error" and name in row["error"])
        assert row["attempts"] == 1
