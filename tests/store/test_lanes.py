"""What a lane holds, on both databases: due, tried before, for later, held; nothing finished."""

from datetime import timedelta

from sqlalchemy import insert

from smsapp.service import watch
from smsapp.store import lanes as store
from smsapp.store.tables import inbound, outbound, pause
from tests.rig.programme import LADDER, Programme

SECOND = timedelta(seconds=1)


def add(programme: Programme, state: str, **values: object) -> None:
    now = programme.rt.now()
    row = {
        "key": f"test:{programme.count(outbound)}",
        "lane": "urgent",
        "kind": "reply",
        "phone": "+265991000001",
        "text": "x",
        "text_hash": "0",
        "segments": 1,
        "state": state,
        "due_at": now,
        "created_at": now,
        **values,
    }
    with programme.rt.begin() as db:
        db.execute(insert(outbound).values(row))


def lane(programme: Programme, name: str) -> store.Lane:
    found = watch.lane(programme.rt, name)
    assert found is not None
    return found


def test_a_lane_counts_only_what_is_not_finished(programme: Programme):
    now = programme.rt.now()
    for age in (1, 30, 5):
        add(programme, "queued", due_at=now - age * SECOND)
    add(programme, "queued", due_at=now + 60 * SECOND, attempts=2)
    add(programme, "queued", due_at=now + 40 * SECOND, attempts=1)
    add(programme, "queued", due_at=now + 10 * SECOND)
    for state in ("claimed", "sending", "accepted", "delivered", "unknown", "dead", "expired"):
        add(programme, state, due_at=now - 99 * SECOND)
    add(programme, "queued", lane="bulk", due_at=now - 99 * SECOND)
    found = lane(programme, "urgent")
    assert (found.waiting, found.in_progress, found.retrying, found.later) == (3, 2, 2, 1)
    assert found.oldest_at == now - 30 * SECOND
    assert found.retry_at == now + 40 * SECOND
    assert lane(programme, "bulk").waiting == 1
    assert lane(programme, "routine") == store.Lane("routine")


def test_what_comes_in_is_a_lane_too(programme: Programme):
    now = programme.rt.now()
    states = (("new", 5, 0), ("new", -5, 1), ("done", 9, 0), ("error", 9, 5), ("ignored", 9, 0))
    with programme.rt.begin() as db:
        for n, (state, age, tries) in enumerate(states):
            row = {"key": f"{n}", "kind": "sms", "raw": b"", "state": state, "attempts": tries}
            at = {"due_at": now - age * SECOND, "received_at": now}
            db.execute(insert(inbound).values({**row, **at}))
    found = lane(programme, "inbound")
    assert (found.waiting, found.retrying, found.retry_at) == (1, 1, now + 5 * SECOND)
    assert watch.look(programme.rt).unread == 1


def test_a_pause_stands_until_it_is_lifted(programme: Programme):
    now = programme.rt.now()
    with programme.rt.begin() as db:
        until = now - SECOND  # one SMS may try; until it is taken the lane is held
        row = {"lane": "bulk", "reason": "No credit.", "tries": 1, "since": now, "until": until}
        db.execute(insert(pause).values(row))
    assert lane(programme, "bulk").paused == "No credit."
    assert lane(programme, "urgent").paused == ""


def test_workers_are_counted_by_lane_and_a_dead_one_is_not(programme: Programme):
    redis = programme.rt.redis
    assert watch.workers(programme.rt) == {"inbound": 0, "urgent": 0, "bulk": 0, "routine": 0}
    redis.sadd("rq:workers:urgent", "rq:worker:a", "rq:worker:b")
    redis.hset("rq:worker:a", "birth", "now")  # b is named, but its key has run out
    found = watch.workers(programme.rt)
    assert found is not None
    assert found["urgent"] == 1


def test_an_open_alert_says_who_is_told_next(programme: Programme):
    first, last = LADDER
    programme.alarm(ladder=[first, {**last, "roles": ["deputy"]}, last])
    [found] = watch.look(programme.rt).alerts
    assert (found.place, found.name, found.level, found.told) == ("Chalo", "Esther", 1, 2)
    assert found.rungs == (("deputy",), ("district",))  # there is no deputy
    assert found.next_roles == ("district",)
