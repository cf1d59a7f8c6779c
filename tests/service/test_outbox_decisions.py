"""What the breaker holds back, and what an operator decides about it, once."""

import threading
from collections import Counter

import pytest

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.sending import ANY_TEXT_MOST, SAME_TEXT_MOST
from smsapp.simulator.server import Simulator
from tests.rig.messages import accepted, faults, put, query, row
from tests.rig.running import Clock


def test_the_same_text_is_held_the_fourth_time_but_an_alert_never(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    for n in range(SAME_TEXT_MOST + 2):
        put(rt, "reply", f"reply {n}", text="Saved.")
        put(rt, "alert", f"alert {n}", text="Go.")
        outbox.drain(rt, "urgent")
    states = Counter((r["kind"], r["state"]) for r in query(rt, "SELECT * FROM outbound"))
    assert states[("reply", "held")] == 2
    assert states[("alert", "held")] == 0
    assert accepted(simulator).count("Saved.") == SAME_TEXT_MOST
    assert accepted(simulator).count("Go.") == SAME_TEXT_MOST + 2
    clock.move(minutes=31)
    put(rt, "reply", "later", text="Saved.")
    outbox.drain(rt, "urgent")
    assert accepted(simulator).count("Saved.") == SAME_TEXT_MOST + 1


def test_the_same_text_at_once_is_held_too(rt: Runtime, simulator: Simulator):
    for n in range(8):
        put(rt, "reply", f"reply {n}", text="Saved.")
    while query(rt, "SELECT id FROM outbound WHERE state = 'queued'"):
        outbox.drain(rt, "urgent")
    assert accepted(simulator).count("Saved.") == SAME_TEXT_MOST
    assert len(query(rt, "SELECT id FROM outbound WHERE state = 'held'")) == 8 - SAME_TEXT_MOST


def test_an_answer_may_say_the_same_and_refer_is_never_held(rt: Runtime, simulator: Simulator):
    for n in range(ANY_TEXT_MOST + 2):
        put(rt, "answer", f"answer {n}", text="Missing: S D.")
        put(rt, "danger", f"danger {n}", text="REFER NOW.")
    while query(rt, "SELECT id FROM outbound WHERE state = 'queued'"):
        outbox.drain(rt, "urgent")
    assert accepted(simulator).count("REFER NOW.") == ANY_TEXT_MOST + 2
    assert accepted(simulator).count("Missing: S D.") == ANY_TEXT_MOST  # robots end there
    held = query(rt, "SELECT kind FROM outbound WHERE state = 'held'")
    assert [one["kind"] for one in held] == ["answer"] * 2


def test_a_phone_that_gets_too_many_is_held(rt: Runtime, simulator: Simulator):
    for n in range(ANY_TEXT_MOST + 1):
        put(rt, "reminder", f"no {n}", lane="bulk")
    while query(rt, "SELECT id FROM outbound WHERE state = 'queued'"):
        outbox.drain(rt, "bulk")
    held = query(rt, "SELECT id FROM outbound WHERE state = 'held'")
    assert len(held) == 1
    put(rt, "reply", "other phone", phone="+265991000201", lane="bulk")
    outbox.drain(rt, "bulk")
    assert "reply other phone" in accepted(simulator)


def test_an_operator_sends_again_what_was_held(rt: Runtime, simulator: Simulator):
    for n in range(SAME_TEXT_MOST + 1):
        put(rt, "reply", f"reply {n}", text="Saved.")
        outbox.drain(rt, "urgent")
    held = query(rt, "SELECT id FROM outbound WHERE state = 'held'")[0]["id"]
    outbox.send_again(rt, held, "ann", "she asked twice", "127.0.0.1")
    assert rt.redis.llen("rq:queue:urgent") == 1
    outbox.drain(rt, "urgent")
    assert row(rt, held)["state"] == "accepted"
    (audit,) = query(rt, "SELECT * FROM audit")
    told = ("actor", "action", "object", "before", "after", "reason", "address")
    assert [audit[name] for name in told] == [
        "ann", "send_again", f"outbound:{held}", "held", "queued", "she asked twice", "127.0.0.1",
    ]  # fmt: skip
    causes = query(rt, f"SELECT cause FROM send_attempt WHERE outbound_id = {held}")
    assert [one["cause"] for one in causes] == ["operator"]


def test_a_decision_is_taken_once(rt: Runtime, simulator: Simulator):
    faults(simulator, "accept_then_500")
    put(rt, "alert")
    outbox.drain(rt, "urgent")
    outbox.discard(rt, 1, "ann", "called her", "127.0.0.1")
    assert row(rt)["state"] == "discarded"
    for decide in (outbox.discard, outbox.send_again):
        with pytest.raises(outbox.NotWaiting, match="discarded"):
            decide(rt, 1, "bob", "", "127.0.0.1")
    assert len(query(rt, "SELECT * FROM audit")) == 1


def test_two_operators_at_once_decide_once(rt: Runtime, simulator: Simulator):
    faults(simulator, "accept_then_500")
    put(rt, "alert")
    outbox.drain(rt, "urgent")
    refused = []

    def decide(actor: str) -> None:
        try:
            outbox.send_again(rt, 1, actor, "", "127.0.0.1")
        except outbox.NotWaiting:
            refused.append(actor)

    threads = [threading.Thread(target=decide, args=(f"op{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(query(rt, "SELECT * FROM audit")) == 1


def test_an_operators_pause_ends_only_by_her(rt: Runtime, simulator: Simulator, clock: Clock):
    outbox.hold(rt, "urgent", "ann", "maintenance", "127.0.0.1")
    faults(simulator, "401")
    put(rt, "reminder", lane="bulk")
    outbox.drain(rt, "bulk")
    clock.move(hours=9)
    outbox.drain(rt, "bulk")
    put(rt, key="two")
    assert outbox.drain(rt, "urgent") == 0
    outbox.release(rt, "urgent", "ann", "done", "127.0.0.1")
    assert outbox.drain(rt, "urgent") == 1
    with pytest.raises(outbox.NotWaiting):
        outbox.release(rt, "urgent", "ann", "done", "127.0.0.1")
