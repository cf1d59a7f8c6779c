"""How soon people hear again: not twice in one night, and the hours of an order run through it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from smsapp.service import remind
from smsapp.store.people import person_by_phone
from smsapp.store.tables import reminder
from tests.rig.stage import Stage

ESTHER = "+265991000001"
ZONE = ZoneInfo("Africa/Blantyre")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, 12, tzinfo=ZONE).astimezone(UTC)


def told(stage: Stage, kind: str) -> list[str]:
    """The day and hour at which each step was sent."""
    with stage.rt.read() as db:
        mine = select(reminder).where(reminder.c.kind == kind, reminder.c.state == "sent")
        rows = db.execute(mine.order_by(reminder.c.step))
        return [f"{row.settled_at.astimezone(ZONE):%-d %-H}" for row in rows]


def pass_hours(stage: Stage, hours: int) -> None:
    for _ in range(hours):
        stage.now += timedelta(hours=1)
        while remind.send_due(stage.rt):
            pass


@pytest.mark.parametrize(
    ("begun_again", "second"), [(7, "4 7"), (10, "4 7"), (12, "5 7"), (18, "5 7")]
)
def test_not_in_the_evening_and_the_next_morning(stage: Stage, begun_again: int, second: str):
    steps = stage.rt.flows.chains["follow_up"].steps[:2]  # to her, and to her a day later
    chain = replace(stage.rt.flows.chains["report_overdue"], steps=steps)
    stage.rt = replace(stage.rt, flows=replace(stage.rt.flows, chains={"report_overdue": chain}))
    stage.now = at(2, 12)
    with stage.rt.begin() as db:
        who = person_by_phone(db, ESTHER, stage.now)
        assert who is not None
        remind.begin(stage.rt, db, "report_overdue", who.id, "after:0", stage.now)
    stage.now = at(3, begun_again)  # the clock stood still till then
    remind.send_due(stage.rt)
    pass_hours(stage, 3 * 24)
    assert told(stage, "report_overdue") == [f"3 {begun_again}", second]


@pytest.mark.parametrize(
    ("ordered", "heard"),
    [
        (8, ["2 12", "3 7", "3 8"]),
        (14, ["2 18", "3 7", "3 14"]),
        (18, ["3 7", "3 7", "3 18"]),
        (22, ["3 7", "3 10", "4 7"]),
    ],
)
def test_an_emergency_order_counts_its_hours_from_the_order(
    stage: Stage, ordered: int, heard: list[str]
):
    stage.now = at(2, ordered)
    stage.send(ESTHER, "EO la")
    pass_hours(stage, 48)
    assert told(stage, "order_urgent") == heard


def test_after_an_outage_each_has_the_time_that_is_hers(stage: Stage):
    stage.now = at(2, 8)
    stage.send(ESTHER, "EO la")
    stage.now = at(4, 8)
    remind.send_due(stage.rt)
    pass_hours(stage, 24)
    assert told(stage, "order_urgent") == ["4 8", "4 16", "5 7"]
