"""A facility's month against a hand-counted district; missing is never zero; pay stays hidden."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from smsapp.service.manager_month import NoSuchFacility, tables
from smsapp.store.tables import alert, alert_event, month_report, person, signal, task, visit
from tests.rig.district import MARCH, District
from tests.rig.stage import Stage


@pytest.fixture
def district(stage: Stage) -> District:
    stage.now = datetime(2026, 4, 20, 8, tzinfo=UTC)
    return District(stage)


def child(age: int, problems: str = "", given: str = "", **more: Any) -> dict[str, Any]:
    answers = {"age": age, "problems": problems.split(), "given": given.split(), **more}
    return {"answers": answers}


def counted_by_hand(district: District) -> None:
    """Seven children: what each must count for stands beside it."""
    report = district.report
    report(0, 2, **child(5, "fever", "al", rdt="positive"))  # tested, positive with AL
    report(0, 3, **child(20, "fever", "al", rdt="negative"))  # tested, negative with AL: misuse
    report(0, 4, **child(30, "fever", "", rdt="no_test"))  # not tested
    report(1, 5, **child(7, "diarrhoea", "ors zinc", long=["recent"]))  # both, within 24 hours
    report(1, 6, **child(3, "diarrhoea", "ors", unit="years"))  # no zinc; 36 months
    fast = child(8, "cough", "amoxicillin")
    report(1, 7, **fast, classes=["fast_infant", "treat_home"])
    danger = child(14, "fever", "", going="going")
    report(1, 8, **danger, classes=["convulsions", "refer_urgent"])  # danger, sent; not tested
    report(1, 9, training=True, **child(9))
    report(1, 9, state="withdrawn", **child(9))
    report(0, 32, **child(9))  # April


HAND = {
    "ICCM_CASES": (7, None),
    "ICCM_CASES_0-1": (0, None),
    "ICCM_CASES_2-11": (3, None),
    "ICCM_CASES_12-59": (4, None),
    "FEVER_TESTED": (2, 3),
    "RDT_POS_AL": (1, 1),
    "RDT_NEG_AL": (1, 1),
    "FAST_AMOX": (1, 1),
    "DIARR_ORSZ": (1, 2),
    "TREAT_24H": (1, 5),
    "DANGER_REF": (1, 1),
    "ACTIVE_SHARE": (None, None),
}


@pytest.mark.parametrize("code", HAND)
def test_children_as_counted_by_hand(district: District, code: str):
    counted_by_hand(district)
    assert district.counts(code) == HAND[code]


def test_danger_is_what_was_danger_when_it_was_told(district: District):
    refer = child(14, "fever", "", going="going")
    district.report(0, 2, **refer, classes=["convulsions"], danger=True)
    district.report(0, 3, **refer, classes=["a_sign_of_then"], danger=True)
    district.report(0, 4, **refer, classes=["convulsions"], danger=False)
    assert district.counts("DANGER_REF") == (2, 2)
    assert district.counts("FEVER_TESTED") == (0, 1)


def test_where_nobody_told_of_anything_children_are_missing(district: District):
    row = district.row("ICCM_CASES")
    assert (row.numerator, row.denominator) == (None, None)
    assert "no CHW" in row.note
    assert district.counts("SILENT") == (len(district.chws), len(district.chws))


def test_who_came_after_the_fifteenth_or_left_is_no_denominator(district: District):
    all_of_them = len(district.chws)
    assert district.counts("ACTIVE") == (all_of_them, None)
    with district.stage.rt.begin() as db:
        late = {"created_at": datetime(2026, 3, 16, tzinfo=UTC)}
        db.execute(update(person).where(person.c.id == district.chws[0]).values(late))
        gone = update(person).where(person.c.id == district.chws[1])
        db.execute(gone.values(active=False))
    assert district.counts("ACTIVE") == (all_of_them - 2, None)


def test_follow_ups_in_time(district: District):
    for number, (day, outcome, done) in enumerate(
        [(5, "better", 6), (6, "better", 9), (7, "", 0), (40, "better", 40)]
    ):
        made = district.report(number % 2, max(1, day - 3))
        due = date(2026, 3, 1) + timedelta(days=day - 1)
        at = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=done - 1) if done else None
        who = {"person_id": district.chws[number % 2], "report_id": made, "due_on": due}
        state = "done" if outcome else "open"
        district.add(task, **who, kind="follow_up", state=state, outcome=outcome, done_at=at)
    assert district.counts("FU_3D") == (1, 3)


def test_referrals_of_which_it_is_known_what_became(district: District):
    for outcome in ("arrived", "not_gone"):
        made = district.report(0, 9)
        who = {"person_id": district.chws[0], "report_id": made, "due_on": date(2026, 3, 10)}
        district.add(task, **who, kind="referral", state="done", outcome=outcome)
    said = district.report(1, 9, "arrived")  # by another than the CHW: the facility
    who |= {"report_id": district.report(0, 9), "done_in": said}
    district.add(task, **who, kind="referral", state="done", outcome="arrived")
    assert district.counts("REF_DONE") == (2, 3)
    assert district.row("REF_DONE").note == "1 told by the facility, the others by the CHW"
    assert district.counts("REF_NOT_ARRIVED") == (1, 3)


def test_alerts_without_an_answer(district: District):
    raised = datetime(2026, 3, 9, 9, tzinfo=UTC)
    for acknowledged in (raised + timedelta(hours=1), None):
        told = {"ref": "482913", "report_id": district.report(0, 9), "person_id": district.chws[0]}
        told |= {"n": 1, "kind": "danger", "training": False, "texts": {}, "ladder": []}
        district.add(
            alert,
            **told,
            state="acknowledged" if acknowledged else "raised",
            level=1,
            raised_at=raised,
            acknowledged_at=acknowledged,
        )
    assert district.counts("ALERTS_UNANSWERED") == (1, 2)
    assert district.row("ALERTS_UNANSWERED").note == "refs 482913"
    assert district.counts("ALERT_24H") == (0, 0)


def test_community_alerts_verified_in_time_and_closed(district: District):
    raised = datetime(2026, 3, 9, 9, tzinfo=UTC)
    for hours in (3, 30, None):
        made = district.report(0, 9, "alert")
        row = {"ref": "482913", "report_id": made, "n": 1, "kind": "measles"}
        row |= {"person_id": district.chws[0], "training": False, "texts": {}, "ladder": []}
        ends = {"ends": "false_alarm" if hours else "", "state": "closed" if hours else "raised"}
        district.add(alert, **row, level=1, raised_at=raised, **ends)
        (one,) = district.stage.rows("SELECT id FROM alert WHERE report_id = :id", id=made)
        district.add(
            signal,
            alert_id=one.id,
            kind="measles",
            place_id=1,
            cases=1,
            deaths=0,
            told_cases=1,
            last_at=raised,
        )
        if hours:
            at = raised + timedelta(hours=hours)
            district.add(alert_event, alert_id=one.id, at=at, what="verified", level=1)
    assert district.counts("ALERT_24H") == (1, 3)
    assert district.counts("ALERTS_CLOSED") == (2, 3)
    assert district.row("ALERTS_CLOSED").note == "false_alarm 2"


def test_monthly_reports_and_visits(district: District):
    for who, (day, visits) in enumerate([(33, 1), (34, 0)]):  # 2 April in time, 3 April late
        made = district.report(who, day, "month", answers={"visits": visits, "unsent": 3})
        where = {"person_id": district.chws[who], "period": "2026-03"}
        district.add(month_report, **where, report_id=made)
    active = len(district.chws)
    assert district.counts("REPORT_RATE") == (2, active)
    assert district.counts("REPORT_ON_TIME") == (1, active)
    assert district.counts("SUPERV_SAID") == (1, 2)
    district.report(0, 3)
    assert district.counts("CASES_UNSENT") == (6, None)
    assert district.counts("ACTIVE_SHARE") == (None, None)  # nobody has said: missing, not 0
    made = district.report(2, 33, "month", answers={"unsent": 1, "found": 2})
    where = {"person_id": district.chws[2], "period": "2026-03"}
    district.add(month_report, **where, report_id=made)
    for day in (3, 4, 5):
        district.report(2, day)
    assert district.counts("ACTIVE_SHARE") == (2, 4)  # of hers alone
    for who, said in enumerate(["yes", "", "yes"]):
        district.add(
            visit,
            chw_id=district.chws[who],
            supervisor_id=district.chws[0],
            visited_on=date(2026, 3, 12),
            by_id=district.chws[0],
            report_id=district.report(0, 12, "visit"),
            recorded_at=district.stage.now,
            said=said,
            training=False,
        )
    assert district.counts("SUPERV") == (2, active)
    assert district.counts("SUPERV_SAID") == (2, 3)  # of the second only what both have said


def more_chws(district: District, number: int) -> None:
    """As many as it takes, beside those of the demonstration."""
    with district.stage.rt.begin() as db:
        row = db.execute(select(person).where(person.c.id == district.chws[0])).mappings().one()
        for at in range(number - len(district.chws)):
            new = {**row, "code": f"MORE-{at}", "phone": None}
            del new["id"]
            made = insert(person).values(new).returning(person.c.id)
            district.chws.append(db.scalars(made).one())


@pytest.mark.parametrize(
    ("paid", "unpaid", "counts"),
    [
        (6, 5, ((6, 11), (5, 11))),
        (10, 0, ((10, 10), (0, 10))),
        (7, 4, ((None, None), (None, None))),  # four who are unpaid could be found
        (4, 7, ((None, None), (None, None))),
        (2, 1, ((None, None), (None, None))),
        (0, 0, ((None, None), (None, None))),
    ],
)
def test_pay_is_counted_where_nobody_can_be_found(
    district: District, paid: int, unpaid: int, counts: object
):
    more_chws(district, 12)
    for who in range(paid + unpaid):
        said = {"paid": "all" if who < paid else "part"}
        district.report(who, 40, "pay", answers=said, private=True)
    assert (district.counts("PAID"), district.counts("NOT_PAID")) == counts
    assert "SILENT" not in district.row("PAID").note
    everybody = len(district.chws)
    assert district.counts("SILENT") == (
        everybody,
        everybody,
    )  # that she asked about pay shows nowhere


def test_a_facility_that_is_not_there(district: District):
    with pytest.raises(NoSuchFacility, match="No facility has the code NOWHERE"):
        list(tables(district.stage.rt, MARCH, "NOWHERE"))


def test_a_report_keeps_whether_it_was_danger_also_when_it_is_mended(stage: Stage):
    esther = "+265991000001"
    kept = "SELECT ref, danger FROM report WHERE flow = 'iccm' ORDER BY id"
    stage.send(esther, "CCM A14 S1 D0 M3 P0 T0 G1")
    stage.send(esther, "CCM A15 S0 D0 M3 P0 T0")
    first, second = stage.rows(kept)
    assert (bool(first.danger), second.danger is not None and not second.danger) == (True, True)
    stage.send(esther, f"FIX {second.ref} D1")
    assert [bool(row.danger) for row in stage.rows(kept)] == [True, True]
