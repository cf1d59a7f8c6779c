"""A supervisor's team: who is in it, when each was heard last, whose alerts are open.

Every query takes several supervisors or people at once, so that a digest costs the same few
queries however many there are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, case, func, select

from smsapp.store.tables import (
    alert,
    alert_told,
    inbound,
    person,
    place,
    report,
    task,
    tick,
)


@dataclass(frozen=True)
class Member:
    """A CHW as one of a team."""

    id: int
    code: str
    short: str
    place_short: str
    leader_id: int  # her supervisor, or who stands in for one who has left
    created_at: datetime
    apart: bool  # only one of the two is in training: what she reports is not in his figures


def members(db: Connection, leaders: Collection[int]) -> list[Member]:
    """The active CHWs of these people, by name; who stands in for a supervisor gone has his."""
    boss = person.alias("boss")
    gone = boss.c.active.is_(False) & boss.c.deputy_id.in_(leaders)
    bosses = select(boss.c.id, boss.c.deputy_id, boss.c.active).where(
        (boss.c.id.in_(leaders) & boss.c.active) | gone
    )
    led = bosses.subquery()
    leader = person.alias("leader")
    leader_id = case((led.c.active, led.c.id), else_=led.c.deputy_id)
    query = (
        select(
            person.c.id,
            person.c.code,
            person.c.short,
            place.c.short.label("place_short"),
            leader.c.id.label("leader_id"),
            person.c.created_at,
            (person.c.training != leader.c.training).label("apart"),
        )
        .join(led, led.c.id == person.c.supervisor_id)
        .join(leader, leader.c.id == leader_id)
        .join(place, place.c.id == person.c.place_id)
        .where(person.c.role == "chw", person.c.active)
        .order_by(person.c.short, person.c.id)
    )
    return [Member(**row._mapping) for row in db.execute(query)]


def leaders_after(db: Connection, after: int, limit: int) -> list[int]:
    """The next active supervisors who can be told, by id."""
    can = person.c.active & person.c.phone.is_not(None) & person.c.opted_out.is_(False)
    query = select(person.c.id).where(person.c.id > after, person.c.role == "supervisor", can)
    return list(db.scalars(query.order_by(person.c.id).limit(limit)))


def told_up_to(db: Connection, name: str, week: str) -> int:
    """The last supervisor of whom this week's digest was thought; 0 for nobody."""
    mine = (tick.c.name == name) & tick.c.slot.between(f"{week}:", f"{week};")
    last = db.scalar(select(func.max(tick.c.slot)).where(mine))
    return int(last.rpartition(":")[2]) if last else 0


def alerts_of(db: Connection, leaders: Collection[int]) -> dict[int, list[str]]:
    """The refs of the alerts that these people were told and nobody has answered, oldest first."""
    query = (
        select(alert_told.c.person_id, alert.c.ref)
        .join(alert, alert.c.id == alert_told.c.alert_id)
        .where(alert_told.c.person_id.in_(leaders), alert.c.state == "raised")
        .order_by(alert.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in db.execute(query):
        found.setdefault(row.person_id, []).append(row.ref)
    return found


def referrals_open(db: Connection, ids: Collection[int], until: date) -> dict[int, int]:
    """Of how many that each CHW referred nothing is known, though she was to ask by that day."""
    query = (
        select(task.c.person_id, func.count().label("many"))
        .join(report, report.c.id == task.c.report_id)
        .where(task.c.person_id.in_(ids), task.c.kind == "referral", task.c.state == "open")
        .where(task.c.due_on <= until, report.c.state != "withdrawn")
        .group_by(task.c.person_id)
    )
    return {row.person_id: row.many for row in db.execute(query)}


def referrals_between(
    db: Connection, ids: Collection[int], since: datetime, until: datetime
) -> tuple[int, int]:
    """How many they referred in this time, and of how many of them it is known what became."""
    done = func.sum(case((task.c.state == "done", 1), else_=0))
    query = (
        select(func.count(), done)
        .join(report, report.c.id == task.c.report_id)
        .where(task.c.person_id.in_(ids), task.c.kind == "referral", task.c.state != "dropped")
        .where(report.c.opened_at >= since, report.c.opened_at < until)
    )
    count, closed = db.execute(query).one()
    return int(count), int(closed or 0)


def reported_between(
    db: Connection, ids: Collection[int], since: datetime, until: datetime, flows: Collection[str]
) -> int:
    """How many of these people sent a report in this time."""
    query = select(func.count(report.c.person_id.distinct())).where(
        report.c.person_id.in_(ids),
        report.c.opened_at >= since,
        report.c.opened_at < until,
        report.c.flow.in_(flows),
        report.c.private.is_(False),
        report.c.state != "withdrawn",
    )
    return db.scalar(query) or 0


def heard_since(db: Connection, ids: Collection[int], since: datetime) -> dict[int, datetime]:
    """When each of these people was heard last, of those heard since then.

    What is for a desk alone does not count: nobody else may see that it was ever sent.
    """
    told = (
        select(report.c.person_id, func.max(report.c.opened_at).label("at"))
        .where(report.c.person_id.in_(ids), report.c.opened_at >= since)
        .where(report.c.private.is_(False))
        .group_by(report.c.person_id)
    )
    written = (
        select(inbound.c.person_id, func.max(inbound.c.received_at).label("at"))
        .where(inbound.c.person_id.in_(ids), inbound.c.received_at >= since)
        .where(inbound.c.kind == "sms", inbound.c.private.is_(False))
        .group_by(inbound.c.person_id)
    )
    found: dict[int, datetime] = {}
    for row in (*db.execute(told), *db.execute(written)):
        found[row.person_id] = max(row.at, found.get(row.person_id, row.at))
    return found
