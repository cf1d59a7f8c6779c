"""Reminders that come round: planned for many people in one statement, never twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    case,
    cast,
    column,
    extract,
    func,
    literal,
    null,
    select,
    values,
)

from smsapp.store.connect import insert_into
from smsapp.store.tables import (
    UtcTime,
    inbound,
    person,
    phone_number,
    place,
    reminder,
    report,
    visit,
)

COLUMNS = ("person_id", "kind", "period", "step", "report_id", "state", "why", "due_at")


@dataclass(frozen=True)
class Round:
    """One kind of reminder for all CHWs whose turn it is.

    `moments`: by minute of the spread, from 0. `rest`, `of`: whose turn it is: the facilities whose
    id leaves this rest. `above`: the first step goes to her supervisor.
    """

    kind: str
    period: ColumnElement[str]
    who: ColumnElement[bool]
    moments: Mapping[int, datetime]
    known_before: datetime  # who came to the programme later has nothing due
    rest: int = 0
    of: int = 1
    above: bool = False


def last_person(db: Connection) -> int:
    """The highest id of a person."""
    return db.scalar(select(func.max(person.c.id))) or 0


def plan(db: Connection, one: Round, first: int, last: int) -> None:
    """Plan this round for the people of these ids; what is planned already stays."""
    chosen = _chosen(one).where(person.c.id.between(first, last))
    db.execute(insert_into(db, reminder).from_select(COLUMNS, chosen).on_conflict_do_nothing())


def _chosen(one: Round) -> Select[tuple[object, ...]]:
    own, parent = place.alias("own"), place.alias("parent")
    facility = case(
        (own.c.kind == "facility", own.c.id),
        (parent.c.kind == "facility", parent.c.id),
        else_=own.c.id,
    )
    minutes = values(column("minute", Integer), column("at", UtcTime), name="minutes")
    spread = minutes.data(list(one.moments.items())).cte("minutes")
    seat = func.coalesce(person.c.supervisor_id, person.c.id) if one.above else person.c.id
    mine = (reminder.c.person_id == person.c.id) & (reminder.c.kind == one.kind)
    planned = select(reminder.c.id).where(mine, reminder.c.period == one.period).exists()
    begins = (literal(0), null(), literal("planned"), literal(""), spread.c.at)
    return (
        select(person.c.id, literal(one.kind), one.period, *begins)
        .join(own, own.c.id == person.c.place_id)
        .outerjoin(parent, parent.c.id == own.c.parent_id)
        .join(spread, spread.c.minute == seat % len(one.moments))
        .where(person.c.role == "chw", person.c.active, one.who, ~planned)
        .where(person.c.created_at < one.known_before, facility % one.of == one.rest)
    )


def named(period: str) -> ColumnElement[str]:
    """A period that is the same for everybody: a month, a week."""
    return literal(period)


def wants_tips() -> ColumnElement[bool]:
    """Who gets the week's tip."""
    return person.c.tips & person.c.phone.is_not(None) & person.c.opted_out.is_(False)


def unheard(since: datetime) -> ColumnElement[bool]:
    """Who has sent no report and no SMS since then."""
    told = select(report.c.id).where(report.c.person_id == person.c.id)
    wrote = select(inbound.c.id).where(inbound.c.person_id == person.c.id)
    return ~(
        told.where(report.c.opened_at >= since, report.c.private.is_(False)).exists()
        | wrote.where(inbound.c.received_at >= since, inbound.c.kind == "sms").exists()
    )


def since_last_report() -> ColumnElement[str]:
    """A period for each silence: it begins with her last report."""
    mine = select(report.c.id).where(report.c.person_id == person.c.id)
    last = mine.order_by(report.c.opened_at.desc()).limit(1).scalar_subquery()
    return literal("after:") + cast(func.coalesce(last, 0), String)


def unvisited(since: datetime) -> ColumnElement[bool]:
    """Whom nobody has visited since that day; a visit that one side denies is none."""
    seen = select(visit.c.id).where(visit.c.chw_id == person.c.id, visit.c.said != "no")
    return ~seen.where(visit.c.visited_on >= since.date()).exists()


def since_last_visit() -> ColumnElement[str]:
    """A period for each time without a visit."""
    mine = select(func.max(visit.c.id)).where(visit.c.chw_id == person.c.id, visit.c.said != "no")
    return literal("after:") + cast(func.coalesce(mine.scalar_subquery(), 0), String)


def visited(db: Connection, person_id: int, since: datetime) -> bool:
    """Whether this person was visited since that day."""
    one = select(person.c.id).where(person.c.id == person_id, unvisited(since))
    return db.scalar(one) is None


def since_heard() -> ColumnElement[str]:
    """A period for each silence of her number: it begins when it was heard last."""
    hers = (phone_number.c.person_id == person.c.id) & (phone_number.c.phone == person.c.phone)
    heard_at = cast(func.max(extract("epoch", phone_number.c.heard_at)), BigInteger)
    last = select(heard_at).where(hers, phone_number.c.until.is_(None)).scalar_subquery()
    return literal("heard:") + cast(func.coalesce(last, 0), String)


def heard(db: Connection, person_id: int, since: datetime) -> bool:
    """Whether this person has sent a report or an SMS since then."""
    one = select(person.c.id).where(person.c.id == person_id, unheard(since))
    return db.scalar(one) is None
