"""Her month: which one is told of, what counts of it, and what stands beside what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from smsapp.service.months import Numbers, own_numbers, period_told
from smsapp.service.period import Period, bounds, read_period
from smsapp.store import months as store
from smsapp.store.tables import month_report
from tests.rig.programme import Programme

MARCH = Period(2026, 3)


@pytest.fixture
def began(programme: Programme) -> Programme:
    """The programme, its people registered in January."""
    for code in ("chw", "eve"):
        programme.change(code, created_at=datetime(2026, 1, 5, tzinfo=UTC))
    return programme


@pytest.mark.parametrize(
    ("local", "period"),
    [
        ("2026-04-01T00:00", "2026-03"),
        ("2026-04-10T23:59", "2026-03"),
        ("2026-04-11T00:00", "2026-04"),
        ("2026-01-02T08:00", "2025-12"),
        ("2026-12-31T23:59", "2026-12"),
    ],
)
def test_up_to_the_tenth_it_is_the_month_that_ended(programme: Programme, local: str, period: str):
    moment = datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(hours=2)  # Blantyre
    assert str(period_told(programme.rt, moment, 10)) == period


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-01", "2026", "", "2026-0a", "2026-00"])
def test_a_month_is_written_in_one_way(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        read_period(text)


def test_a_month_lies_between_two_midnights_of_the_place(programme: Programme):
    begins, ends = bounds(programme.rt, Period(2026, 12))
    assert (begins, ends) == (
        datetime(2026, 11, 30, 22, tzinfo=UTC),
        datetime(2026, 12, 31, 22, tzinfo=UTC),
    )
    assert str(Period(2026, 12).after) == "2027-01"
    assert Period(2026, 2).last == date(2026, 2, 28)


def told(programme: Programme, code: str = "chw", **values: object) -> int:
    return programme.add_report(code, **{"state": "closed", **values})[0]


def numbers(programme: Programme, period: Period, code: str = "chw") -> Numbers | None:
    with programme.rt.read() as db:
        return own_numbers(programme.rt, db, programme.person(code), period)


def test_a_child_counts_in_the_month_it_was_seen(began: Programme):
    for opened, seen in [
        (datetime(2026, 3, 1, 0, tzinfo=UTC), None),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 31, 22, 1, tzinfo=UTC), None),  # April where the programme works
        (datetime(2026, 4, 3, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 2, tzinfo=UTC), date(2026, 2, 27)),
    ]:
        told(began, opened_at=opened, seen_on=seen)
    counts = [numbers(began, one) for one in (MARCH.before, MARCH, MARCH.after)]
    assert [one and one.cases for one in counts] == [1, 3, 1]


def test_her_own_and_what_stands_is_counted(began: Programme):
    march = datetime(2026, 3, 9, tzinfo=UTC)
    told(began, opened_at=march)
    told(began, opened_at=march, state="withdrawn")
    told(began, opened_at=march, training=True)
    told(began, "eve", opened_at=march)
    told(began, opened_at=march, flow="follow_up")
    told(began, opened_at=march, flow="stock_out")
    assert numbers(began, MARCH) == Numbers(cases=1, referred=0, followed=1)


def test_before_she_came_nothing_is_known(began: Programme):
    assert numbers(began, Period(2025, 12)) is None
    assert numbers(began, Period(2026, 1)) == Numbers(0, 0, 0)


def test_what_was_taken_back_is_no_report_of_the_month(began: Programme):
    chw = began.person("chw")
    first, second = (told(began, flow="month") for _ in range(2))
    with began.rt.begin() as db:
        store.point(db, chw.id, str(MARCH), first)
        store.point(db, chw.id, str(MARCH), second)
        counts = store.told(db, chw.id, str(MARCH))
        assert counts is not None
        assert (counts.report_id, bool(counts.replaced)) == (second, True)
        assert store.told(db, chw.id, str(MARCH.after)) is None
    with began.rt.begin() as db:
        withdrawn = {"state": "withdrawn"}
        db.execute(store.report.update().where(store.report.c.id == second).values(withdrawn))
        assert store.told(db, chw.id, str(MARCH)) is None


def test_of_two_reports_in_one_moment_one_counts(began: Programme):
    chw, both = began.person("chw"), [told(began, flow="month") for _ in range(2)]

    def point(report_id: int) -> None:
        with began.rt.begin() as db:
            store.point(db, chw.id, str(MARCH), report_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(point, both))
    assert began.count(month_report) == 1
    with began.rt.read() as db:
        counts = store.told(db, chw.id, str(MARCH))
    assert counts is not None
    assert counts.replaced
