"""What supervisors ask of CHWs in their own words: one row a CHW, and whether it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, update

from smsapp.store.catchment import UNDER
from smsapp.store.connect import insert_into
from smsapp.store.tables import errand, person

OPEN = ("sent", "kept")  # told to her, or to be found on her list
LISTED = 97  # of what was sent: the most that a list offers


@dataclass(frozen=True)
class Errand:
    """One CHW's part of what was sent."""

    id: int
    ref: str
    report_id: int
    supervisor_id: int
    chw_id: int
    on_day: date  # where the programme works
    text: str
    state: str  # planned sent kept dropped done
    done_in: int | None


@dataclass(frozen=True)
class Sent:
    """What was sent at once, to one CHW or to several."""

    report_id: int
    supervisor_short: str
    on_day: date
    text: str
    asked: int
    done: int


def add(db: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Plan these; gives how many are new: the same words to the same CHW and day are one."""
    adding = insert_into(db, errand).values(list(rows)).on_conflict_do_nothing()
    return len(db.scalars(adding.returning(errand.c.id)).all())


def of_report(db: Connection, report_id: int) -> list[Errand]:
    """What one message made, by CHW."""
    return _listed(db, select(errand).where(errand.c.report_id == report_id))


def same(db: Connection, supervisor_id: int, day: date, text: str) -> Errand | None:
    """The latest with the same words for the same day."""
    mine = (errand.c.supervisor_id == supervisor_id) & (errand.c.on_day == day)
    found = _listed(db, select(errand).where(mine, errand.c.text == text))
    return found[-1] if found else None


def messages_since(db: Connection, supervisor_id: int, since: datetime) -> int:
    """How many messages he wrote since then."""
    query = select(func.count(errand.c.report_id.distinct()))
    mine = (errand.c.supervisor_id == supervisor_id) & (errand.c.created_at >= since)
    return db.scalar(query.where(mine)) or 0


def due(db: Connection, now: datetime, limit: int) -> list[Errand]:
    """Planned ones whose time has come, oldest first."""
    query = select(errand).where(errand.c.state == "planned", errand.c.due_at <= now)
    return _listed(db, query.order_by(errand.c.due_at).limit(limit))


def settle(db: Connection, errand_id: int, state: str) -> bool:
    """What became of a planned one. False: another clock was quicker."""
    mine = (errand.c.id == errand_id) & (errand.c.state == "planned")
    return db.execute(update(errand).where(mine).values(state=state)).rowcount == 1


def open_of(db: Connection, chw_id: int) -> list[Errand]:
    """What is asked of her and not done, oldest first."""
    query = select(errand).where(errand.c.chw_id == chw_id, errand.c.state.in_(OPEN))
    return _listed(db, query)


def of_ref(db: Connection, chw_id: int, ref: str) -> list[Errand]:
    """What was asked of her under this ref, done or not."""
    told = errand.c.state.in_((*OPEN, "done"))
    return _listed(db, select(errand).where(errand.c.chw_id == chw_id, errand.c.ref == ref, told))


def done_in(db: Connection, report_id: int) -> Errand | None:
    """The one that this report said was done."""
    found = _listed(db, select(errand).where(errand.c.done_in == report_id))
    return found[0] if found else None


def finish(db: Connection, errand_id: int, report_id: int, at: datetime) -> bool:
    """It is done, as this report says. False: it was done already."""
    mine = (errand.c.id == errand_id) & errand.c.state.in_(OPEN)
    done = update(errand).where(mine).values(state="done", done_in=report_id, done_at=at)
    return db.execute(done).rowcount == 1


def _listed(db: Connection, query: Select[Any]) -> list[Errand]:
    return [_errand(row) for row in db.execute(query.order_by(errand.c.id))]


def _errand(row: Row[Any]) -> Errand:
    return Errand(**{name: row._mapping[name] for name in Errand.__dataclass_fields__})


def _sent() -> Select[Any]:
    boss = person.alias("boss")
    return (
        select(
            errand.c.report_id,
            boss.c.short.label("supervisor_short"),
            errand.c.on_day,
            errand.c.text,
            func.count(errand.c.id).label("asked"),
            func.sum(case((errand.c.state == "done", 1), else_=0)).label("done"),
        )
        .join(boss, boss.c.id == errand.c.supervisor_id)
        .group_by(errand.c.report_id, boss.c.short, errand.c.on_day, errand.c.text)
        .order_by(errand.c.report_id.desc())
        .limit(LISTED)
    )


def sent_by(db: Connection, supervisor_id: int, since: datetime) -> list[Sent]:
    """What he sent since then, newest first."""
    query = _sent().where(errand.c.supervisor_id == supervisor_id, errand.c.created_at >= since)
    return [Sent(**row._mapping) for row in db.execute(query)]


def sent_under(db: Connection, top: int, since: datetime, *, training: bool) -> list[Sent]:
    """What was sent to CHWs under a place since then, newest first."""
    chw = person.alias("chw")
    query = _sent().join(chw, chw.c.id == errand.c.chw_id)
    query = query.where(chw.c.place_id.in_(select(UNDER.c.id)), chw.c.training == training)
    query = query.where(errand.c.created_at >= since)
    return [Sent(**row._mapping) for row in db.execute(query, {"top": top})]
