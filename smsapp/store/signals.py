"""Signals: what several reports of one trigger and place have in common, and their one alert."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from smsapp.store.catchment import UNDER
from smsapp.store.tables import alert, place, report, signal, signal_report


@dataclass(frozen=True)
class Signal:
    """One signal as stored. `told_cases`: how many were known when its alert spoke last."""

    alert_id: int
    kind: str
    place_id: int
    cases: int
    deaths: int
    onset_on: date | None
    told_cases: int


@dataclass(frozen=True)
class Reporter:
    """Who told a signal, and the ref she was given for it."""

    person_id: int
    ref: str


@dataclass(frozen=True)
class Part:
    """What one report told of a signal."""

    alert_id: int
    cases: int
    deaths: int
    spoke: bool


@dataclass(frozen=True)
class Standing:
    """A line of a list of signals that are not closed."""

    ref: str
    raised_at: datetime
    place_short: str


def open_signal(
    db: Connection, kind: str, place_id: int, since: datetime, *, training: bool
) -> Signal | None:
    """The latest signal that a report of this kind and place joins; none that was dismissed."""
    query = (
        select(signal)
        .join(alert, alert.c.id == signal.c.alert_id)
        .where(
            signal.c.place_id == place_id,
            signal.c.kind == kind,
            signal.c.last_at > since,
            alert.c.state != "closed",
            alert.c.training == training,
        )
        .order_by(signal.c.last_at.desc(), signal.c.alert_id.desc())
        .limit(1)
    )
    return _signal(db.execute(query).one_or_none())


def of_alert(db: Connection, alert_id: int) -> Signal | None:
    """The signal of this alert; None: it is no signal's."""
    query = select(signal).where(signal.c.alert_id == alert_id)
    return _signal(db.execute(query).one_or_none())


def of_report(db: Connection, report_id: int, kind: str, place_id: int) -> Part | None:
    """What this report has told of this kind and place already."""
    query = (
        select(signal_report)
        .join(signal, signal.c.alert_id == signal_report.c.alert_id)
        .where(
            signal_report.c.report_id == report_id,
            signal.c.kind == kind,
            signal.c.place_id == place_id,
        )
        .order_by(signal_report.c.alert_id.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return Part(row.alert_id, row.cases, row.deaths, row.spoke) if row else None


def state_of(db: Connection, report_id: int) -> str:
    """How the alert stands that this report told of something in; "": it told of nothing."""
    query = (
        select(alert.c.state)
        .join(signal_report, signal_report.c.alert_id == alert.c.id)
        .where(signal_report.c.report_id == report_id)
        .order_by(alert.c.id.desc())
        .limit(1)
    )
    return db.scalar(query) or ""


def add(db: Connection, **values: Any) -> None:
    """Begin a signal: its alert was raised in this transaction."""
    db.execute(insert(signal).values(values))


def add_report(
    db: Connection, alert_id: int, report_id: int, *, cases: int, deaths: int, spoke: bool
) -> None:
    """One more report of this signal."""
    values = {"alert_id": alert_id, "report_id": report_id, "cases": cases, "deaths": deaths}
    db.execute(insert(signal_report).values(**values, spoke=spoke))


def change_report(
    db: Connection, alert_id: int, report_id: int, *, cases: int, deaths: int, spoke: bool
) -> None:
    """The report was corrected."""
    one = (signal_report.c.alert_id == alert_id) & (signal_report.c.report_id == report_id)
    values = {"cases": cases, "deaths": deaths, "spoke": spoke}
    db.execute(update(signal_report).where(one).values(values))


def change(db: Connection, alert_id: int, **values: Any) -> None:
    """What is known of it now."""
    db.execute(update(signal).where(signal.c.alert_id == alert_id).values(values))


def totals(db: Connection, alert_id: int) -> tuple[int, int, int]:
    """How many reports, cases and deaths all its reports make."""
    part = signal_report.c
    query = select(func.count(), func.sum(part.cases), func.sum(part.deaths))
    count, cases, deaths = db.execute(query.where(part.alert_id == alert_id)).one()
    return int(count), int(cases or 0), int(deaths or 0)


def reporters(db: Connection, alert_id: int) -> list[Reporter]:
    """Who told it, each with the ref she knows it by, the latest of hers."""
    query = (
        select(report.c.person_id, report.c.ref)
        .join(signal_report, signal_report.c.report_id == report.c.id)
        .where(signal_report.c.alert_id == alert_id)
        .order_by(report.c.id)
    )
    latest = {row.person_id: row.ref for row in db.execute(query)}
    return [Reporter(person_id, ref) for person_id, ref in latest.items()]


def open_under(db: Connection, top: int, *, training: bool) -> list[Standing]:
    """The signals under a place that are not closed, oldest first."""
    query = (
        select(alert.c.ref, alert.c.raised_at, place.c.short.label("place_short"))
        .join(signal, signal.c.alert_id == alert.c.id)
        .join(place, place.c.id == signal.c.place_id)
        .where(alert.c.state != "closed", alert.c.training == training)
        .where(signal.c.place_id.in_(select(UNDER.c.id)))
        .order_by(alert.c.raised_at, alert.c.id)
    )
    found = db.execute(query, {"top": top})
    return [Standing(row.ref, row.raised_at, row.place_short) for row in found]


def _signal(row: Row[Any] | None) -> Signal | None:
    if row is None:
        return None
    return Signal(**{name: row._mapping[name] for name in Signal.__dataclass_fields__})
