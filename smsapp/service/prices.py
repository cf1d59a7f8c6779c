"""The price table: a file of what one SMS segment costs, by the beginning of the number.

Columns: prefix, price, currency, source. The longest prefix that fits counts; `+` fits them all.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

COLUMNS = ("prefix", "price", "currency", "source")


class PriceError(Exception):
    """The price table cannot be used. The message names the file, the line and the cure."""


@dataclass(frozen=True)
class Price:
    """What one segment to such a number costs."""

    prefix: str
    amount: Decimal
    currency: str
    source: str


@dataclass(frozen=True)
class Cost:
    """A sum. `unpriced`: how many SMS no line of the table fits."""

    amount: Decimal
    currency: str
    unpriced: int = 0


def read_prices(name: str) -> list[Price]:
    """The table; nothing where no file is named. Raises PriceError."""
    if not name:
        return []
    path = Path(name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PriceError(f"{path.name}: add the columns {', '.join(missing)}")
            return [_price(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PriceError(
            f"{path.name}: cannot be read ({type(error).__name__}); mend PRICES_FILE"
        ) from None


def _price(path: Path, line: int, row: dict[str, str | None]) -> Price:
    prefix, amount, currency, source = ((row[name] or "").strip() for name in COLUMNS)
    try:
        value = Decimal(amount)
    except InvalidOperation:
        value = Decimal(-1)
    if not prefix.startswith("+") or (prefix[1:] and not prefix[1:].isdecimal()):
        raise PriceError(f"{path.name}, line {line}: write the prefix as +265, or + for all")
    if not value.is_finite() or value < 0:
        raise PriceError(f"{path.name}, line {line}: write the price as 0.80")
    if len(currency) != 3 or not source:
        raise PriceError(f"{path.name}, line {line}: name the currency (KES) and the source")
    return Price(prefix, value, currency, source)


def cost_of(prices: Iterable[Price], sent: Iterable[tuple[str, int]]) -> Cost | None:
    """What these SMS (number, segments) cost. None: no price, or several currencies."""
    table = sorted(prices, key=lambda one: -len(one.prefix))
    currencies = {one.currency for one in table}
    if len(currencies) != 1:
        return None
    total, unpriced = Decimal(0), 0
    for phone, segments in sent:
        price = next((one for one in table if phone.startswith(one.prefix)), None)
        unpriced += price is None
        total += price.amount * segments if price else 0
    return Cost(total, currencies.pop(), unpriced)
