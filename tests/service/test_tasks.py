"""What a CHW has to do about earlier reports: planned, answered once, closed by a death."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from smsapp.service.deaths import in_mourning
from smsapp.store.tables import death, reminder, report, task
from tests.rig.stage import Stage

CHW = "+265991000001"
HOME = "CCM A14 S0 D0 M3 P0 T0"
DANGER = "CCM A14 S1 D0 M3 P0 T0 G1"


@pytest.fixture
def chw(stage: Stage) -> Stage:
    stage.phone = CHW
    return stage


def tasks(stage: Stage) -> list[tuple[str, date, str, str]]:
    columns = (task.c.kind, task.c.due_on, task.c.state, task.c.outcome)
    with stage.rt.read() as db:
        return [tuple(row) for row in db.execute(select(*columns).order_by(task.c.id))]


def reminders(stage: Stage) -> list[tuple[str, str]]:
    with stage.rt.read() as db:
        query = select(reminder.c.kind, reminder.c.state).order_by(reminder.c.due_at)
        return [tuple(row) for row in db.execute(query)]


def refs(stage: Stage) -> list[str]:
    with stage.rt.read() as db:
        return list(db.scalars(select(report.c.ref).order_by(report.c.id)))


def heard(stage: Stage) -> list[str]:
    return [row.text for row in stage.rows("SELECT text FROM outbound ORDER BY id")]


def test_it_is_due_three_days_after_the_day_seen(chw: Stage):
    chw.send(CHW, HOME)
    assert tasks(chw) == [("follow_up", date(2026, 3, 5), "open", "")]
    assert reminders(chw) == [("follow_up", "planned")]


def test_the_day_is_that_of_the_programme(chw: Stage):
    chw.now += timedelta(hours=14)  # 00:42 of Tuesday where they live, Monday in UTC
    chw.send(CHW, HOME)
    assert tasks(chw)[0][1] == date(2026, 3, 6)


def test_a_reminder_comes_on_the_day_and_on_the_day_after(chw: Stage):
    chw.send(CHW, HOME)
    for hours, count in ((68, 0), (1, 1), (23, 1), (1, 2), (96, 2)):
        chw.move(hours=hours)
        assert sum("See today" in said for said in heard(chw)) == count


def test_nothing_is_said_about_what_is_done(chw: Stage):
    chw.send(CHW, HOME)
    chw.send(CHW, f"FU {refs(chw)[0]} 1")
    assert tasks(chw) == [("follow_up", date(2026, 3, 5), "done", "better")]
    assert reminders(chw) == [("follow_up", "dropped")]


def test_a_task_closed_behind_its_reminder_is_not_told(chw: Stage):
    chw.send(CHW, HOME)
    chw.write("UPDATE task SET state = 'done'")
    chw.move(hours=69)
    assert reminders(chw)[0] == ("follow_up", "dropped")


@pytest.mark.parametrize("digit", ["2", "3"])
def test_not_better_is_referred_and_told(chw: Stage, digit: str):
    chw.send(CHW, HOME)
    child = refs(chw)[0]
    chw.send(CHW, f"FU{child} {digit}")
    assert "REFER NOW" in heard(chw)[-1]
    assert [row.state for row in chw.rows("SELECT state FROM alert")] == ["raised"]
    assert [row[0::2] for row in tasks(chw)] == [("follow_up", "done"), ("referral", "open")]
    with chw.rt.read() as db:
        about = set(db.scalars(select(task.c.report_id)))
    assert len(about) == 1  # both are about the child's own report


def test_of_two_answers_the_first_counts(chw: Stage):
    chw.send(CHW, HOME)
    child = refs(chw)[0]
    chw.send(CHW, f"FU {child} 4")
    chw.send(CHW, f"FU {child} 1")
    assert tasks(chw)[0][3] == "not_found"
    assert "answered before" in heard(chw)[-1]


def test_somebody_elses_ref_is_not_hers(chw: Stage):
    chw.send(CHW, HOME)
    chw.send("+265991000002", f"FU {refs(chw)[0]} 1")
    assert tasks(chw)[0][2] == "open"
    assert "is not on your list" in heard(chw)[-1]


def test_who_was_sent_is_asked_about_until_it_is_known(chw: Stage):
    chw.send(CHW, DANGER)
    assert tasks(chw) == [("referral", date(2026, 3, 3), "open", "")]
    chw.move(hours=24)
    chw.send(CHW, f"RF {refs(chw)[0]} 2 G1")
    assert tasks(chw) == [("referral", date(2026, 3, 4), "open", "")]
    assert len(chw.rows("SELECT id FROM alert")) == 2
    chw.send(CHW, f"RF {refs(chw)[0]} 1")
    assert tasks(chw) == [("referral", date(2026, 3, 4), "done", "arrived")]


def test_an_answer_taken_back_is_asked_for_again(chw: Stage):
    chw.send(CHW, HOME)
    chw.move(hours=73)
    chw.send(CHW, f"FU {refs(chw)[0]} 1")
    chw.send(CHW, f"CANCEL {refs(chw)[1]}")
    assert [one[2] for one in tasks(chw)] == ["open"]
    for _ in range(6):
        chw.move(hours=24)
    overdue = "SELECT id FROM outbound WHERE text LIKE '%Overdue: Esther Demo follow-up%'"
    assert chw.rows(overdue)


def test_a_death_closes_everything_and_is_one_row(chw: Stage):
    chw.send(CHW, DANGER)
    child = refs(chw)[0]
    for said in ("Recorded. We are sorry.", "Recorded already with"):
        chw.send(CHW, f"RF {child} 4")
        assert said in heard(chw)[-1]
    with chw.rt.read() as db:
        rows = db.execute(select(death.c.kind, death.c.died_on, death.c.training)).all()
        person = db.scalar(select(death.c.person_id)) or 0
        week = timedelta(days=7)
        assert in_mourning(db, person, chw.now)
        assert not in_mourning(db, person, chw.now + week + timedelta(seconds=1))
    assert rows == [("child", date(2026, 3, 2), True)]
    assert all(state != "planned" for _, state in reminders(chw))
    count = len(heard(chw))
    chw.move(hours=20)
    mine = chw.rows("SELECT id FROM outbound WHERE phone = :phone AND id > :n", phone=CHW, n=count)
    assert mine == []


def test_a_correction_follows(chw: Stage):
    chw.send(CHW, HOME)
    chw.send(CHW, f"FU {refs(chw)[0]} 4")
    chw.send(CHW, f"FIX {refs(chw)[1]} C1")
    assert tasks(chw)[0][3] == "better"
    chw.send(CHW, f"CANCEL {refs(chw)[1]}")
    assert tasks(chw)[0][2] == "open"


def test_a_correction_to_danger_changes_what_is_due(chw: Stage):
    chw.send(CHW, HOME)
    chw.send(CHW, f"FIX {refs(chw)[0]} S1 G1")
    assert {row[0]: row[2] for row in tasks(chw)} == {"follow_up": "dropped", "referral": "open"}
    chw.send(CHW, f"FIX {refs(chw)[0]} S0")
    assert {row[0]: row[2] for row in tasks(chw)} == {"follow_up": "open", "referral": "open"}
