"""The manager's month: of each facility a table of indicators, and who and what needs somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.channels.contract import BadCallback
from smsapp.runtime import Runtime
from smsapp.service import stock_days
from smsapp.service.indicators import CHILD, Month, Row, indicators
from smsapp.service.naming import local_day
from smsapp.service.period import Period, bounds
from smsapp.service.prices import Cost, Price, cost_of, read_prices
from smsapp.store import costs
from smsapp.store import figures as store
from smsapp.store.figures import Chw, Facility, Moments, Seen

COUNT_DAY = 15  # of the month: who is active then is the denominator (domain notes E5)
LOOK_BACK = timedelta(days=62)  # before the month, for what was on hand as it began: two counts


class NoSuchFacility(Exception):
    """No facility has this code. The message names the cure."""


@dataclass(frozen=True)
class Table:
    """The rows of one facility."""

    facility: Facility
    rows: tuple[Row, ...]


def tables(rt: Runtime, period: Period, code: str = "") -> Iterator[Table]:
    """One table a facility, or that of this code. Raises NoSuchFacility and PriceError."""
    prices = read_prices(rt.settings.prices_file)
    with rt.read() as db:
        found = [one for one in store.facilities(db) if code in ("", one.code)]
    if not found:
        what = f"No facility has the code {code}." if code else "There is no facility yet."
        raise NoSuchFacility(f"{what} `smsapp people places` imports them.")
    for facility in found:
        with rt.read() as db:
            yield Table(facility, tuple(_rows(rt, db, facility, period, prices)))


def _rows(
    rt: Runtime, db: Connection, facility: Facility, period: Period, prices: list[Price]
) -> Iterator[Row]:
    zone, moments = ZoneInfo(rt.settings.timezone), bounds(rt, period)
    there = store.chws(db, facility.id, rt.now())
    ids = [one.id for one in there]
    active = frozenset(_active(there, period, zone))
    told = store.told(db, ids, moments)
    month = _month(rt, db, period, ids, active, frozenset(one.person_id for one in told))
    yield Row("ACTIVE", f"active CHWs on the {COUNT_DAY}th", len(active), None)
    yield from indicators(month)
    silent = [one.code for one in there if one.id in active - month.heard]
    yield Row("SILENT", "CHWs who told of nothing", len(silent), len(active), " ".join(silent))
    moved = store.movements(db, ids, (moments[0] - LOOK_BACK, moments[1]))
    items = stock_days.lines(moved, period, zone, local_day(rt, rt.now()))
    yield from stock_days.rows(items, active, list(rt.flows.products))
    yield from _costs(rt, db, ids, moments, prices, len(told))


def _active(there: list[Chw], period: Period, zone: ZoneInfo) -> Iterator[int]:
    """Who was there by the 15th. When somebody left is not known: who left since counts no more."""
    noon = datetime.combine(period.first.replace(day=COUNT_DAY), time(12), zone).astimezone(UTC)
    yield from (one.id for one in there if one.counts and one.created_at <= noon)


def _month(
    rt: Runtime,
    db: Connection,
    period: Period,
    ids: list[int],
    active: frozenset[int],
    heard: frozenset[int],
) -> Month:
    moments, days = bounds(rt, period), (period.first, period.last)
    children = store.seen(db, ids, [CHILD], days, moments)
    return Month(
        period=period,
        zone=ZoneInfo(rt.settings.timezone),
        active=active,
        heard=heard,
        children=[replace(one, danger=_was_danger(rt, one)) for one in children],
        due=store.due(db, ids, days),
        raised=store.raised(db, ids, moments),
        months=store.months(db, ids, str(period)),
        visited=frozenset(store.visited(db, ids, days)),
        paid=store.paid(db, ids, bounds(rt, period.after)),
        pay_asked=store.any_desk(db),
    )


def _was_danger(rt: Runtime, one: Seen) -> bool:
    """As its flow was then; of what was told before that was kept, as the flow is now."""
    if one.danger is not None:
        return one.danger
    flow = rt.flows.flows.get(one.flow)
    return flow is not None and any(each.id in one.classes for each in flow.danger_classes)


def _costs(
    rt: Runtime,
    db: Connection,
    ids: list[int],
    moments: Moments,
    prices: list[Price],
    reports: int,
) -> Iterator[Row]:
    """What calls and SMS cost beside what was reported; missing where either price is not known."""
    sms = cost_of(prices, costs.segments(db, ids, moments))
    calls, silent = _calls(rt, db, ids, moments)
    why = "" if sms else "PRICES_FILE names no price, or several currencies"
    if sms and sms.unpriced:
        why = f"{sms.unpriced} SMS have no price in PRICES_FILE"
    if sms and calls and calls.currency not in ("", sms.currency):
        why = why or "calls and SMS are paid in different currencies"
    if not why and sms:
        total = sms.amount + (calls.amount if calls else 0)
        note = f"{sms.currency}; {silent} calls without a cost" if silent else sms.currency
        yield Row("COST", "calls and SMS, beside reports", f"{total:.2f}", reports, note)
    else:
        yield Row("COST", "calls and SMS, beside reports", None, reports, why)


def _calls(
    rt: Runtime, db: Connection, ids: list[int], moments: Moments
) -> tuple[Cost | None, int]:
    """What the gateway said that calls cost, and of how many it said nothing."""
    total, currency, silent, some = Decimal(0), "", 0, False
    for raw in costs.call_ends(db, ids, moments):
        try:
            said = rt.channel.read_call_end(raw).cost
            total += Decimal(said.rpartition(" ")[2])
            currency = said.rpartition(" ")[0] or currency
            some = True
        except (BadCallback, InvalidOperation):
            silent += 1
    return (Cost(total, currency) if some else None), silent
