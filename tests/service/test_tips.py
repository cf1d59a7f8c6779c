"""One tip a week: planned once a person, spread, not after a death, never unsigned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from smsapp.service import recurring, remind
from smsapp.store.tables import outbound, person, reminder
from tests.rig.stage import Stage

CHW = "+265991000001"
WEDNESDAY = timedelta(days=2)


@pytest.fixture
def wednesday(stage: Stage) -> Stage:
    """07:42 of a Wednesday where the programme works: tips begin at 9."""
    stage.now += WEDNESDAY - timedelta(hours=3)
    return stage


def planned(stage: Stage) -> list[tuple[str, str]]:
    with stage.rt.read() as db:
        query = select(reminder.c.period, reminder.c.state).where(reminder.c.kind == "tip")
        return [tuple(row) for row in db.execute(query.order_by(reminder.c.id))]


def pass_time(stage: Stage, **spans: float) -> None:
    stage.now += timedelta(**spans)
    while remind.send_due(stage.rt):
        pass


def heard(stage: Stage) -> list[str]:
    with stage.rt.read() as db:
        sent = select(outbound.c.text).where(outbound.c.phone == CHW, outbound.c.kind == "reminder")
        sent = sent.order_by(outbound.c.id)
        return [text for text in db.scalars(sent) if "count your medicines" not in text]


def test_only_on_its_day(stage: Stage):
    recurring.plan_due(stage.rt)
    assert planned(stage) == []


def test_each_chw_once_a_week_however_often_it_is_planned(wednesday: Stage):
    with wednesday.rt.read() as db:
        chws = len(db.scalars(select(person.c.id).where(person.c.role == "chw")).all())
    for _ in range(2):
        recurring.plan_due(wednesday.rt)
        assert planned(wednesday) == [("2026-W10", "planned")] * chws
    wednesday.now += timedelta(days=7)
    recurring.plan_due(wednesday.rt)
    assert len(planned(wednesday)) == 2 * chws


def test_it_is_a_tip_in_her_language_with_the_training_line_and_turns(wednesday: Stage):
    rules = [tip.text["en"] for tip in wednesday.rt.flows.flows["tips"].tips]
    for _ in range(2):
        recurring.plan_due(wednesday.rt)
        pass_time(wednesday, hours=2)
        wednesday.now += timedelta(days=7, hours=-2)
    said = [text.split("\n") for text in heard(wednesday)]
    assert [line for line, _ in said] == ["TRAINING. Real child? Call +265991000101"] * 2
    first, second = (rules.index(rule) for _, rule in said)
    assert second == (first + 1) % len(rules)


def test_unsigned_tips_reach_only_people_in_training(wednesday: Stage):
    recurring.plan_due(wednesday.rt)
    pass_time(wednesday, hours=3)
    with wednesday.rt.read() as db:
        sent = select(person.c.training).join(outbound, outbound.c.person_id == person.c.id)
        assert set(db.scalars(sent)) == {True}


def test_off_and_on_by_sms(wednesday: Stage):
    wednesday.send(CHW, "Tips off")
    recurring.plan_due(wednesday.rt)
    pass_time(wednesday, hours=3)
    assert heard(wednesday) == []
    wednesday.send(CHW, "TIPS ON")
    with wednesday.rt.read() as db:
        assert db.scalar(select(person.c.tips).where(person.c.phone == CHW))


def test_off_after_it_was_planned(wednesday: Stage):
    recurring.plan_due(wednesday.rt)
    wednesday.send(CHW, "CONSEILS NON")
    pass_time(wednesday, hours=3)
    assert heard(wednesday) == []


def test_not_in_a_week_with_a_death(wednesday: Stage):
    wednesday.send(CHW, "CCM A14 S1 D0 M3 P0 T0 G1")
    ref = wednesday.rows("SELECT ref FROM report ORDER BY id")[0].ref
    wednesday.send(CHW, f"RF {ref} 4")
    recurring.plan_due(wednesday.rt)
    pass_time(wednesday, hours=3)
    assert heard(wednesday) == []


def test_late_is_not_sent(wednesday: Stage):
    recurring.plan_due(wednesday.rt)
    pass_time(wednesday, hours=12)
    assert heard(wednesday) == []
