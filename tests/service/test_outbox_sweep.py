"""What the sweep mends, and what it leaves alone."""

from datetime import timedelta

from sqlalchemy import insert, update

from smsapp.channels.contract import Delivery, SendOutcome, Verdict
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.outbox_sweep import sweep
from smsapp.service.sending import MAX_RESENDS, _begin, _settle
from smsapp.simulator.server import Simulator
from smsapp.store import attempts, outbound
from smsapp.store.tables import alert, person, place, report
from smsapp.store.tables import outbound as outbound_table
from tests.rig.messages import PHONE, faults, put, row, say
from tests.rig.running import Clock


def abandon(rt: Runtime, *, sending: bool) -> None:
    """A worker that claims (and begins to send) and is never heard of again."""
    now = rt.now()
    lease_until = now + timedelta(seconds=rt.settings.lease_seconds)
    with rt.begin() as db:
        (claimed,) = outbound.claim(db, "urgent", "dead", now, lease_until, 1)
        if sending:
            assert attempts.begin_attempt(db, claimed, "dead", now, lease_until)


def test_what_was_only_claimed_is_queued_again(rt: Runtime, clock: Clock):
    put(rt)
    abandon(rt, sending=False)
    sweep(rt)
    assert row(rt)["state"] == "claimed"
    clock.move(seconds=2)
    assert sweep(rt) == 1
    assert (row(rt)["state"], row(rt)["attempts"]) == ("queued", 0)


def test_what_was_being_sent_is_in_doubt(rt: Runtime, clock: Clock):
    put(rt, "reminder")
    abandon(rt, sending=True)
    sweep(rt)
    assert row(rt)["state"] == "sending"
    clock.move(seconds=2)
    sweep(rt)
    assert row(rt)["state"] == "unknown"
    clock.move(hours=1)
    assert sweep(rt) == 0


def test_an_alert_in_doubt_goes_again(rt: Runtime, simulator: Simulator, clock: Clock):
    put(rt, "alert")
    abandon(rt, sending=True)
    clock.move(seconds=2)
    sweep(rt)
    sweep(rt)
    assert (row(rt)["state"], row(rt)["resends"]) == ("queued", 1)
    assert outbox.drain(rt, "urgent") == 1
    assert row(rt)["state"] == "accepted"


def test_a_worker_that_was_only_slow_tells_the_truth_late(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    """Its lease ended while its request ran; its word that the gateway took it ends the doubt."""
    put(rt, "alert")
    now = rt.now()
    with rt.begin() as db:
        (claimed,) = outbound.claim(db, "urgent", "slow", now, now + timedelta(seconds=1), 1)
    attempt = _begin(rt, claimed, "slow", False)
    assert attempt is not None
    clock.move(seconds=3)
    sweep(rt)
    sweep(rt)
    assert row(rt)["state"] == "queued"
    _settle(rt, attempt, SendOutcome(Verdict.ACCEPTED, "Sent", "", provider_id="ATXid_slow"))
    assert row(rt)["state"] == "accepted"
    assert outbox.drain(rt, "urgent") == 0


def test_silence_of_the_network_has_a_name(rt: Runtime, simulator: Simulator, clock: Clock):
    faults(simulator, "accept", "accept")
    put(rt)
    put(rt, key="two")
    outbox.drain(rt, "urgent")
    say(rt, Delivery.ABSENT, row(rt, 2)["provider_id"])
    clock.move(hours=71)
    sweep(rt)
    assert row(rt)["state"] == "accepted"
    clock.move(hours=2)
    sweep(rt)
    assert (row(rt)["state"], row(rt, 2)["state"]) == ("no_report", "failed")
    say(rt, Delivery.DELIVERED, row(rt)["provider_id"])
    assert row(rt)["state"] == "delivered"


def an_alert(rt: Runtime) -> int:
    now = rt.now()
    with rt.begin() as db:
        db.execute(insert(place).values(id=1, code="x", name="x", short="x", kind="facility"))
        someone = {"code": "c", "name": "n", "short": "n", "role": "chw", "language": "en"}
        db.execute(insert(person).values(id=1, place_id=1, created_at=now, **someone))
        a_report = {
            "ref": "123457", "person_id": 1, "flow": "iccm", "version": 1, "source": "ussd",
            "state": "open", "training": False, "params": {}, "answers": {}, "classes": [],
            "place_id": 1, "opened_at": now, "changed_at": now,
        }  # fmt: skip
        db.execute(insert(report).values(id=1, **a_report))
        an_alert = {
            "ref": "123457", "report_id": 1, "n": 1, "kind": "danger", "person_id": 1,
            "training": False, "texts": {}, "ladder": [], "state": "raised", "level": 1,
            "raised_at": now,
        }  # fmt: skip
        db.execute(insert(alert).values(id=1, **an_alert))
    return 1


def lost(rt: Runtime) -> list[str]:
    with rt.read() as db:
        return [one.state for one in outbox.undeliverable(rt, db)]


def test_an_open_alerts_sms_that_will_not_arrive_is_listed(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    an_alert(rt)
    put(rt, "alert", alert_id=1, alert_level=1, person_id=1)
    assert lost(rt) == []
    for state, more in [
        ("failed", {}),
        ("expired", {}),
        ("held", {}),
        ("dead", {}),
        ("discarded", {}),
        ("accepted", {"delivery": "absent"}),
        ("unknown", {"resends": MAX_RESENDS}),
        ("queued", {"attempts": outbox.STUCK_ATTEMPTS}),
    ]:
        with rt.begin() as db:
            db.execute(update(outbound_table).values(state=state, **more))
        assert lost(rt) == [state]
        calm = {"delivery": "", "resends": 0, "attempts": 0}
        with rt.begin() as db:
            db.execute(update(outbound_table).values(**calm))
    for state in ("queued", "claimed", "sending", "accepted", "delivered", "unknown"):
        with rt.begin() as db:
            db.execute(update(outbound_table).values(state=state))
        assert lost(rt) == []
    with rt.begin() as db:
        db.execute(update(outbound_table).values(state="failed"))
        db.execute(update(alert).values(state="acknowledged"))
    assert lost(rt) == []


def test_a_refused_number_makes_its_alert_heard_of(rt: Runtime, simulator: Simulator):
    an_alert(rt)
    faults(simulator, "recipient_code:403")
    put(rt, "alert", phone=PHONE, alert_id=1, alert_level=1, person_id=1)
    outbox.drain(rt, "urgent")
    assert lost(rt) == ["failed"]
