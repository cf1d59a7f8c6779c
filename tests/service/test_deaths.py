"""One death is one record; nothing more is asked about that child, no tip comes that week."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import insert, select

from smsapp.service import remind
from smsapp.service.deaths import MOURNING, in_mourning, record_death
from smsapp.service.naming import local_day
from smsapp.store.tables import death, reminder, report, task
from tests.rig.programme import Programme


def case(programme: Programme) -> int:
    """A child's report that waits for a test, with a task and two reminders."""
    rt, chw = programme.rt, programme.person("chw")
    report_id, _, _ = programme.alarm()
    today = local_day(rt, rt.now())
    with rt.begin() as db:
        db.execute(report.update().where(report.c.id == report_id).values(waits="rdt"))
        owed = {"person_id": chw.id, "report_id": report_id, "kind": "follow_up"}
        db.execute(insert(task).values(**owed, due_on=today, state="open"))
        for period in ("20", "60"):
            remind.begin(rt, db, "test_waited", chw.id, period, rt.now(), report_id)
    return report_id


def told(programme: Programme, case_id: int | None = None) -> bool:
    rt, chw = programme.rt, programme.person("chw")
    report_id, _, _ = programme.alarm()  # the report in which the death is told
    with rt.begin() as db:
        return record_death(rt, db, chw, report_id, "child", local_day(rt, rt.now()), case_id)


def states(programme: Programme, table: object) -> set[str]:
    with programme.rt.read() as db:
        return set(db.scalars(select(table.c.state)))  # type: ignore[attr-defined]


def test_nothing_more_is_asked_about_the_child(programme: Programme):
    child = case(programme)
    assert told(programme, child)
    assert states(programme, reminder) == {"dropped"}
    assert states(programme, task) == {"dropped"}
    with programme.rt.read() as db:
        assert db.scalar(select(report.c.waits).where(report.c.id == child)) == ""


def test_the_death_of_one_child_is_one_record(programme: Programme):
    child = case(programme)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: told(programme, child), range(2)))
    assert sorted(made) == [False, True]
    assert programme.count(death) == 1


def test_deaths_without_a_case_are_records_of_their_own(programme: Programme):
    assert told(programme)
    assert told(programme)
    assert programme.count(death) == 2


def test_no_tip_in_the_week_of_a_death_but_the_nudge_of_another_child(programme: Programme):
    rt, chw = programme.rt, programme.person("chw")
    other = case(programme)
    assert told(programme)
    with rt.begin() as db:
        remind.begin(rt, db, "tip", chw.id, "2026-W47", rt.now())
    sent = remind.send_due(rt)
    with rt.read() as db:
        kinds = select(reminder.c.kind, reminder.c.state).where(reminder.c.report_id == other)
        kinds = kinds.where(reminder.c.step == 0)
        assert set(db.execute(kinds)) == {("test_waited", "sent")}
        tip = db.scalar(select(reminder.c.state).where(reminder.c.kind == "tip"))
    assert (sent, tip) == (2, "dropped")


def test_the_week_ends(programme: Programme):
    rt, chw = programme.rt, programme.person("chw")
    assert told(programme)
    with rt.read() as db:
        assert in_mourning(db, chw.id, rt.now())
        assert not in_mourning(db, chw.id, rt.now() + MOURNING + timedelta(seconds=1))
