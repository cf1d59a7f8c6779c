"""However many workers claim at once, each SMS and each callback is one worker's."""

import threading
from collections import Counter
from datetime import timedelta

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.store import inbound, outbound
from smsapp.store.outbound import NewOutbound

ROWS = 200
WORKERS = 6
LEASE = timedelta(seconds=60)


def fill(rt: Runtime) -> None:
    rows = [
        NewOutbound(key=f"reminder:{n}", kind="reminder", phone="+265991000001", text=f"no {n}")
        for n in range(ROWS)
    ]
    with rt.begin() as db:
        assert None not in outbox.put_many(rt, db, rows)


def together(work) -> Counter[int]:
    taken: Counter[int] = Counter()
    start = threading.Barrier(WORKERS, timeout=10)

    def run(name: str) -> None:
        start.wait()
        while ids := work(name):
            taken.update(ids)

    threads = [threading.Thread(target=run, args=(f"w{n}",)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def test_each_sms_is_claimed_once(rt: Runtime):
    fill(rt)

    def claim(owner: str) -> list[int]:
        with rt.begin() as db:
            now = rt.now()
            return [row.id for row in outbound.claim(db, "urgent", owner, now, now + LEASE, 7)]

    taken = together(claim)
    assert len(taken) == ROWS
    assert set(taken.values()) == {1}


def test_a_claim_takes_no_more_than_its_limit_and_the_oldest_first(rt: Runtime):
    fill(rt)
    with rt.begin() as db:
        now = rt.now()
        rows = outbound.claim(db, "urgent", "one", now, now + LEASE, 5)
    assert [row.key for row in rows] == [f"reminder:{n}" for n in range(5)]


def test_each_callback_is_claimed_once(rt: Runtime):
    with rt.begin() as db:
        for n in range(ROWS):
            assert inbound.add_inbound(db, f"sms:{n}", "sms", b"text=1", rt.now())

    def claim(_: str) -> list[int]:
        with rt.begin() as db:
            now = rt.now()
            rows = inbound.claim_unread(db, now, now + LEASE, 7, fresh=True)
            return [row.id for row in rows]

    taken = together(claim)
    assert len(taken) == ROWS
    assert set(taken.values()) == {1}


def test_a_key_is_there_once(rt: Runtime):
    row = NewOutbound(key="alert:1:1:1:7", kind="alert", phone="+265991000101", text="ALERT")
    other = NewOutbound(key="alert:1:1:1:8", kind="alert", phone="+265991000201", text="ALERT")
    with rt.begin() as db:
        first = outbox.put_many(rt, db, [row])
    with rt.begin() as db:
        second = outbox.put_many(rt, db, [row, other, other])
    assert first[0] is not None
    assert [one is None for one in second] == [True, False, True]


def test_nothing_to_put_is_no_statement(rt: Runtime):
    with rt.begin() as db:
        assert outbox.put_many(rt, db, []) == []
