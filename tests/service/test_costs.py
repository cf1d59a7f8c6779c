"""Days at zero from what was counted; what calls and SMS cost, where a price is known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smsapp.service import callbacks
from smsapp.service.prices import PriceError, cost_of, read_prices
from smsapp.store.tables import outbound, stock_movement
from tests.rig.district import District
from tests.rig.stage import Stage


@pytest.fixture
def district(stage: Stage) -> District:
    stage.now = datetime(2026, 4, 20, 8, tzinfo=UTC)
    return District(stage)


def test_days_at_zero(district: District):
    made = district.report(0, 1, "stock_count")

    def moved(who: int, day: int, kind: str, amount: int, product: str = "la") -> None:
        at = datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(days=day - 1)
        district.add(
            stock_movement,
            person_id=district.chws[who],
            product=product,
            kind=kind,
            amount=amount,
            report_id=district.report(who, 1, "stock_count"),
            training=False,
            at=at,
        )

    moved(0, -9, "count", 20)
    moved(0, 5, "count", 0)  # out on 5, 6, 7
    moved(0, 8, "received", 30)
    moved(0, 20, "lost", 30)  # out from the 20th to the 31st
    moved(1, 12, "count", 4)
    moved(1, 12, "count", 0, "zi")
    moved(1, 12, "received", 10, "zi")
    assert made
    assert district.counts("STOCKOUT") == (1, 2)
    assert district.counts("STOCK_ALL") == (0, 2)  # both had counted one item as finished
    assert district.counts("STOCKOUT_DAYS_la") == (15, 2)
    assert district.counts("STOCKOUT_DAYS_zi") == (0, 1)
    assert district.counts("STOCKOUT_DAYS_am") == (None, None)


def test_no_count_no_figure(district: District):
    row = district.row("STOCKOUT")
    assert (row.numerator, row.denominator, bool(row.note)) == (None, None, True)


PRICES = "prefix,price,currency,source\n+,2,MWK,any\n+265,0.5,MWK,contract of 2026\n"


def test_what_a_month_costs(district: District, tmp_path: Path):
    stage, who = district.stage, district.chws[0]
    assert district.row("COST").numerator is None
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES, encoding="utf-8")
    settings = stage.rt.settings.model_copy(update={"prices_file": str(prices)})
    object.__setattr__(stage.rt, "settings", settings)
    stage.now = datetime(2026, 3, 9, 8, tzinfo=UTC)
    phone = stage.rows("SELECT phone FROM person WHERE id = :id", id=who)[0].phone
    for cost in ("MWK 1.2500", ""):
        body = f"sessionId=S{len(cost)}&phoneNumber=%2B{phone[1:]}&status=Success&cost={cost}"
        callbacks.take(stage.rt, "call_end", body.replace(" ", "%20").encode())
    callbacks.read_due(stage.rt)
    row = {"lane": "bulk", "kind": "reply", "phone": phone, "person_id": who, "text": "x"}
    row |= {"text_hash": "", "due_at": stage.now, "created_at": stage.now}
    district.add(outbound, **row, key="a", segments=2, state="delivered", accepted_at=stage.now)
    district.add(outbound, **row, key="b", segments=1, state="failed")
    district.report(0, 9)
    stage.now = datetime(2026, 4, 20, 8, tzinfo=UTC)
    found = district.row("COST")
    assert (found.numerator, found.denominator) == ("2.25", 1)  # 2 segments at 0.5, a call at 1.25
    assert found.note == "MWK; 1 calls without a cost"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("prefix,price,currency\n", "add the columns source"),
        ("prefix,price,currency,source\n265,1,MWK,x\n", "line 2: write the prefix"),
        ("prefix,price,currency,source\n+265,,MWK,x\n", "line 2: write the price"),
        ("prefix,price,currency,source\n+265,-1,MWK,x\n", "line 2: write the price"),
        ("prefix,price,currency,source\n+265,NaN,MWK,x\n", "line 2: write the price"),
        ("prefix,price,currency,source\n+265,1,MWK,\n", "name the currency"),
    ],
)
def test_a_price_has_a_number_and_a_source(tmp_path: Path, table: str, says: str):
    path = tmp_path / "prices.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(PriceError, match=says):
        read_prices(str(path))


def test_two_currencies_have_no_sum(tmp_path: Path):
    path = tmp_path / "prices.csv"
    path.write_text(PRICES + "+254,0.8,KES,contract\n", encoding="utf-8")
    assert cost_of(read_prices(str(path)), [("+265991000001", 1)]) is None
