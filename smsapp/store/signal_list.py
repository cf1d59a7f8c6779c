"""Signals as a list: what was told of which village, who heard of it, how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from smsapp.store.tables import (
    alert,
    alert_event,
    alert_told,
    person,
    place,
    signal,
    signal_report,
)

STEPS = ("acknowledged", "verified", "responded", "dismissed", "closed")  # a person's word each


@dataclass(frozen=True)
class Told:
    """Somebody who heard of a signal."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class Step:
    """The last that a person said of a signal. `by` None: the service itself."""

    what: str
    at: datetime
    by: Told | None


@dataclass(frozen=True)
class Listed:
    """One signal. `climb_at` None: nobody is left to tell, or somebody has answered."""

    alert_id: int
    ref: str
    kind: str  # the trigger
    place: str
    cases: int
    deaths: int
    reports: int
    onset_on: date | None
    last_at: datetime  # of the latest report
    raised_at: datetime
    state: str  # of its alert
    level: int
    climb_at: datetime | None
    training: bool
    told: tuple[Told, ...]
    step: Step | None
    person_id: int  # who told it first
    rungs: tuple[tuple[str, ...], ...]  # the roles of the levels above
    next_roles: tuple[str, ...] = ()  # who is told next; empty: nobody stands above


def listed(db: Connection, limit: int) -> list[Listed]:
    """Those without an answer first, then those not closed; of each the latest report first."""
    many = select(func.count()).where(signal_report.c.alert_id == signal.c.alert_id)
    query = (
        select(
            signal, alert.c.ref, alert.c.raised_at, alert.c.state, alert.c.level, alert.c.climb_at,
            alert.c.ladder, alert.c.training, alert.c.person_id,
            place.c.name.label("place"),
            many.correlate(signal).scalar_subquery().label("reports"),
        )
        .join(alert, alert.c.id == signal.c.alert_id)
        .join(place, place.c.id == signal.c.place_id)
        .order_by(
            alert.c.state != "raised", alert.c.state == "closed", signal.c.last_at.desc(),
            signal.c.alert_id.desc(),
        )
        .limit(limit)
    )  # fmt: skip
    rows = db.execute(query).all()
    ids = [row.alert_id for row in rows]
    told, steps = _told(db, ids), _steps(db, ids)
    return [_listed(row, told.get(row.alert_id, ()), steps.get(row.alert_id)) for row in rows]


def _listed(row: Row[Any], told: tuple[Told, ...], step: Step | None) -> Listed:
    return Listed(
        alert_id=row.alert_id,
        ref=row.ref,
        kind=row.kind,
        place=row.place,
        cases=row.cases,
        deaths=row.deaths,
        reports=row.reports,
        onset_on=row.onset_on,
        last_at=row.last_at,
        raised_at=row.raised_at,
        state=row.state,
        level=row.level,
        climb_at=row.climb_at,
        training=row.training,
        told=told,
        step=step,
        person_id=row.person_id,
        rungs=tuple(tuple(rung["roles"]) for rung in row.ladder[row.level :]),
    )


def _told(db: Connection, ids: Sequence[int]) -> dict[int, tuple[Told, ...]]:
    query = (
        select(alert_told.c.alert_id, person.c.id, person.c.name, person.c.role)
        .join(person, person.c.id == alert_told.c.person_id)
        .where(alert_told.c.alert_id.in_(ids))
        .order_by(alert_told.c.level, person.c.code)
    )
    found: dict[int, tuple[Told, ...]] = {}
    for row in db.execute(query):
        one = Told(row.id, row.name, row.role)
        found[row.alert_id] = (*found.get(row.alert_id, ()), one)
    return found


def _steps(db: Connection, ids: Sequence[int]) -> dict[int, Step]:
    query = (
        select(alert_event, person.c.name, person.c.role)
        .outerjoin(person, person.c.id == alert_event.c.person_id)
        .where(alert_event.c.alert_id.in_(ids), alert_event.c.what.in_(STEPS))
        .order_by(alert_event.c.id)
    )
    found = {}
    for row in db.execute(query):
        by = None if row.person_id is None else Told(row.person_id, row.name, row.role)
        found[row.alert_id] = Step(row.what, row.at, by)
    return found
