"""What happens at once, on real threads: exactly one of each."""

import threading
from collections.abc import Callable

import pytest

from tests.rig.stage import Stage

CHW, SUPERVISOR, FACILITY = "+265991000001", "+265991000101", "+265991000201"
DANGER = "CCM A14 S1 D0 M3 P0 T0"


def together(*acts: Callable[[], object]) -> None:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def heard(stage: Stage, phone: str) -> list[str]:
    rows = stage.rows("SELECT text FROM outbound WHERE phone = :phone ORDER BY id", phone=phone)
    return [row.text.split("\n", 1)[-1] for row in rows]


def test_two_people_answer_one_alert(stage: Stage):
    stage.send(CHW, DANGER)
    ref = stage.rows("SELECT ref FROM alert")[0].ref
    told = len(heard(stage, CHW))
    together(
        lambda: stage.send(SUPERVISOR, f"OK {ref}"),
        lambda: stage.send(FACILITY, f"OK {ref}"),
    )
    last = [heard(stage, SUPERVISOR)[-1], heard(stage, FACILITY)[-1]]
    assert sum("is told that you have seen" in text for text in last) == 1
    assert sum(text.startswith(f"{ref}: seen by ") for text in last) == 1
    assert len(heard(stage, CHW)) == told + 1


@pytest.mark.parametrize("keys", [("1", "14", "3"), ("1", "14", "0", "0", "3", "0", "0")])
def test_the_same_hop_from_a_call_nobody_remembers(stage: Stage, keys: tuple[str, ...]):
    stage.phone = CHW
    stage.dial()
    stage.keys(*keys[:-1])
    stage.rt.redis.flushall()
    replies = stage.press(keys[-1], times=6)
    assert len({reply.text for reply in replies}) == 1
    assert len(stage.rows("SELECT id FROM report")) == 1
    assert len(stage.rows("SELECT id FROM report_event")) == 1
    assert len(stage.rows("SELECT id FROM alert")) == (len(keys) == 3)


def test_the_same_sms_delivered_six_times_at_once(stage: Stage):
    stage.send("+265991000002", "HELP")
    stage.sms = stage.sms.replace(b"HELP", b"CCM+A14+S0+D0+M3+P0+T0").replace(b"ATXid", b"ATXjd")
    together(*[lambda: stage.take("sms", stage.sms)] * 6)
    assert len(stage.rows("SELECT id FROM report")) == 1
    assert len(heard(stage, "+265991000002")) == 2


def test_the_same_draft_taken_up_in_two_calls(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("1", "14", "0")
    stage.drop()
    stage.dial()
    stage.keys("1", "0")
    first = stage.call
    stage.dial()
    stage.keys("1", "0", "3", "0", "0")
    stage.calls[CHW] = first
    reply = stage.keys("3", "0", "1")
    assert reply.text.split("\n")[-1].startswith("Already saved, ref ")
    assert len(stage.rows("SELECT id FROM report")) == 1


def test_danger_told_after_the_report_was_closed_elsewhere(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("1", "14", "0")
    stage.drop()
    stage.dial()
    stage.keys("1")
    stage.send(CHW, "D0 M3 P0 T0")
    assert stage.rows("SELECT state FROM report")[0].state == "closed"
    reply = stage.keys("1")
    assert "REFER NOW" in reply.text
    assert len(stage.rows("SELECT id FROM report")) == len(stage.rows("SELECT id FROM alert")) == 1
