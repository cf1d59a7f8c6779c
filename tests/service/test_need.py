"""What is on hand, used and needed: the formulas of domain notes B1, with their figures."""

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsapp.flow.products import load_products
from smsapp.service.need import Working, adjustments, working
from smsapp.store.stock import Movement
from tests.flow.build import FLOWS

PRODUCTS = load_products(FLOWS / "products.toml")
LA = PRODUCTS["la"]
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def ago(days: float, kind: str, amount: int, report_id: int = 1) -> Movement:
    return Movement("la", kind, amount, NOW - timedelta(days=days), report_id)


def of(*moves: Movement) -> Working:
    return working(LA, moves, NOW)


@pytest.mark.parametrize(  # cStock, data/cstock-logistics.json: default use, emergency level
    ("product", "amc", "maximum", "emergency"),
    [
        ("la", 180, 360, 36),
        ("lb", 96, 192, 48),
        ("zi", 100, 200, 60),
        ("or", 20, 40, 12),
        ("am", 400, 800, 60),
        ("mt", 40, 80, 10),
        ("pa", 240, 480, 36),
    ],
)
def test_a_new_chw_uses_the_default(product: str, amc: int, maximum: int, emergency: int):
    """Maximum 2 x AMC; resupply max(0, maximum - on hand): B1."""
    found = working(PRODUCTS[product], [Movement(product, "count", 15, NOW, 1)], NOW)
    assert (found.amc, found.own, found.maximum) == (amc, False, maximum)
    assert (found.on_hand, found.resupply) == (15, maximum - 15)
    assert found.urgent is (emergency >= 15)


def test_the_ceiling_and_six_times_the_maximum():
    """More is asked back: cStock, validation."""
    assert of().believed == 2000  # 6 x 360 = 2160, the ceiling is lower
    assert working(PRODUCTS["or"], [], NOW).believed == 240  # 6 x 40, the ceiling 500 is higher
    many = Working(PRODUCTS["am"], 0, None, None, amc=1200, own=True)
    assert many.believed == many.maximum == 2400  # what the service itself orders, over the ceiling


def test_what_was_never_counted_is_not_known():
    found = of(ago(3, "received", 20))
    assert (found.on_hand, found.resupply, found.urgent) == (None, 0, False)


def test_on_hand_is_the_last_count_and_what_moved_since():
    moves = [ago(9, "count", 50), ago(8, "received", 20), ago(7, "lost", 5), ago(6, "expired", 3)]
    assert of(*moves).on_hand == 62
    assert of(*moves, ago(5, "count", 10), ago(4, "received", 30)).on_hand == 40
    assert of(*moves, ago(5, "lost", 90)).on_hand == 0


def test_used_is_start_and_receipts_less_the_end():
    """Consumption between two counts = start + receipts - end: cStock; losses are no use."""
    found = of(ago(40, "count", 100), ago(30, "received", 60), ago(25, "lost", 10),
               ago(10, "count", 30))  # fmt: skip
    assert [one.used for one in found.periods] == [120]
    assert (found.amc, found.own) == (120, True)  # in 30 days
    assert (found.maximum, found.resupply) == (240, 210)


def test_an_average_needs_ten_days():
    short = [ago(9.5, "count", 100), ago(0, "count", 40)]
    assert (of(*short).amc, of(*short).own) == (180, False)
    enough = [ago(10, "count", 100), ago(0, "count", 40)]
    assert (of(*enough).amc, of(*enough).own) == (180, True)
    assert of(ago(10, "count", 100), ago(0, "count", 60)).amc == 120


def test_amc_is_rounded_up():
    """ceil(daily x 30): cStock."""
    assert of(ago(20, "count", 100), ago(0, "count", 33)).amc == ceil(67 / 20 * 30)
    assert of(ago(31, "count", 62), ago(0, "count", 0)).amc == 60  # 2 a day, no more by rounding


def test_days_without_stock_are_taken_out():
    """N = ceil(C x 30M / (30M - X)): OpenLMIS. 40 used, 10 of 30 days without: 60, not 40."""
    moves = [ago(30, "count", 0), ago(20, "received", 100), ago(0, "count", 60)]
    found = of(*moves)
    assert found.amc == ceil(40 * 30 / (30 - 10)) == 60
    assert found.out_days == 10


def test_no_stock_all_the_time_says_nothing_of_use():
    found = of(ago(40, "count", 0), ago(5, "count", 0))
    assert (found.own, found.amc, found.resupply, found.out_days) == (False, 180, 360, 40)


def test_days_without_stock_go_on_until_a_receipt():
    assert of(ago(12, "count", 0)).out_days == 12
    assert of(ago(12, "count", 5), ago(8, "expired", 5)).out_days == 8
    assert of(ago(12, "count", 0), ago(2, "received", 5)).out_days == 10


def test_a_count_above_what_is_known_is_an_adjustment_and_no_use():
    moves = [ago(50, "count", 90), ago(35, "count", 60), ago(15, "count", 80)]
    found = of(*moves)
    assert [one.used for one in found.periods] == [30, -20]
    assert list(adjustments(found)) == [(NOW - timedelta(days=15), 20)]
    assert found.amc == 60  # of the first period alone: 30 in 15 days


def test_only_sixty_days_count():
    old = [ago(150, "count", 900), ago(61, "count", 0)]
    new = [ago(61, "received", 100), ago(30, "count", 70), ago(0, "count", 40)]
    assert [one.used for one in of(*old, *new).periods] == [30, 30]
    half = of(ago(90, "count", 120), ago(30, "count", 60), ago(0, "count", 45))
    assert half.amc == ceil((30 + 15) / 60 * 30)  # half of the first period's 60 is in the window


def test_no_use_seen_is_no_average():
    found = of(ago(30, "count", 50), ago(0, "count", 50))
    assert (found.amc, found.own) == (180, False)


AMOUNTS = st.integers(0, 3000)
MOVES = st.lists(
    st.tuples(st.sampled_from(["count", "received", "lost", "expired"]), AMOUNTS,
              st.integers(0, 60)),
    max_size=12,
)  # fmt: skip


@given(MOVES)
def test_whatever_moved_the_figures_make_sense(moves: list[tuple[str, int, int]]):
    at, ledger = NOW - timedelta(days=150), []
    for kind, amount, days in moves:
        at = min(NOW, at + timedelta(days=days))
        ledger.append(Movement("la", kind, amount, at, 1))
    found = working(LA, ledger, NOW)
    assert found.amc > 0
    assert found.on_hand is None or found.on_hand >= 0
    assert 0 <= found.resupply <= found.maximum
    assert 0 <= found.out_days <= 60
    assert (found.on_hand is None) == (not any(kind == "count" for kind, *_ in moves))
    for one in found.periods:
        assert one.counted + one.received - one.lost - one.used == one.left
