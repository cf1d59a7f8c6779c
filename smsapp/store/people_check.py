"""What `smsapp people check` asks of the database: who stands alone, who shares, who is silent."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, and_, exists, func, or_, select

from smsapp.store.leaving import TO_GET, TO_PACK
from smsapp.store.numbers import NOW_HELD, is_unheard
from smsapp.store.queries import OPEN as QUERY_OPEN
from smsapp.store.tables import (
    alert,
    alert_told,
    draft,
    inbound,
    person,
    phone_number,
    place,
    query,
    recall_answer,
    report,
    request,
    request_told,
    task,
)

ANSWERERS = ("supervisor", "facility", "district", "desk")
REACHED = person.c.active & person.c.phone.is_not(None)


@dataclass(frozen=True)
class Silent:
    """A number that nobody was heard on for long."""

    code: str
    heard_at: datetime


@dataclass(frozen=True)
class Supervised:
    """A CHW whose supervisor cannot be hers: what is said of him, None where she has none."""

    code: str
    boss: str | None
    active: bool
    reached: bool
    herself: bool | None
    apart: bool | None  # one of the two is in training, so that neither hears of the other
    role: str | None


def shared_numbers(db: Connection) -> dict[str, list[str]]:
    """Number -> codes of the active people who hold it together."""
    return _grouped(db, phone_number.c.phone, person.c.code)


def several_numbers(db: Connection) -> dict[str, list[str]]:
    """Code -> the numbers of an active person who holds more than one."""
    return _grouped(db, person.c.code, phone_number.c.phone)


def _grouped(db: Connection, key: Column[str], value: Column[str]) -> dict[str, list[str]]:
    rows = select(key, value).where(phone_number.c.person_id == person.c.id)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in db.execute(rows.where(NOW_HELD, person.c.active).order_by(key, value)):
        found[one].append(other)
    return {one: others for one, others in found.items() if len(others) > 1}


def supervised_badly(db: Connection) -> list[Supervised]:
    """CHWs nobody supervises who can."""
    boss = person.alias("boss")
    rows = (
        select(
            person.c.code,
            boss.c.code,
            func.coalesce(boss.c.active, False),
            boss.c.phone.is_not(None),
            boss.c.id == person.c.id,
            boss.c.training != person.c.training,
            boss.c.role,
        )
        .outerjoin(boss, boss.c.id == person.c.supervisor_id)
        .where(person.c.role == "chw", person.c.active)
        .where(
            or_(
                boss.c.id.is_(None),
                boss.c.active.is_(False),
                boss.c.phone.is_(None),
                boss.c.id == person.c.id,
                boss.c.training != person.c.training,
                boss.c.role != "supervisor",
            )
        )
        .order_by(person.c.code)
    )
    return [Supervised(*row) for row in db.execute(rows)]


def reported_elsewhere(db: Connection, since: datetime) -> dict[str, int]:
    """Code of a CHW -> how many reports came since then from a phone that is not hers."""
    rows = (
        select(person.c.code, func.count())
        .join(report, report.c.person_id == person.c.id)
        .where(report.c.opened_at >= since, report.c.unverified, person.c.active)
        .group_by(person.c.code)
        .order_by(person.c.code)
    )
    return {row[0]: row[1] for row in db.execute(rows)}


def without_deputy(db: Connection) -> list[str]:
    """Codes of active supervisors in whose place nobody can act."""
    deputy = person.alias("deputy")
    there = deputy.c.active & deputy.c.phone.is_not(None)
    rows = (
        select(person.c.code)
        .outerjoin(deputy, and_(deputy.c.id == person.c.deputy_id, there))
        .where(person.c.role == "supervisor", person.c.active, deputy.c.id.is_(None))
    )
    return list(db.scalars(rows.order_by(person.c.code)))


def places_without(db: Connection, kind: str, role: str) -> list[str]:
    """Codes of places of this kind where nobody of this role can be told."""
    there = exists().where(person.c.place_id == place.c.id, person.c.role == role, REACHED)
    rows = select(place.c.code).where(place.c.kind == kind, ~there)
    return list(db.scalars(rows.order_by(place.c.code)))


def roles_held(db: Connection) -> set[str]:
    """The roles in which somebody can be told."""
    return set(db.scalars(select(person.c.role).where(REACHED).distinct()))


def silent_numbers(db: Connection, since: datetime) -> list[Silent]:
    """The numbers of active people not heard since then, by code."""
    rows = (
        select(person.c.code, phone_number.c.heard_at)
        .join(phone_number, phone_number.c.person_id == person.c.id)
        .where(NOW_HELD, person.c.active, phone_number.c.heard_at < since)
        .order_by(person.c.code, phone_number.c.heard_at)
    )
    return [Silent(*row) for row in db.execute(rows)]


def silent_answerers(db: Connection, since: datetime) -> list[str]:
    """Codes of those who answer for CHWs and are told on a number not heard since then."""
    rows = select(person.c.code).where(person.c.active, person.c.role.in_(ANSWERERS))
    return list(db.scalars(rows.where(is_unheard(since)).order_by(person.c.code)))


def left_with(db: Connection) -> dict[str, list[str]]:
    """Code of somebody who left -> what of hers is still open."""
    hers = {
        "tasks": select(task.c.person_id).where(task.c.state == "open"),
        "drafts": select(draft.c.person_id).where(draft.c.state == "open"),
        "orders": select(request.c.person_id).where(request.c.state.in_(TO_GET)),
        "recalls": select(recall_answer.c.person_id).where(recall_answer.c.answered_at.is_(None)),
        "queries": select(query.c.person_id).where(query.c.state.in_(QUERY_OPEN)),
    }
    found: defaultdict[str, list[str]] = defaultdict(list)
    for what, ids in hers.items():
        gone = select(person.c.code).where(person.c.active.is_(False), person.c.id.in_(ids))
        for code in db.scalars(gone.order_by(person.c.code)):
            found[code].append(what)
    return dict(found)


def nobodys(db: Connection) -> list[tuple[str, str]]:
    """What waits for an answer while everybody who was told has left: its kind, its ref."""
    waits = {
        "alert": (alert, alert_told, alert_told.c.alert_id, alert.c.state == "raised"),
        "order": (
            request,
            request_told,
            request_told.c.request_id,
            request.c.state.in_(TO_PACK),
        ),
    }
    found = []
    for what, (table, told, thing, is_open) in waits.items():
        there = exists().where(thing == table.c.id, told.c.person_id == person.c.id, REACHED)
        refs = select(table.c.ref).where(is_open, ~there).order_by(table.c.id)
        found += [(what, ref) for ref in db.scalars(refs)]
    return found


def waiting_for_who(db: Connection) -> int:
    """How many SMS of shared phones wait for the word who sent them."""
    rows = select(func.count()).select_from(inbound).where(inbound.c.state == "who")
    return db.scalar(rows) or 0
