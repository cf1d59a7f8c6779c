"""What comes round: once a person and period, each facility on its day, however often planned."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from smsapp.flow.chains import Chain, Step
from smsapp.service import recurring, remind
from smsapp.service.naming import local_day
from smsapp.store.tables import person, reminder, report, visit
from tests.rig.stage import Stage

MONTHLY = Chain(
    source="a test",
    useful_for=36,
    steps=(Step("chw", "remind.month", day=0), Step("supervisor", "overdue.month", day=5)),
    day_of_month=28,
)


@pytest.fixture
def monthly(stage: Stage) -> Stage:
    """A month's chain under the name of one that is known; 26 March; nobody else is reminded."""
    flows = replace(stage.rt.flows, chains={"follow_up": MONTHLY})
    stage.rt = replace(stage.rt, flows=flows)
    stage.now = datetime(2026, 3, 26, 4, 0, tzinfo=UTC)
    return stage


def planned(stage: Stage) -> list[tuple[int, str, date]]:
    with stage.rt.read() as db:
        query = select(reminder).where(reminder.c.step == 0).order_by(reminder.c.id)
        rows = db.execute(query)
        return [(r.person_id, r.period, local_day(stage.rt, r.due_at)) for r in rows]


def chws(stage: Stage) -> set[int]:
    with stage.rt.read() as db:
        return set(db.scalars(select(person.c.id).where(person.c.role == "chw", person.c.active)))


def test_each_chw_once_a_month_however_often_it_is_planned(monthly: Stage):
    for _ in range(3 * 40):
        monthly.now += timedelta(hours=8)
        recurring.plan_due(monthly.rt)
    found = planned(monthly)
    assert {one for one, _, _ in found} == chws(monthly)
    assert max(Counter((who, period) for who, period, _ in found).values()) == 1
    assert {period for _, period, _ in found} == {"2026-03", "2026-04"}


def test_facilities_take_turns_and_colleagues_share_a_day(monthly: Stage):
    for _ in range(8):
        recurring.plan_due(monthly.rt)
        monthly.now += timedelta(days=1)
    days: dict[int, set[date]] = {}
    with monthly.rt.read() as db:
        for who, _, day in planned(monthly):
            where = db.scalar(select(person.c.place_id).where(person.c.id == who)) or 0
            days.setdefault(where, set()).add(day)
    assert all(len(found) == 1 for found in days.values())
    assert len(set().union(*days.values())) > 1
    assert all(date(2026, 3, 28) <= day <= date(2026, 4, 1) for one in days.values() for day in one)


def test_it_is_spread_from_the_hour_on(monthly: Stage):
    monthly.now += timedelta(days=7)
    recurring.plan_due(monthly.rt)
    with monthly.rt.read() as db:
        moments = {
            at.astimezone(UTC).strftime("%H:%M") for at in db.scalars(select(reminder.c.due_at))
        }
    assert len(moments) == len(chws(monthly))
    assert all("05:00" <= at < "06:00" for at in moments)  # 7 where they live


def test_missed_days_are_noted_and_the_chain_goes_on(monthly: Stage):
    """No clock for some days: what is too late is written down, and the next step is planned."""
    monthly.now = datetime(2026, 4, 6, 8, 0, tzinfo=UTC)
    recurring.plan_due(monthly.rt)
    while remind.send_due(monthly.rt):
        pass
    rows = monthly.rows("SELECT step, state, why FROM reminder")
    count = len(chws(monthly))
    assert Counter(tuple(row) for row in rows) == {
        (0, "dropped", "late"): count,
        (1, "planned", ""): count,
    }
    monthly.now += timedelta(days=30)  # a month nobody could plan is left out
    assert {period for _, period, _ in planned(monthly)} == {"2026-03"}


def test_who_came_after_the_day_has_nothing_due(monthly: Stage):
    monthly.now += timedelta(days=9)
    with monthly.rt.begin() as db:
        db.execute(update(person).values(created_at=monthly.now))
    recurring.plan_due(monthly.rt)
    assert planned(monthly) == []


def test_one_chain_a_silence(stage: Stage):
    chw = "+265991000001"
    stage.now += timedelta(days=20)
    for _ in range(3 * stage.rt.settings.stagger_days):
        recurring.plan_due(stage.rt)
        stage.now += timedelta(days=1)
    rows = stage.rows("SELECT person_id FROM reminder WHERE kind = 'report_overdue'")
    assert sorted(row.person_id for row in rows) == sorted(chws(stage))
    stage.send(chw, "CCM A14 S0 D0 M3 P0 T0")
    for _ in range(30):
        recurring.plan_due(stage.rt)
        stage.now += timedelta(days=1)
    again = "SELECT r.period FROM reminder r JOIN person p ON p.id = r.person_id WHERE p.phone = :p"
    found = stage.rows(f"{again} AND r.kind = 'report_overdue'", p=chw)
    assert len(found) == 2


def test_who_is_heard_again_is_left_alone(stage: Stage):
    chw = "+265991000001"
    stage.now += timedelta(days=20)
    for _ in range(stage.rt.settings.stagger_days):
        recurring.plan_due(stage.rt)
        stage.now += timedelta(days=1)
    stage.send(chw, "TASK")
    for _ in range(10):
        stage.now += timedelta(days=1)
        remind.send_due(stage.rt)
    heard = [row.text for row in stage.rows("SELECT text FROM outbound WHERE phone = :p", p=chw)]
    assert not any("Nothing heard" in text for text in heard)


def test_who_was_not_visited_is_told_to_her_supervisor_once(stage: Stage):
    chw, boss = "+265992000001", "+265992000101"
    ids = {row.phone: row.id for row in stage.rows("SELECT id, phone FROM person")}
    stage.now += timedelta(days=10)
    with stage.rt.begin() as db:
        ref = db.scalar(insert(report).values(report_of(stage, ids[boss])).returning(report.c.id))
        noted = {"chw_id": ids[chw], "supervisor_id": ids[boss], "by_id": ids[boss]}
        at = {"visited_on": stage.now.date(), "recorded_at": stage.now}
        db.execute(insert(visit).values(**noted, **at, report_id=ref, training=False))
    stage.now += timedelta(days=21, hours=-4)
    for _ in range(40 * 3):
        recurring.plan_due(stage.rt)
        remind.send_due(stage.rt)
        stage.now += timedelta(hours=8)
    told = stage.rows("SELECT text FROM outbound WHERE phone = :p ORDER BY id", p=boss)
    said = [row.text for row in told if "visit" in row.text]
    first, second = said  # the others first; she ten days later
    assert "Aicha visit" in first
    assert "Mary" not in first
    assert second.startswith("Overdue: Mary visit")


def report_of(stage: Stage, person_id: int) -> dict[str, object]:
    return {
        "ref": "123455", "person_id": person_id, "flow": "visit", "version": 1, "source": "sms",
        "state": "closed", "training": False, "params": {}, "answers": {}, "classes": [],
        "place_id": 1, "opened_at": stage.now, "changed_at": stage.now,
    }  # fmt: skip
