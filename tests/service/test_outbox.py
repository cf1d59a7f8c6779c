"""What becomes of an SMS for each thing the gateway may do with it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from smsapp.channels.africastalking import AfricasTalking
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.outbox_sweep import sweep
from smsapp.service.sending import (
    MAX_ATTEMPTS,
    MAX_RESENDS,
    backoff,
)
from smsapp.settings import Settings
from smsapp.simulator.server import Simulator
from tests.rig.messages import PHONE, accepted, faults, lifelike, put, query, row
from tests.rig.running import Clock

SYSTEMIC = ("401", "recipient_code:405", "307", "invalid_sender", "400")
DOUBTFUL = ("accept_then_500", "accept_then_reset", "garbage201", "partial", "garbage200")


def wait_for(happened: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Poll until it happened."""
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def test_an_accepted_sms_knows_its_id_and_its_attempt(rt: Runtime, simulator: Simulator):
    faults(simulator, "accept")
    put(rt)
    assert outbox.drain(rt, "urgent") == 1
    assert row(rt)["state"] == "accepted"
    (attempt,) = query(rt, "SELECT * FROM send_attempt")
    assert attempt["verdict"] == "accepted"
    assert attempt["cause"] == "first"
    assert attempt["provider_id"] == row(rt)["provider_id"] != ""
    assert outbox.drain(rt, "urgent") == 0
    assert accepted(simulator) == ["reply one"]


def test_a_lane_sends_its_own_only(rt: Runtime, simulator: Simulator):
    put(rt, lane="bulk")
    assert outbox.drain(rt, "urgent") == 0
    assert outbox.drain(rt, "bulk") == 1


def test_what_is_due_later_waits(rt: Runtime, clock: Clock):
    put(rt, due_at=rt.now().replace(year=2100))
    assert rt.redis.llen("rq:queue:urgent") == 0
    assert outbox.drain(rt, "urgent") == 0


@pytest.mark.parametrize("fault", DOUBTFUL)
@pytest.mark.parametrize("kind", ["alert", "reminder"])
def test_a_doubt_is_not_sent_again_at_once(
    rt: Runtime, simulator: Simulator, fault: str, kind: str
):
    faults(simulator, fault)
    put(rt, kind)
    outbox.drain(rt, "urgent")
    assert row(rt)["state"] == "unknown"
    assert row(rt)["reason"] != ""
    assert outbox.drain(rt, "urgent") == 0


def test_a_doubtful_reminder_waits_for_a_person(rt: Runtime, simulator: Simulator, clock: Clock):
    faults(simulator, "accept_then_500")
    put(rt, "reminder")
    outbox.drain(rt, "urgent")
    clock.move(hours=5)
    sweep(rt)
    assert outbox.drain(rt, "urgent") == 0
    assert row(rt)["state"] == "unknown"
    assert accepted(simulator) == ["reminder one"]


def test_a_doubtful_alert_is_sent_twice_more_then_waits_too(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    for _ in range(MAX_RESENDS + 3):
        simulator.net.faults.put(["accept_then_reset+no_report"], PHONE)
        simulator.net.faults.put(["accept+no_report"], "+265991000201")
    put(rt, "alert")
    for n in range(MAX_RESENDS + 3):
        put(rt, key=f"between {n}", phone="+265991000201")  # the gateway is well in between
        outbox.drain(rt, "urgent")
        clock.move(seconds=rt.settings.unknown_wait_seconds)
        sweep(rt)
    assert row(rt)["state"] == "unknown"
    assert accepted(simulator).count("alert one") == 1 + MAX_RESENDS
    causes = [a["cause"] for a in query(rt, "SELECT * FROM send_attempt WHERE outbound_id = 1")]
    assert causes == ["first"] + ["ambiguous"] * MAX_RESENDS


def test_a_doubtful_alert_is_not_repeated_too_early(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    faults(simulator, "accept_then_500")
    put(rt, "alert")
    outbox.drain(rt, "urgent")
    clock.move(seconds=rt.settings.unknown_wait_seconds * 0.5)
    sweep(rt)
    assert row(rt)["state"] == "unknown"


@pytest.mark.parametrize("code", [401, 403, 404, 406, 407, 409])
def test_a_refused_number_has_failed(rt: Runtime, simulator: Simulator, code: int):
    faults(simulator, f"recipient_code:{code}")
    put(rt, "alert")
    outbox.drain(rt, "urgent")
    assert row(rt)["state"] == "failed"
    assert row(rt)["final_at"] is not None


@pytest.mark.parametrize("fault", SYSTEMIC)
def test_what_would_meet_every_sms_holds_all_lanes_and_burns_nothing(
    rt: Runtime, simulator: Simulator, clock: Clock, fault: str
):
    rt = lifelike(rt)
    faults(simulator, fault, fault)
    put(rt, "alert")
    put(rt, "reminder", "two", lane="bulk")
    assert outbox.drain(rt, "urgent") == 1
    assert (row(rt)["state"], row(rt)["attempts"]) == ("queued", 0)
    assert outbox.drain(rt, "bulk") == 0
    assert {p["lane"] for p in query(rt, "SELECT * FROM pause")} == {"urgent", "bulk", "routine"}
    for expected in ("queued", "accepted"):  # the first probe fails
        clock.move(seconds=31)
        assert outbox.drain(rt, "urgent") == 1
        assert row(rt)["state"] == expected
    assert query(rt, "SELECT * FROM pause") == []
    assert outbox.drain(rt, "bulk") == 1


def test_a_probe_is_one_sms_and_those_of_other_lanes_get_rarer(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    rt = lifelike(rt)
    faults(simulator, *["401"] * 30)
    for n in range(5):
        put(rt, "alert", f"alert {n}")
        put(rt, "reminder", f"no {n}", lane="bulk")
    outbox.drain(rt, "urgent")
    probes = {"urgent": 0, "bulk": 0}
    for _ in range(4):
        clock.move(seconds=31)
        probes["bulk"] += outbox.drain(rt, "bulk")
        probes["urgent"] += outbox.drain(rt, "urgent")
    assert probes["urgent"] == 4
    assert 1 <= probes["bulk"] <= 3


def test_the_gateway_says_how_long_to_wait(rt: Runtime, simulator: Simulator, clock: Clock):
    patient = lifelike(rt)
    faults(simulator, "429")
    put(patient, "alert")
    outbox.drain(patient, "urgent")
    assert row(rt)["state"] == "queued"
    clock.move(seconds=28)
    assert outbox.drain(patient, "urgent") == 0
    clock.move(seconds=3)
    assert outbox.drain(patient, "urgent") == 1
    assert row(rt)["state"] == "accepted"


def refusing(rt: Runtime, make_settings: Callable[..., Settings]) -> Runtime:
    """A Runtime whose gateway is a port where nobody listens."""
    return replace(rt, channel=AfricasTalking(make_settings(at_base_url="http://127.0.0.1:1")))


def test_a_reminder_that_never_leaves_is_dead_and_then_a_persons(
    make_settings: Callable[..., Settings], rt: Runtime, clock: Clock
):
    lost = refusing(lifelike(rt), make_settings)
    put(rt, "reminder")
    for _ in range(MAX_ATTEMPTS):
        assert row(rt)["state"] == "queued"
        outbox.drain(lost, "urgent")
        clock.move(seconds=901)
    assert (row(rt)["state"], row(rt)["attempts"]) == ("dead", MAX_ATTEMPTS)
    outbox.send_again(rt, 1, "ann", "the gateway is back", "127.0.0.1")
    outbox.drain(rt, "urgent")
    assert row(rt)["state"] == "accepted"


def test_an_alert_that_does_not_leave_goes_on_and_then_expires(
    make_settings: Callable[..., Settings], rt: Runtime, clock: Clock
):
    lost = refusing(lifelike(rt), make_settings)
    put(rt, "alert")
    for _ in range(MAX_ATTEMPTS + 4):
        outbox.drain(lost, "urgent")
        clock.move(seconds=61)
    assert (row(rt)["state"], row(rt)["attempts"]) == ("queued", MAX_ATTEMPTS + 4)
    clock.move(hours=25)
    sweep(rt)
    assert row(rt)["state"] == "expired"


def test_pauses_between_tries_double_up_to_a_cap_and_an_alerts_stay_short(rt: Runtime):
    calm = replace(rt, settings=Settings(_env_file=None))
    pauses = [backoff(calm, tries).total_seconds() for tries in range(1, 12)]
    for full, pause in zip([30, 60, 120, 240, 480, *[900] * 6], pauses, strict=True):
        assert full * 0.75 <= pause <= full
    assert backoff(calm, 9, cap=60).total_seconds() <= 60
    assert len({backoff(calm, 3) for _ in range(9)}) > 1


def test_what_came_too_late_is_not_sent(rt: Runtime, simulator: Simulator, clock: Clock):
    put(rt, expires_at=rt.now())
    clock.move(seconds=1)
    outbox.drain(rt, "urgent")
    assert row(rt)["state"] == "expired"
    assert accepted(simulator) == []


def test_three_doubts_in_a_row_hold_the_lanes(rt: Runtime, simulator: Simulator, clock: Clock):
    faults(simulator, *["garbage200"] * 9)
    for n in range(9):
        put(rt, "reminder", f"no {n}", lane="bulk")
    outbox.drain(lifelike(rt), "bulk")
    states = [one["state"] for one in query(rt, "SELECT state FROM outbound")]
    assert 3 <= states.count("unknown") < 9
    assert len(query(rt, "SELECT * FROM pause")) == 3


def test_a_request_that_hangs_stops_no_other(rt: Runtime, simulator: Simulator):
    simulator.net.faults.put(["hang"], PHONE)
    put(rt, "alert")
    drain = threading.Thread(target=outbox.drain, args=(rt, "urgent"))
    drain.start()
    assert wait_for(lambda: row(rt)["state"] == "sending")
    put(rt, "alert", "two", phone="+265991000201")
    assert wait_for(lambda: row(rt, 2)["state"] == "accepted")
    assert row(rt)["state"] == "sending"
    drain.join()
    assert row(rt)["state"] == "unknown"
