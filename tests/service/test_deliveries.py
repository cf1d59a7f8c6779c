"""Delivery reports: any order, twice, early, late, under an id we never learnt."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from smsapp.channels.contract import Delivery
from smsapp.runtime import Runtime
from smsapp.service import callbacks, outbox
from smsapp.service.deliveries import RANK, advance, match_late
from smsapp.simulator.server import Simulator
from tests.rig.messages import PHONE, faults, put, query, row, say
from tests.rig.running import Clock

STATES = ("queued", "sending", "unknown", "accepted", "failed", "no_report", "discarded", "held")
words = st.lists(st.sampled_from([one.value for one in Delivery]), max_size=8)


def end(state: str, said: list[str]) -> tuple[str, str]:
    delivery = ""
    for word in said:
        state, delivery = advance(state, delivery, word)
    return state, delivery


@given(st.sampled_from(STATES), words, st.randoms())
def test_any_order_and_repetition_ends_alike(state: str, said: list[str], random):
    other = said + said[:3]
    random.shuffle(other)
    assert end(state, said) == end(state, other)


@given(st.sampled_from(STATES), words, words)
def test_nothing_goes_backwards(state: str, first: list[str], then: list[str]):
    state, delivery = end(state, first)
    later_state, later = state, delivery
    for word in then:
        later_state, later = advance(later_state, later, word)
    assert RANK[later] >= RANK[delivery]
    if state == "delivered":
        assert later_state == "delivered"


@given(words)
def test_an_accepted_sms_is_delivered_exactly_if_that_was_said(said: list[str]):
    state, _ = end("accepted", said)
    assert (state == "delivered") == ("delivered" in said)
    assert (state == "failed") == ("failed" in said and "delivered" not in said)


def sent(rt: Runtime, simulator: Simulator, fault: str = "accept", **values: object) -> str:
    faults(simulator, fault)
    outbound_id = put(rt, **values)
    outbox.drain(rt, "urgent")
    return str(row(rt, outbound_id)["provider_id"])


def test_every_order_on_the_database(rt: Runtime, simulator: Simulator):
    orders = list(permutations([Delivery.SENT, Delivery.FAILED, Delivery.DELIVERED]))
    for n, order in enumerate(orders, start=1):
        name = sent(rt, simulator, key=f"no {n}")
        for status in order * 2:
            say(rt, status, name)
        assert (row(rt, n)["state"], row(rt, n)["delivery"]) == ("delivered", "delivered")
    assert len(query(rt, "SELECT * FROM delivery_report")) == 3 * len(orders)


def test_absent_is_not_the_end_of_it(rt: Runtime, simulator: Simulator):
    name = sent(rt, simulator)
    say(rt, Delivery.ABSENT, name)
    assert (row(rt)["state"], row(rt)["delivery"]) == ("accepted", "absent")
    say(rt, Delivery.DELIVERED, name)
    assert row(rt)["state"] == "delivered"


def test_a_word_we_do_not_know_is_kept_and_changes_nothing(rt: Runtime, simulator: Simulator):
    name = sent(rt, simulator)
    say(rt, Delivery.OTHER, name)
    assert (row(rt)["state"], row(rt)["delivery"]) == ("accepted", "")
    (report,) = query(rt, "SELECT * FROM delivery_report")
    assert (report["word"], report["outbound_id"]) == ("Foo", 1)


def test_a_report_that_comes_before_the_gateways_answer_counts(
    rt: Runtime, simulator: Simulator, web: str
):
    """The gateway reports over HTTP while our request is still open."""
    simulator.net.faults.put(["early_report"])
    put(rt)
    outbox.drain(rt, "urgent")
    assert callbacks.read_due(rt) == 1
    assert row(rt)["state"] == "delivered"


def test_a_report_stored_before_we_knew_its_id_is_found_at_the_commit(
    rt: Runtime, simulator: Simulator
):
    name = sent(rt, simulator)
    with rt.begin() as db:  # as if our commit came after the report
        db.exec_driver_sql("UPDATE outbound SET state = 'queued', provider_id = ''")
        db.exec_driver_sql("UPDATE send_attempt SET provider_id = ''")
    say(rt, Delivery.DELIVERED, name)
    assert row(rt)["state"] == "queued"
    with rt.begin() as db:
        db.exec_driver_sql(f"UPDATE send_attempt SET provider_id = '{name}'")
    assert match_late(rt) == 1
    assert row(rt)["state"] == "delivered"
    assert match_late(rt) == 0


def test_a_report_settles_the_one_doubt_it_can_be_about(rt: Runtime, simulator: Simulator):
    sent(rt, simulator, "accept_then_reset", kind="reminder")
    assert row(rt)["state"] == "unknown"
    say(rt, Delivery.SENT, "ATXid_x")
    assert row(rt)["state"] == "accepted"
    say(rt, Delivery.DELIVERED, "ATXid_x")
    assert row(rt)["state"] == "delivered"
    inferred = [r["inferred"] for r in query(rt, "SELECT * FROM delivery_report ORDER BY id")]
    assert [bool(one) for one in inferred] == [True, False]


def test_two_doubts_to_one_phone_stay_doubts(rt: Runtime, simulator: Simulator):
    for n in range(2):
        sent(rt, simulator, "accept_then_reset", kind="reminder", key=f"no {n}")
    say(rt, Delivery.DELIVERED, "ATXid_x")
    assert [row(rt, n)["state"] for n in (1, 2)] == ["unknown", "unknown"]


def test_an_old_doubt_or_another_phones_is_not_settled(
    rt: Runtime, simulator: Simulator, clock: Clock
):
    sent(rt, simulator, "accept_then_reset", kind="reminder")
    say(rt, Delivery.DELIVERED, "ATXid_x", "+265991000301")
    clock.move(minutes=11)
    say(rt, Delivery.DELIVERED, "ATXid_y", PHONE)
    assert row(rt)["state"] == "unknown"


def test_reports_of_strangers_change_nothing(rt: Runtime, simulator: Simulator):
    sent(rt, simulator)
    for n in range(20):
        say(rt, Delivery.FAILED, f"ATXid_{n}")
    assert row(rt)["state"] == "accepted"
    assert match_late(rt) == 0


def test_a_report_of_the_first_try_ends_the_repeat(rt: Runtime, simulator: Simulator, clock: Clock):
    name = sent(rt, simulator, "garbage201", kind="alert")
    assert name == ""
    say(rt, Delivery.SENT, "ATXid_first")
    assert row(rt)["state"] == "accepted"
    clock.move(hours=1)
    assert outbox.drain(rt, "urgent") == 0
