"""Reminders that come round: planned for many people in one statement, never twice.

The statements are built once: building one costs more than running it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from smsapp.store.connect import each_insert
from smsapp.store.numbers import is_unheard
from smsapp.store.people_check import ANSWERERS
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
SINCE: ColumnElement[datetime] = bindparam("since", type_=UtcTime)
SINCE_DAY: ColumnElement[date] = bindparam("since_day", type_=Date)
THESE = person.c.id.in_(bindparam("ids", expanding=True))
Rule = dict[str, Any]  # the statement that plans, by dialect
CHWS = person.c.role == "chw"


@dataclass(frozen=True)
class Round:
    """One kind of reminder for all whose turn it is: CHWs, or those who answer for them.

    `rule`: for whom, and of which period where each has her own. `begins`, `minutes`: when the
    first of them is due, and over how many minutes they are spread. `since`: the silence that
    counts. `rest`, `of`: whose turn it is: the facilities whose id leaves this rest. `above`: the
    first step goes to her supervisor.
    """

    rule: Rule
    kind: str
    period: str
    begins: datetime
    minutes: int
    known_before: datetime  # who came to the programme later has nothing due
    since: datetime
    rest: int = 0
    of: int = 1
    above: bool = False


class Later(FunctionElement[datetime]):
    """A whole second, so many minutes later."""

    type = UtcTime()
    inherit_cache = True


@compiles(Later, "postgresql")
def _later(later: Later, compiler: SQLCompiler, **given: Any) -> str:
    at, minutes = (compiler.process(one, **given) for one in later.clauses)
    return f"{at} + make_interval(mins => {minutes})"


@compiles(Later, "sqlite")
def _later_as_text(later: Later, compiler: SQLCompiler, **given: Any) -> str:
    at, minutes = (compiler.process(one, **given) for one in later.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%S.000000', {at}, ({minutes}) || ' minutes')"


def last_person(db: Connection) -> int:
    """The highest id of a person."""
    return db.scalar(select(func.max(person.c.id))) or 0


def plan(db: Connection, one: Round, first: int, last: int) -> None:
    """Plan this round for the people of these ids; what is planned already stays."""
    values = {
        "of_kind": one.kind, "named": one.period, "begins": one.begins, "minutes": one.minutes,
        "known_before": one.known_before, "since": one.since, "since_day": one.since.date(),
        "rest": one.rest, "of": one.of, "above": one.above, "first": first, "last": last,
    }  # fmt: skip
    db.execute(one.rule[db.dialect.name], values)


def _rule(
    who: ColumnElement[bool], period: ColumnElement[str], roles: ColumnElement[bool] = CHWS
) -> Rule:
    chosen = _chosen(who & roles, period)
    return each_insert(
        reminder, lambda new: new.from_select(COLUMNS, chosen).on_conflict_do_nothing()
    )


def _chosen(who: ColumnElement[bool], period: ColumnElement[str]) -> Select[tuple[object, ...]]:
    own, parent = place.alias("own"), place.alias("parent")
    facility = case(
        (own.c.kind == "facility", own.c.id),
        (parent.c.kind == "facility", parent.c.id),
        else_=own.c.id,
    )
    kind: ColumnElement[str] = bindparam("of_kind", type_=String)
    seat = case(
        (bindparam("above", type_=Boolean), func.coalesce(person.c.supervisor_id, person.c.id)),
        else_=person.c.id,
    )
    due_at = Later(
        bindparam("begins", type_=UtcTime),
        cast(seat % bindparam("minutes", type_=Integer), Integer),
    )
    mine = (reminder.c.person_id == person.c.id) & (reminder.c.kind == kind)
    planned = select(reminder.c.id).where(mine, reminder.c.period == period).exists()
    turn = facility % bindparam("of", type_=Integer) == bindparam("rest", type_=Integer)
    return (
        select(
            person.c.id, kind, period, literal(0), null(), literal("planned"), literal(""), due_at
        )
        .join(own, own.c.id == person.c.place_id)
        .outerjoin(parent, parent.c.id == own.c.parent_id)
        .where(person.c.id.between(bindparam("first"), bindparam("last")))
        .where(person.c.active, who, ~planned, turn)
        .where(person.c.created_at < bindparam("known_before", type_=UtcTime))
    )


def _told() -> ColumnElement[bool]:
    """Who has sent a report or an SMS since then."""
    told = select(report.c.id).where(report.c.person_id == person.c.id)
    wrote = select(inbound.c.id).where(inbound.c.person_id == person.c.id)
    return (
        told.where(report.c.opened_at >= SINCE, report.c.private.is_(False)).exists()
        | wrote.where(inbound.c.received_at >= SINCE, inbound.c.kind == "sms").exists()
    )


def _after_report() -> ColumnElement[str]:
    """A period for each silence: it begins with her last report."""
    mine = select(report.c.id).where(report.c.person_id == person.c.id)
    last = mine.order_by(report.c.opened_at.desc()).limit(1).scalar_subquery()
    return literal("after:") + cast(func.coalesce(last, 0), String)


def _seen() -> ColumnElement[bool]:
    """Whom somebody has visited since that day; a visit that one side denies is none."""
    seen = select(visit.c.id).where(visit.c.chw_id == person.c.id, visit.c.said != "no")
    return seen.where(visit.c.visited_on >= SINCE_DAY).exists()


def _after_visit() -> ColumnElement[str]:
    """A period for each time without a visit."""
    mine = select(func.max(visit.c.id)).where(visit.c.chw_id == person.c.id, visit.c.said != "no")
    return literal("after:") + cast(func.coalesce(mine.scalar_subquery(), 0), String)


def _after_heard() -> ColumnElement[str]:
    """A period for each silence of her number: it begins when it was heard last."""
    hers = (phone_number.c.person_id == person.c.id) & (phone_number.c.phone == person.c.phone)
    heard_at = cast(func.max(extract("epoch", phone_number.c.heard_at)), BigInteger)
    last = select(heard_at).where(hers, phone_number.c.until.is_(None)).scalar_subquery()
    return literal("heard:") + cast(func.coalesce(last, 0), String)


WANTS_TIPS = person.c.tips & person.c.phone.is_not(None) & person.c.opted_out.is_(False)
NAMED: ColumnElement[str] = bindparam("named", type_=String)
EVERYBODY, TIPS = _rule(true(), NAMED), _rule(WANTS_TIPS, NAMED)
UNTOLD = _rule(~_told(), _after_report())
UNVISITED = _rule(~_seen(), _after_visit())
UNHEARD = _rule(is_unheard(SINCE), _after_heard())
UNHEARD_ABOVE = _rule(is_unheard(SINCE), _after_heard(), person.c.role.in_(ANSWERERS))
HEARD, VISITED = (select(person.c.id).where(THESE, one) for one in (_told(), _seen()))


def heard(db: Connection, ids: Collection[int], since: datetime) -> set[int]:
    """Those of these people who have sent a report or an SMS since then."""
    return set(db.scalars(HEARD, {"ids": list(ids), "since": since}))


def visited(db: Connection, ids: Collection[int], since: datetime) -> set[int]:
    """Those of these people who were visited since that day."""
    return set(db.scalars(VISITED, {"ids": list(ids), "since_day": since.date()}))
