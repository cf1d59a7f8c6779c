"""What needs a person's eye: alerts without an answer, and SMS that wait for a decision."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select

from smsapp.store.tables import (
    alert,
    alert_told,
    outbound,
    person,
    place,
    report,
    send_attempt,
)

LIST_LIMIT = 50  # alerts and messages listed on one page
COUNT_LIMIT = 1_000  # unfinished rows counted; a page then says "more than"
WAITS_FOR_PERSON = ("unknown", "held", "dead")


@dataclass(frozen=True)
class Message:
    """An outgoing SMS as an operator judges it."""

    id: int
    state: str
    kind: str
    lane: str
    reason: str
    text: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    phone: str
    person_id: int | None
    role: str
    name: str
    ref: str  # of the report it belongs to; empty: none
    alert_state: str  # empty: no alert
    alert_level: int | None  # None with an alert: it tells the one who raised it what became of it
    training: bool
    private: bool  # for its desk alone: an operator sees that it waits, not whose it is


@dataclass(frozen=True)
class OpenAlert:
    """An alert that nobody has answered."""

    id: int
    ref: str
    kind: str
    place: str
    person_id: int
    name: str
    level: int
    told: int  # people told so far
    raised_at: datetime
    climb_at: datetime | None  # None: nobody is left to tell
    training: bool
    next_roles: tuple[str, ...] = ()  # who is told next; empty: nobody stands above
    rungs: tuple[tuple[str, ...], ...] = ()  # the roles of the levels above


@dataclass(frozen=True)
class Attempt:
    """One try to send an SMS. An empty verdict: we never learned."""

    number: int
    cause: str
    started_at: datetime
    ended_at: datetime | None
    verdict: str
    code: str


def open_alerts(db: Connection) -> list[OpenAlert]:
    """The alerts without an answer, oldest first."""
    told = (
        select(func.count())
        .where(alert_told.c.alert_id == alert.c.id)
        .correlate(alert)
        .scalar_subquery()
    )
    query = (
        select(
            alert.c.id,
            alert.c.ref,
            alert.c.kind,
            place.c.name.label("place"),
            alert.c.person_id,
            person.c.name,
            alert.c.level,
            told.label("told"),
            alert.c.raised_at,
            alert.c.climb_at,
            alert.c.training,
            alert.c.ladder,
        )
        .join(person, person.c.id == alert.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .where(alert.c.state == "raised")
        .order_by(alert.c.raised_at, alert.c.id)
        .limit(LIST_LIMIT)
    )
    return [_open_alert(row) for row in db.execute(query).mappings()]


def _open_alert(row: RowMapping) -> OpenAlert:
    values = dict(row)
    above = values.pop("ladder")[row["level"] :]
    return OpenAlert(**values, rungs=tuple(tuple(rung["roles"]) for rung in above))


def count_open_alerts(db: Connection) -> int:
    """How many alerts have no answer, up to COUNT_LIMIT."""
    rows = select(alert.c.id).where(alert.c.state == "raised").limit(COUNT_LIMIT).subquery()
    return db.scalar(select(func.count()).select_from(rows)) or 0


def _messages() -> Select[tuple[object, ...]]:
    shown = outbound.c.private.is_(False)
    return (
        select(
            outbound.c.id,
            outbound.c.state,
            outbound.c.kind,
            outbound.c.lane,
            outbound.c.reason,
            outbound.c.text,
            outbound.c.created_at,
            outbound.c.due_at,
            outbound.c.expires_at,
            outbound.c.attempts,
            outbound.c.phone,
            outbound.c.person_id,
            func.coalesce(person.c.role, "").label("role"),
            func.coalesce(person.c.name, "").label("name"),
            func.coalesce(alert.c.ref, report.c.ref, "").label("ref"),
            func.coalesce(alert.c.state, "").label("alert_state"),
            outbound.c.alert_level,
            func.coalesce(alert.c.training, report.c.training, person.c.training, False).label(
                "training"
            ),
            outbound.c.private,
        )
        .outerjoin(person, and_(person.c.id == outbound.c.person_id, shown))
        .outerjoin(alert, alert.c.id == outbound.c.alert_id)
        .outerjoin(report, and_(report.c.id == outbound.c.report_id, shown))
    )


def waiting_for_person(db: Connection) -> list[Message]:
    """What a person must decide, oldest first."""
    query = (
        _messages()
        .where(outbound.c.state.in_(WAITS_FOR_PERSON))
        .order_by(outbound.c.created_at, outbound.c.id)
        .limit(LIST_LIMIT)
    )
    return [_message(row) for row in db.execute(query).mappings()]


def count_waiting_for_person(db: Connection) -> dict[str, int]:
    """How many messages wait for a decision, by the state and kind they are in."""
    rows = (
        select(outbound.c.kind)
        .where(outbound.c.state.in_(WAITS_FOR_PERSON))
        .limit(COUNT_LIMIT)
        .subquery()
    )
    query = select(rows.c.kind, func.count().label("n")).group_by(rows.c.kind)
    return {row.kind: row.n for row in db.execute(query)}


def message(db: Connection, outbound_id: int) -> Message | None:
    """One outgoing SMS. A private one is there only while a person must decide about it."""
    seen = or_(outbound.c.private.is_(False), outbound.c.state.in_(WAITS_FOR_PERSON))
    query = _messages().where(outbound.c.id == outbound_id, seen)
    row = db.execute(query).mappings().first()
    return None if row is None else _message(row)


def _message(row: RowMapping) -> Message:
    message = Message(**row)
    return replace(message, text="", phone="", person_id=None) if message.private else message


def attempts(db: Connection, outbound_id: int) -> list[Attempt]:
    """Every try to send this SMS, the first one first."""
    query = (
        select(
            send_attempt.c.number,
            send_attempt.c.cause,
            send_attempt.c.started_at,
            send_attempt.c.ended_at,
            send_attempt.c.verdict,
            send_attempt.c.code,
        )
        .where(send_attempt.c.outbound_id == outbound_id)
        .order_by(send_attempt.c.number)
    )
    return [Attempt(**row) for row in db.execute(query).mappings()]
