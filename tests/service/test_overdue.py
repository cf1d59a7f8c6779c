"""What is overdue: one SMS a day to who stands above, about all their people."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from smsapp import gsm
from smsapp.flow.chains import Chain, Step
from smsapp.flow.fill import WIDTHS
from smsapp.service import remind
from smsapp.service.overdue import Late, listed
from smsapp.store.people import people_in, person_by_code
from smsapp.store.reminders import Reminder
from smsapp.store.tables import person, phone_number, reminder
from tests.rig.stage import Stage

MARY, AICHA, CHISOMO, BUA, OFFICER = "001", "002", "101", "201", "301"
NUMBER = "+265992000"
KIND = "report_overdue"


@pytest.fixture
def month_later(stage: Stage) -> Stage:
    """Nobody has been heard since they came; the clock has planned nothing yet."""
    stage.now += timedelta(days=20, hours=-4)
    return stage


def begin(stage: Stage, *codes: str, kind: str = KIND, period: str = "after:0") -> None:
    with stage.rt.begin() as db:
        for code in codes:
            who = person_by_code(db, f"REAL-{code}", stage.now)
            assert who is not None
            remind.begin(stage.rt, db, kind, who.id, period, stage.now)


def change(stage: Stage, code: str, **values: object) -> None:
    with stage.rt.begin() as db:
        db.execute(update(person).where(person.c.code == f"REAL-{code}").values(values))


def pass_days(stage: Stage, days: int) -> None:
    for _ in range(days * 12):
        stage.now += timedelta(hours=2)
        remind.send_due(stage.rt)


def heard(stage: Stage, code: str) -> list[str]:
    query = "SELECT text FROM outbound WHERE phone = :phone ORDER BY id"
    return [row.text for row in stage.rows(query, phone=NUMBER + code)]


def dropped(stage: Stage) -> list[str]:
    with stage.rt.read() as db:
        query = select(reminder.c.why).where(reminder.c.state == "dropped")
        return list(db.scalars(query.order_by(reminder.c.id)))


def test_one_sms_about_all_his_people(month_later: Stage):
    begin(month_later, MARY, AICHA)
    begin(month_later, AICHA, kind="visit_overdue")
    pass_days(month_later, 7)
    first, second = heard(month_later, CHISOMO)
    assert first == "Overdue: Aicha visit. Please call, or dial *384*2400#"
    assert second == "Overdue: Mary no news; Aicha no news. Please call, or dial *384*2400#"
    assert len(heard(month_later, MARY)) == 2  # her own two steps came before


def test_the_facility_hears_last_in_its_language(month_later: Stage):
    begin(month_later, MARY)
    pass_days(month_later, 9)
    assert heard(month_later, BUA) == []
    pass_days(month_later, 3)
    assert heard(month_later, BUA) == [
        "En retard: Mary sans nouvelles. Parlez-leur ou faites *384*2400#"
    ]
    pass_days(month_later, 30)
    assert len(heard(month_later, BUA)) == len(heard(month_later, CHISOMO)) == 1


def test_what_counts_in_minutes_is_told_at_once_on_its_own(month_later: Stage):
    chains = month_later.rt.flows.chains
    quick = Chain("a test", 24, (Step("supervisor", "overdue.month", minutes=60),))
    flows = replace(month_later.rt.flows, chains={**chains, KIND: quick})
    month_later.rt = replace(month_later.rt, flows=flows)
    begin(month_later, MARY, AICHA)
    begin(month_later, MARY, kind="visit_overdue")
    month_later.now += timedelta(minutes=61)
    remind.send_due(month_later.rt)
    said = [text.partition(".")[0] for text in heard(month_later, CHISOMO)]
    mary, aicha = "Overdue: Mary month's report", "Overdue: Aicha month's report"
    assert said == [mary, aicha, "Overdue: Mary visit"]


def test_what_comes_later_that_day_waits_for_the_next(month_later: Stage):
    for code in (MARY, AICHA):
        begin(month_later, code, kind="visit_overdue")
        month_later.now += timedelta(hours=3, minutes=1)  # the morning's minute is over
        remind.send_due(month_later.rt)
    with month_later.rt.begin() as db:
        moment = month_later.now - timedelta(minutes=1)
        db.execute(update(reminder).where(reminder.c.state == "planned").values(due_at=moment))
    month_later.now += timedelta(minutes=1)
    remind.send_due(month_later.rt)
    assert len(heard(month_later, CHISOMO)) == 1
    pass_days(month_later, 2)
    assert len(heard(month_later, CHISOMO)) == len(set(heard(month_later, CHISOMO))) == 2


@pytest.mark.parametrize("values", [{"active": False}, {"phone": None}, {"opted_out": True}])
def test_nobody_there_the_next_one_hears_at_once(month_later: Stage, values: dict[str, object]):
    change(month_later, CHISOMO, **values)
    begin(month_later, MARY)
    pass_days(month_later, 6)
    assert heard(month_later, CHISOMO) == []
    assert len(heard(month_later, BUA)) == 1
    assert dropped(month_later) == ["nobody"]


def test_who_was_not_heard_for_long_is_told_nothing_and_the_next_one_is(month_later: Stage):
    with month_later.rt.begin() as db:
        his = phone_number.c.phone == NUMBER + CHISOMO
        long_ago = month_later.now - timedelta(days=month_later.rt.settings.number_days)
        db.execute(update(phone_number).where(his).values(heard_at=long_ago))
    begin(month_later, MARY)
    pass_days(month_later, 6)
    assert heard(month_later, CHISOMO) == []
    assert len(heard(month_later, BUA)) == 1


def test_a_chain_that_reaches_nobody_says_so(month_later: Stage):
    for code in (CHISOMO, BUA):
        change(month_later, code, phone=None)
    begin(month_later, MARY)
    pass_days(month_later, 6)
    assert dropped(month_later) == ["nobody", "nobody"]


def test_training_never_reaches_those_who_are_not(month_later: Stage):
    change(month_later, MARY, training=True)
    begin(month_later, MARY)
    pass_days(month_later, 12)
    assert [heard(month_later, one) for one in (CHISOMO, BUA, OFFICER)] == [[], [], []]


def test_after_days_without_a_clock_those_above_still_hear(month_later: Stage):
    begin(month_later, MARY)
    pass_days(month_later, 4)
    month_later.now += timedelta(days=20)
    pass_days(month_later, 1)
    assert len(heard(month_later, CHISOMO)) == 1


def test_done_in_between_is_not_told(month_later: Stage):
    begin(month_later, MARY, AICHA)
    pass_days(month_later, 4)
    month_later.send(NUMBER + AICHA, "TASK")
    pass_days(month_later, 3)
    assert heard(month_later, CHISOMO) == ["Overdue: Mary no news. Please call, or dial *384*2400#"]


def late(stage: Stage, number: int, kind: str, n: int = 1) -> list[Late]:
    with stage.rt.read() as db:
        one = people_in(db, "chw", [place for (place,) in stage.rows("SELECT id FROM place")],
                        stage.now)[number]  # fmt: skip
    chain = stage.rt.flows.chains[kind]
    row = Reminder(0, one.id, kind, "", 2, stage.now, None, "", "", None, "", "", {}, None, None)
    return [Late(row, chain.steps[-1], one)] * n


def test_how_it_is_listed(stage: Stage):
    some = late(stage, 0, "follow_up", 2) + late(stage, 0, "month") + late(stage, 1, "month")
    assert (
        listed(stage.rt, "en", some)
        == "Esther Demo follow-up 2, month's report; Mercy Demo month's report"
    )
    many = [
        one for n in range(6) for kind in ("follow_up", "month") for one in late(stage, n, kind)
    ]
    for language in ("en", "fr"):
        text = listed(stage.rt, language, many)
        assert gsm.measure(text).units <= WIDTHS["overdue"]
        left = int(text.rpartition("+")[2])
        assert left + text.count(",") + text.count(";") + 1 == 12
