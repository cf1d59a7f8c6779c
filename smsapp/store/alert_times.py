"""When what happened to one alert, from the first case on: what 7-1-7 is computed from."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from smsapp.store.tables import alert, alert_event, alert_told, person, report, signal

EVENTS = ("acknowledged", "verified", "responded")  # the first of each counts
ENDS = ("closed", "dismissed")


@dataclass(frozen=True)
class AlertTimes:
    """None where it has not happened, or nobody said so: missing, never zero."""

    onset_on: date | None  # of the earliest case told, where it was asked
    seen_on: date | None  # the local day she saw it; None: the day of `detected_at`
    detected_at: datetime  # she told us, at the phone
    received_at: datetime  # the alert was raised here
    acknowledged_at: datetime | None  # somebody said: seen
    verified_at: datetime | None  # facility or district said: checked, it is so
    notified_at: datetime | None  # the district was told first
    responded_at: datetime | None  # facility or district said: all was done
    closed_at: datetime | None


def times_of(db: Connection, alert_id: int) -> AlertTimes:
    """The times of one alert."""
    query = (
        select(alert.c.raised_at, report.c.opened_at, report.c.seen_on, signal.c.onset_on)
        .join(report, report.c.id == alert.c.report_id)
        .outerjoin(signal, signal.c.alert_id == alert.c.id)
        .where(alert.c.id == alert_id)
    )
    row = db.execute(query).one()
    first = _first_events(db, alert_id)
    return AlertTimes(
        onset_on=row.onset_on,
        seen_on=row.seen_on,
        detected_at=row.opened_at,
        received_at=row.raised_at,
        notified_at=_notified(db, alert_id),
        closed_at=min((first[what] for what in ENDS if what in first), default=None),
        **{f"{what}_at": first.get(what) for what in EVENTS},
    )


def _first_events(db: Connection, alert_id: int) -> dict[str, datetime]:
    events = alert_event.c
    query = select(events.what, func.min(events.at).label("at"))
    query = query.where(events.alert_id == alert_id, events.what.in_((*EVENTS, *ENDS)))
    return {row.what: row.at for row in db.execute(query.group_by(events.what))}


def _notified(db: Connection, alert_id: int) -> datetime | None:
    """When the first person of a district was told."""
    query = (
        select(func.min(alert_told.c.at))
        .join(person, person.c.id == alert_told.c.person_id)
        .where(alert_told.c.alert_id == alert_id, person.c.role == "district")
    )
    at: datetime | None = db.scalar(query)
    return at
