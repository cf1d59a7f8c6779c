"""Alerts: what stands open, who was told, and everything that happened to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, insert, select, update

from smsapp.store.connect import each_insert
from smsapp.store.tables import alert, alert_event, alert_told, person, place, report, signal_report

Texts = dict[str, dict[str, str]]  # first, climbed -> language -> SMS
Ladder = list[dict[str, Any]]  # level by level: roles (list of words), minutes (whole)


@dataclass(frozen=True)
class Alert:
    """One alert as stored. `climb_at` None: answered, closed, or nobody is left above."""

    id: int
    ref: str
    report_id: int
    n: int
    kind: str
    person_id: int
    training: bool
    texts: Texts
    ladder: Ladder
    state: str
    level: int
    raised_at: datetime
    climb_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: int | None
    ends: str  # of a closed one: withdrawn, dismissed, or what became of it


@dataclass(frozen=True)
class OpenAlert:
    """A line of a list of open alerts."""

    ref: str
    place_short: str
    chw_short: str
    raised_at: datetime
    level: int
    state: str


# What a hop with danger needs, built once.
ADD_ALERT = insert(alert).returning(alert)
ADD_EVENT = insert(alert_event)
ADD_TOLD = each_insert(alert_told, lambda adding: adding.on_conflict_do_nothing())
SET_LEVEL = update(alert).where(alert.c.id == bindparam("alert"))


def _alert(row: Row[Any]) -> Alert:
    fields = row._mapping
    return Alert(**{name: fields[name] for name in Alert.__dataclass_fields__})


def add_alert(db: Connection, **values: Any) -> Alert:
    """Insert a raised alert. Nobody else sees it before this transaction ends."""
    return _alert(db.execute(ADD_ALERT, values).one())


def numbered(db: Connection, report_id: int, n: int) -> Alert | None:
    """The n-th alert of a report."""
    found = db.execute(select(alert).where(alert.c.report_id == report_id, alert.c.n == n))
    row = found.one_or_none()
    return _alert(row) if row else None


def find(db: Connection, alert_id: int) -> Alert | None:
    """The alert of this id."""
    row = db.execute(select(alert).where(alert.c.id == alert_id)).one_or_none()
    return _alert(row) if row else None


def locked(db: Connection, alert_id: int) -> Alert:
    """The alert as it is now; nobody else changes it before this transaction ends."""
    return _alert(db.execute(select(alert).where(alert.c.id == alert_id).with_for_update()).one())


def standing(db: Connection, report_id: int) -> list[Alert]:
    """The alerts of a report that are not closed, latest first; locked as `locked` does."""
    query = select(alert).where(alert.c.report_id == report_id, alert.c.state != "closed")
    rows = db.execute(query.order_by(alert.c.n.desc()).with_for_update())
    return [_alert(row) for row in rows]


def due(db: Connection, now: datetime, limit: int) -> list[int]:
    """Ids of raised alerts whose moment has come, longest overdue first."""
    wanted = (alert.c.state == "raised") & (alert.c.climb_at <= now)
    oldest = select(alert.c.id).where(wanted).order_by(alert.c.climb_at, alert.c.id)
    return list(db.scalars(oldest.limit(limit)))


def raised_among(db: Connection, alert_ids: Sequence[int]) -> list[int]:
    """Those of these alerts that still wait for an answer and have a level above to climb to."""
    wanted = alert.c.id.in_(alert_ids) & (alert.c.state == "raised") & alert.c.climb_at.is_not(None)
    return list(db.scalars(select(alert.c.id).where(wanted).order_by(alert.c.id)))


def set_level(db: Connection, alert_id: int, level: int, climb_at: datetime | None) -> None:
    """Where the alert stands now, and when it is looked at again."""
    values = {"level": level, "climb_at": climb_at}
    db.execute(SET_LEVEL, {"alert": alert_id, **values})


def set_texts(db: Connection, alert_id: int, texts: Texts) -> None:
    """What is told from now on."""
    db.execute(update(alert).where(alert.c.id == alert_id).values(texts=texts))


def acknowledge(db: Connection, alert_id: int, person_id: int, at: datetime) -> bool:
    """Take the answer. False: somebody was quicker."""
    done = db.execute(
        update(alert)
        .where(alert.c.id == alert_id, alert.c.state == "raised")
        .values(state="acknowledged", acknowledged_at=at, acknowledged_by=person_id, climb_at=None)
    )
    return done.rowcount == 1


def reopen(db: Connection, alert_id: int, climb_at: datetime) -> None:
    """It waits for an answer again, since there is more to answer; what was said is an event."""
    values = {"acknowledged_at": None, "acknowledged_by": None, "climb_at": climb_at}
    db.execute(update(alert).where(alert.c.id == alert_id).values(state="raised", **values))


def close(db: Connection, alert_id: int, ends: str) -> None:
    """Nothing more happens to this alert."""
    values = {"state": "closed", "ends": ends, "climb_at": None}
    db.execute(update(alert).where(alert.c.id == alert_id).values(values))


def mark_unconfirmed(db: Connection, report_id: int) -> None:
    """Its report was never finished."""
    db.execute(update(alert).where(alert.c.report_id == report_id).values(unconfirmed=True))


def add_event(
    db: Connection,
    alert_id: int,
    at: datetime,
    what: str,
    *,
    level: int = 0,
    person_id: int | None = None,
) -> None:
    """Note what happened."""
    row = {"alert_id": alert_id, "at": at, "what": what, "level": level, "person_id": person_id}
    db.execute(ADD_EVENT, row)


def events(db: Connection, alert_id: int) -> list[Row[Any]]:
    """Everything that happened to this alert, in order: at, what, level, person_id."""
    query = select(alert_event).where(alert_event.c.alert_id == alert_id)
    return list(db.execute(query.order_by(alert_event.c.id)))


def add_told(
    db: Connection, alert_id: int, person_ids: Sequence[int], level: int, at: datetime
) -> None:
    """From now on these people may answer; told twice, the first level counts."""
    rows = [
        {"alert_id": alert_id, "person_id": one, "level": level, "at": at} for one in person_ids
    ]
    db.execute(ADD_TOLD[db.dialect.name], rows)
    event = {"alert_id": alert_id, "at": at, "what": "told", "level": level}
    db.execute(ADD_EVENT, [event | {"person_id": one} for one in person_ids])


def told(db: Connection, alert_id: int) -> list[Row[Any]]:
    """Who was told, lowest level first: person_id, level, at."""
    query = select(alert_told).where(alert_told.c.alert_id == alert_id)
    return list(db.execute(query.order_by(alert_told.c.level, alert_told.c.person_id)))


def told_to(db: Connection, person_id: int, ref: str) -> list[Alert]:
    """The alerts of this ref, or that a report of this ref joined, that this person was told."""
    return _listed(db, _told(person_id).where((alert.c.ref == ref) | _joined(ref)))


def raised_to(db: Connection, person_id: int) -> list[Alert]:
    """The alerts this person was told that nobody answered yet, oldest first."""
    return _listed(db, _told(person_id).where(alert.c.state == "raised"))


def standing_of(db: Connection, person_id: int) -> list[Alert]:
    """The alerts this person was told that are not closed, oldest first."""
    return _listed(db, _told(person_id).where(alert.c.state != "closed"))


def answered_of(db: Connection, person_id: int, since: datetime) -> list[Alert]:
    """The alerts this person was told that somebody answered since then, oldest first."""
    fresh = (alert.c.state == "acknowledged") & (alert.c.acknowledged_at >= since)
    return _listed(db, _told(person_id).where(fresh))


def of_ref(db: Connection, ref: str) -> list[Alert]:
    """Every alert of this ref, or that a report of it joined, whoever raised it, oldest first."""
    query = select(alert).join(report, report.c.id == alert.c.report_id)
    return _listed(db, query.where((report.c.ref == ref) | _joined(ref)))


def _joined(ref: str) -> ColumnElement[bool]:
    query = select(signal_report.c.alert_id).join(report, report.c.id == signal_report.c.report_id)
    return alert.c.id.in_(query.where(report.c.ref == ref))


def _told(person_id: int) -> Select[Any]:
    query = select(alert).join(alert_told, alert_told.c.alert_id == alert.c.id)
    return query.where(alert_told.c.person_id == person_id)


def _listed(db: Connection, query: Select[Any]) -> list[Alert]:
    return [_alert(row) for row in db.execute(query.order_by(alert.c.raised_at, alert.c.id))]


def ended(db: Connection, report_id: int) -> Alert | None:
    """The latest alert of a report, where a person closed it: not one taken back as a mistake."""
    query = select(alert).where(alert.c.report_id == report_id).order_by(alert.c.n.desc()).limit(1)
    row = db.execute(query).one_or_none()
    return _alert(row) if row and row.state == "closed" and row.ends != "withdrawn" else None


def open_for(
    db: Connection, person_id: int, training: bool, answered_since: datetime | None = None
) -> list[OpenAlert]:
    """The unanswered alerts this person was told, oldest first; with those answered since then."""
    wanted = alert.c.state == "raised"
    if answered_since:
        fresh = (alert.c.state == "acknowledged") & (alert.c.acknowledged_at >= answered_since)
        wanted |= fresh
    query = (
        select(alert, person.c.short.label("chw_short"), place.c.short.label("place_short"))
        .join(alert_told, alert_told.c.alert_id == alert.c.id)
        .join(person, person.c.id == alert.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .where(alert_told.c.person_id == person_id, alert.c.training == training, wanted)
        .order_by(alert.c.raised_at, alert.c.id)
    )
    return [
        OpenAlert(r.ref, r.place_short, r.chw_short, r.raised_at, r.level, r.state)
        for r in db.execute(query)
    ]
