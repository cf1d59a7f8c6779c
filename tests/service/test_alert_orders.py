"""Whatever happens in whatever order: nobody hears the same twice, no alert is left unheard."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from smsapp.service.alerts import answer_alert, change_alert, climb_due, correct_alert
from smsapp.store.tables import alert, alert_event, alert_told, outbound, person
from tests.rig.programme import TEXTS, Programme

STEPS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from(["5", "16", "31"])),
    st.tuples(st.just("clock"), st.just("")),
    st.tuples(st.just("answer"), st.sampled_from(["sup", "fac", "dis", "eve"])),
    st.tuples(st.just("lose"), st.sampled_from(["sup", "fac", "dis"])),
    st.tuples(st.just("leave"), st.sampled_from(["sup", "fac", "dis"])),
    st.tuples(st.just("change"), st.sampled_from(["", "hasten"])),
    st.tuples(st.just("correct"), st.just("")),
)


def do(programme: Programme, report_id: int, ref: str, step: str, word: str) -> None:
    rt = programme.rt
    if step == "wait":
        programme.clock.move(minutes=int(word))
    elif step == "clock":
        climb_due(rt)
    elif step == "lose":
        programme.lose(word)
    elif step == "leave":
        programme.change(word, active=False)
    else:
        with rt.begin() as db:
            if step == "answer":
                answer_alert(rt, db, programme.person(word), ref)
            elif step == "change":
                change_alert(rt, db, report_id, TEXTS, word == "hasten")
            else:
                correct_alert(rt, db, report_id)


def check(programme: Programme) -> None:
    with programme.rt.read() as db:
        keys = Counter(db.scalars(select(outbound.c.key)))
        rows = list(db.execute(select(alert)))
        events = list(db.execute(select(alert_event)))
        told = {row.person_id for row in db.execute(select(alert_told))}
    assert not [key for key, count in keys.items() if count > 1]
    for row in rows:
        what = [event.what for event in events if event.alert_id == row.id]
        if row.state == "raised":
            assert row.climb_at is not None or "nobody" in what
        else:
            assert row.climb_at is None
        assert what.count("acknowledged") <= 1
        assert what.count("nobody") <= 1 + what.count("hastened")
    assert told == {event.person_id for event in events if event.what == "told"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=10))
def test_any_order(programme: Programme, steps: list[tuple[str, str]]):
    with programme.rt.begin() as db:
        for table in (outbound, alert_told, alert_event, alert):
            db.execute(delete(table))
        db.execute(person.update().values(active=True))
    report_id, ref, _ = programme.alarm()
    for step, word in steps:
        do(programme, report_id, ref, step, word)
        check(programme)
    for _ in range(4):
        programme.clock.move(hours=1)
        climb_due(programme.rt)
    check(programme)
    with programme.rt.read() as db:
        assert db.scalars(select(alert.c.climb_at)).one() is None  # everything comes to its end
