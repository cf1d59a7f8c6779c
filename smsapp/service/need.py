"""What a CHW has, uses and needs of a product: arithmetic on her ledger, and nothing else.

Formulas: cStock (dimagi/logistics, `models.py`, `consumption.py`), with the stock-out correction of
OpenLMIS (`LineItemFieldsCalculator.java`: N = C x 30M / (30M - X)), because an average over days
without stock is too low. Domain notes B1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from smsapp.flow.products import Product
from smsapp.store.stock import Movement

WINDOW = timedelta(days=60)  # in which what was used counts: cStock
HISTORY = timedelta(days=180)  # a count older than that says nothing of today: programme's choice
LEAST_DAYS = 10  # with stock, that an average needs: cStock
MONTH_DAYS = 30  # of an average month: cStock
MAXIMUM_MONTHS = 2  # of use, that she may have at the most: cStock
ABSURD = 6  # times the maximum: cStock asks back above it
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Period:
    """From one count to the next. `lost` holds what expired too; `out`: when there was none."""

    begin: datetime
    end: datetime
    counted: int  # at its beginning
    received: int
    lost: int
    left: int  # at its end
    out: tuple[Span, ...] = ()

    @property
    def used(self) -> int:
        """Less than 0: the count found more than the ledger knows, an adjustment."""
        return self.counted + self.received - self.lost - self.left

    def stocked(self, since: datetime) -> timedelta:
        """How long she had some of it, since then."""
        whole = _overlap((self.begin, self.end), (since, self.end))
        return whole - sum((_overlap(one, (since, self.end)) for one in self.out), timedelta())


@dataclass(frozen=True)
class Working:
    """The whole calculation for one product, as `smsapp stock` prints it."""

    product: Product
    on_hand: int | None  # None: never counted
    counted_at: datetime | None
    counted_in: int | None  # the report that counted it last
    periods: tuple[Period, ...] = ()  # that reach into the window, oldest first
    out_days: int = 0  # days without stock in the window
    used_days: Fraction = field(default_factory=Fraction)  # days with stock that were counted
    amc: int = 0  # units a month
    own: bool = False  # from her own counts; else the product's default

    @property
    def maximum(self) -> int:
        return MAXIMUM_MONTHS * self.amc

    @property
    def resupply(self) -> int:
        """What fills her up; of what was never counted nothing is known, and nothing is asked."""
        return 0 if self.on_hand is None else max(0, self.maximum - self.on_hand)

    @property
    def urgent(self) -> bool:
        return self.on_hand is not None and self.on_hand <= self.product.emergency

    @property
    def believed(self) -> int:
        """The greatest amount that is taken without asking back."""
        return max(self.maximum, min(self.product.ceiling, ABSURD * self.maximum))


def working(product: Product, moves: Sequence[Movement], now: datetime) -> Working:
    """The calculation, from the movements of this product in their order."""
    periods, box = _periods(moves)
    since = now - WINDOW
    recent = tuple(one for one in periods if one.end > since)
    last = box.count if box else None
    told = [one for one in recent if one.used >= 0 and one.stocked(since) > timedelta()]
    days = sum((_days(one.stocked(since)) for one in told), Fraction())
    amc = _amc(told, since, days)
    gaps = [span for one in recent for span in one.out] + (box.outs(now) if box else [])
    return Working(
        product,
        max(0, box.level) if box else None,
        last.at if last else None,
        last.report_id if last else None,
        recent,
        int(sum((_days(_overlap(one, (since, now))) for one in gaps), Fraction())),
        days,
        amc or product.amc,
        own=bool(amc),
    )


def _amc(told: Sequence[Period], since: datetime, days: Fraction) -> int:
    """Units a month, 0 where her counts do not say. What was used in a period was used evenly on
    its days with stock, so that a period half in the window counts by half."""
    if days < LEAST_DAYS:
        return 0
    used = sum(
        (one.used * _days(one.stocked(since)) / _days(one.stocked(one.begin)) for one in told),
        Fraction(),
    )
    return ceil(used / days * MONTH_DAYS)


def _periods(moves: Sequence[Movement]) -> tuple[list[Period], "_Box | None"]:
    """The periods between counts, and what came after the last one."""
    found: list[Period] = []
    box: _Box | None = None
    for one in moves:
        if one.kind == "count":
            if box is not None:
                found.append(box.close(one))
            box = _Box(one)
        elif box is not None:
            box.move(one)
    return found, box


class _Box:
    """What the ledger knows of a product since it was counted."""

    def __init__(self, count: Movement) -> None:
        self.count, self.received, self.lost = count, 0, 0
        self.out: list[Span] = []
        self.out_from = None if count.amount else count.at

    @property
    def level(self) -> int:
        return self.count.amount + self.received - self.lost

    def move(self, one: Movement) -> None:
        if one.kind == "received":
            self.received += one.amount
            if self.out_from and self.level > 0:
                self.out.append((self.out_from, one.at))
                self.out_from = None
        else:
            self.lost += one.amount
            if self.level <= 0:
                self.out_from = self.out_from or one.at

    def outs(self, until: datetime) -> list[Span]:
        """When there was none."""
        return [*self.out, *([(self.out_from, until)] if self.out_from else [])]

    def close(self, count: Movement) -> Period:
        """The period that this count ends."""
        first = self.count
        return Period(
            first.at, count.at, first.amount, self.received, self.lost, count.amount,
            tuple(self.outs(count.at)),
        )  # fmt: skip


def _overlap(one: Span, other: Span) -> timedelta:
    return max(timedelta(), min(one[1], other[1]) - max(one[0], other[0]))


def _days(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 86_400_000_000)


def out_from(moves: Sequence[Movement]) -> datetime | None:
    """Since when there is none of it, by all that was said; None: there is some, or who knows."""
    level, since = None, None
    for one in moves:
        if one.kind == "count":
            level = one.amount
        elif level is not None:
            level = max(0, level + (one.amount if one.kind == "received" else -one.amount))
        since = (since or one.at) if level == 0 else None
    return since


def adjustments(working: Working) -> Iterator[tuple[datetime, int]]:
    """When a count found more than the ledger knew, and how much more."""
    for one in working.periods:
        if one.used < 0:
            yield one.end, -one.used
