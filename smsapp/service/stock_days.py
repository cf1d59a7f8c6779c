"""Stock-outs of a month, from what was counted, received and lost: days at zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from smsapp.service.indicators import Row
from smsapp.service.period import Period
from smsapp.store.figures import Movement

COUNT, IN = "count", "received"  # kinds of movements; all others go out
DAY = timedelta(days=1)
NONE = "no CHW has counted in this month"


@dataclass(frozen=True)
class Line:
    """One item of one CHW in a month. `left`: at its last count in the month, None: not counted."""

    person_id: int
    product: str
    days_out: int
    left: int | None


def lines(moved: Sequence[Movement], period: Period, zone: ZoneInfo, today: date) -> list[Line]:
    """Each item that was counted before or in the month; a day is out that ends at zero.

    Days after `today` are not known.
    """
    by_item: dict[tuple[int, str], list[Movement]] = {}
    for one in moved:
        by_item.setdefault((one.person_id, one.product), []).append(one)
    last = min(period.last, today)
    found = []
    for (person_id, product), of_item in by_item.items():
        ends, counted = _levels(of_item, zone, last)
        out = sum(level == 0 for day, level in ends.items() if day >= period.first)
        left = [level for day, level in counted if period.first <= day <= last]
        found.append(Line(person_id, product, out, left[-1] if left else None))
    return found


def _levels(
    moved: Sequence[Movement], zone: ZoneInfo, last: date
) -> tuple[dict[date, int], list[tuple[date, int]]]:
    """What is on hand as each day ends, from the first count on; and the counts."""
    level: int | None = None
    ends: dict[date, int] = {}
    counts = []
    at = 0
    day = moved[0].at.astimezone(zone).date()
    while day <= last:
        while at < len(moved) and moved[at].at.astimezone(zone).date() <= day:
            one = moved[at]
            if one.kind == COUNT:
                level = one.amount
                counts.append((day, one.amount))
            elif level is not None:
                level = max(0, level + (one.amount if one.kind == IN else -one.amount))
            at += 1
        if level is not None:
            ends[day] = level
        day += DAY
    return ends, counts


def rows(found: Sequence[Line], active: frozenset[int], products: Sequence[str]) -> list[Row]:
    """The share of CHWs with a stock-out, of those with everything, and days out by item."""
    counted = [one for one in found if one.person_id in active and one.left is not None]
    who = {one.person_id for one in counted}
    if not who:
        return [
            Row("STOCKOUT", "CHWs with an item at 0 in the month", None, None, NONE),
            Row("STOCK_ALL", "CHWs with every item at their last count", None, None, NONE),
        ]
    out = {one.person_id for one in counted if one.days_out}
    lacking = {one.person_id for one in counted if one.left == 0}
    note = "of the CHWs who counted"
    return [
        Row("STOCKOUT", "CHWs with an item at 0 in the month", len(out), len(who), note),
        Row(
            "STOCK_ALL",
            "CHWs with every item at their last count",
            len(who - lacking),
            len(who),
            note,
        ),
        *(
            _days(product, [one for one in counted if one.product == product])
            for product in products
        ),
    ]


def _days(product: str, counted: Sequence[Line]) -> Row:
    code, name = f"STOCKOUT_DAYS_{product}", f"days out of {product}, all CHWs"
    if not counted:
        return Row(code, name, None, None, NONE)
    note = "of the CHWs who counted it"
    return Row(code, name, sum(one.days_out for one in counted), len(counted), note)
