"""Whatever is said or done to those around an alert: its SMS go out, and it ends at a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, event, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, delete, insert, select, update

from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import SendOutcome, Verdict
from smsapp.service import outbox
from smsapp.service.alerts import climb_due
from smsapp.service.leaving import leave_by_code
from smsapp.service.people import start_training
from smsapp.service.sending import ANY_TEXT_MOST
from smsapp.store.tables import (
    alert_told,
    death,
    metadata,
    outbound,
    person,
    phone_number,
    reminder,
    send_attempt,
)
from tests.rig.messages import put
from tests.rig.stage import MORNING, Stage
from tests.service.test_chain_properties import usual

Row = dict[str, Any]

CHW = "REAL-001"
RUNGS = ("REAL-101", "REAL-201", "REAL-111", "REAL-301")  # supervisor, facility, deputy, district
PHONES = {code: f"+265992000{code[-3:]}" for code in (CHW, *RUNGS)}
SENT = "CCM A14 S1 D0 M3 P0 T0 G1"
MINUTES = (3, 10, 16, 31)
EVENTS = "SELECT what FROM alert_event WHERE alert_id = :a ORDER BY id"
SILENT = timedelta(days=200)  # longer than a number may be silent
ENDED = timedelta(minutes=80)  # after which every ladder has come to its end

WHO = st.sampled_from((CHW, *RUNGS))
ACTS = st.one_of(
    st.tuples(st.just("alert"), st.just("")),
    st.tuples(st.just("stop"), WHO),
    st.tuples(st.just("unheard"), WHO),
    st.tuples(st.just("spent"), WHO),
    st.tuples(st.just("training"), WHO),
    st.tuples(st.just("leaves"), WHO),
    st.tuples(st.just("death"), st.just("")),
    st.tuples(st.just("time"), st.sampled_from(MINUTES)),
    st.tuples(st.just("ok"), st.sampled_from(RUNGS)),
)
PLAYS = st.lists(ACTS, max_size=9)
HOURS = st.integers(0, 23)


class Gateway(AfricasTalking):
    """A gateway that accepts every SMS at once."""

    def send(self, phone: str, text: str) -> SendOutcome:
        return SendOutcome(Verdict.ACCEPTED, "101", "Sent", f"ATX-{hash((phone, text))}")


@pytest.fixture
def the_stage(stage: Stage) -> Callable[[], Stage]:
    """With all flows signed, a deputy, and a gateway. Hypothesis prints each argument."""
    pairs = {(name, language) for name in stage.rt.flows.flows for language in ("en", "fr")}
    flows = replace(stage.rt.flows, signed=frozenset(pairs))
    stage.rt = replace(stage.rt, flows=flows, channel=Gateway(stage.rt.settings))
    stage.write(
        "UPDATE person SET deputy_id = (SELECT id FROM person WHERE code = 'REAL-111') "
        "WHERE code = 'REAL-101'"
    )
    with stage.rt.read() as db:
        people = [dict(row) for row in db.execute(select(person)).mappings()]
        numbers = [dict(row) for row in db.execute(select(phone_number)).mappings()]
    return lambda: as_it_was(stage, people, numbers)


def few(examples: int) -> Any:
    """Each takes half a second: a play that fails is shown as it is, not made smaller."""
    return settings(usual(examples), phases=(Phase.explicit, Phase.generate))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@few(10)
@example(hour=2, play=[("spent", code) for code in RUNGS])
@example(hour=10, play=[*[("time", 3)] * 4, ("training", CHW)])
@given(hour=HOURS, play=PLAYS)
def test_no_alert_is_muted(the_stage: Callable[[], Stage], hour: int, play: list[tuple[str, Any]]):
    check(the_stage(), hour, play)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@few(5)
@given(hour=HOURS, play=PLAYS)
def test_no_alert_is_muted_there_either(
    the_stage: Callable[[], Stage], hour: int, play: list[tuple[str, Any]]
):
    check(the_stage(), hour, play)


def check(stage: Stage, hour: int, play: list[tuple[str, Any]]) -> None:
    stage.now = MORNING + timedelta(hours=hour)
    for act, about in [*play[:4], ("alert", ""), *play[4:]]:
        do(stage, act, about)
    until = stage.now + ENDED
    while stage.now < until:
        strike(stage, 16)
    changed = {about for act, about in play if act in ("training", "leaves")}
    judge(stage, set(RUNGS) - changed, told=CHW not in changed)


def as_it_was(stage: Stage, people: list[Row], numbers: list[Row]) -> Stage:
    """The people as they were, and no trace of what happened to them."""
    with stage.rt.begin() as db:
        for table in reversed(metadata.sorted_tables):
            if table.name not in ("person", "place"):
                db.execute(delete(table))
        db.execute(insert(phone_number), numbers)
        again = update(person).where(person.c.id == bindparam("who"))
        db.execute(again, [{"who": row["id"], **row} for row in people])
    return stage


def strike(stage: Stage, minutes: int) -> None:
    """Time passes; the clock does what is due, and what is in the outbox goes."""
    stage.now += timedelta(minutes=minutes)
    climb_due(stage.rt)
    outbox.drain(stage.rt, "urgent")


def do(stage: Stage, act: str, about: Any) -> None:
    DOES[act](stage, about)
    outbox.drain(stage.rt, "urgent")


def alarm(stage: Stage, _: str) -> None:
    """Another child: the same again would be asked about."""
    age = 14 + len(stage.rows("SELECT id FROM alert"))
    stage.send(PHONES[CHW], SENT.replace("14", str(age)))


def unheard(stage: Stage, code: str) -> None:
    with stage.rt.begin() as db:
        hers = phone_number.c.phone == PHONES[code]
        db.execute(update(phone_number).where(hers).values(heard_at=stage.now - SILENT))


def dies(stage: Stage, _: str) -> None:
    for one in stage.rows("SELECT ref FROM alert ORDER BY id DESC LIMIT 1"):
        stage.send(PHONES[CHW], f"RF {one.ref} 4")


def spend(stage: Stage, code: str) -> None:
    """More nudges this week than anybody gets, and more SMS today."""
    rt, many = stage.rt, range(ANY_TEXT_MOST)
    stage.count += 1
    fresh = {"phone": PHONES[code], "due_at": stage.now + timedelta(days=9)}
    ids = [put(rt, "reminder", f"{code}:{stage.count}:{one}", **fresh) for one in many]
    with rt.begin() as db:
        who = db.scalar(select(person.c.id).where(person.c.code == code))
        nudge = {"person_id": who, "told_id": who, "kind": "tip", "state": "sent"}
        nudge |= {"due_at": stage.now, "settled_at": stage.now}
        db.execute(
            insert(reminder), [nudge | {"period": f"{stage.count}:{one}"} for one in many[:9]]
        )
        went = {"number": 1, "cause": "first", "started_at": stage.now, "verdict": "accepted"}
        db.execute(insert(send_attempt), [went | {"outbound_id": one} for one in ids])


DOES: dict[str, Callable[[Stage, Any], object]] = {
    "alert": alarm,
    "stop": lambda stage, code: stage.send(PHONES[code], "STOP"),
    "ok": lambda stage, code: stage.send(PHONES[code], "OK"),
    "unheard": unheard,
    "spent": spend,
    "training": lambda stage, code: start_training(stage.rt, code),
    "leaves": lambda stage, code: leave_by_code(stage.rt, code),
    "death": dies,
    "time": strike,
}


def judge(stage: Stage, able: set[str], *, told: bool) -> None:
    with stage.rt.read() as db:
        wants = select(outbound).where(outbound.c.kind == "alert")
        sms = list(db.execute(wants).mappings())
        codes = {one.id: one.code for one in db.execute(select(person))}
        names = list(db.execute(select(alert_told)))
        dead = set(db.scalars(select(death.c.case_report_id)))
    assert {row["state"] for row in sms} <= {"accepted"}
    for one in stage.rows("SELECT id, report_id, training, state, climb_at FROM alert"):
        whats = [
            row.what
            for row in stage.rows(EVENTS, a=one.id)
            if row.what != "untold"  # she left without a successor: noted beside it
        ]
        reached = {codes[row.person_id] for row in names if row.alert_id == one.id}
        mine = {row["key"] for row in sms if row["alert_id"] == one.id}
        assert len({key for key in mine if ":chw:" not in key}) >= len(reached)
        event(f"{one.state}, {len(reached)} told")
        if one.state == "raised":
            assert whats[-1] == "nobody"
            assert one.climb_at is None
            assert one.training or able <= reached
            assert not told or one.report_id in dead or f"alert:{one.id}:chw:end" in mine
