"""Drafts: fillings of flows that are not finished."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from smsapp.store.connect import each_insert
from smsapp.store.tables import draft


@dataclass(frozen=True)
class Draft:
    """A filling that is not finished."""

    id: int
    origin: str
    person_id: int
    flow: str
    version: int
    session: str
    text_length: int
    given: dict[str, Any]
    keys: list[list[str]]
    danger: bool
    report_id: int | None
    twin: bool
    state: str
    private: bool
    began_at: datetime
    due_at: datetime


ASKED_WITHIN = timedelta(hours=24)  # a late answer to a question still counts

FIND_DRAFT = select(draft).where(draft.c.origin == bindparam("name")).with_for_update()
SETTLE_DRAFT = update(draft).where(draft.c.origin == bindparam("name"))
PUT_DRAFT = each_insert(
    draft,
    lambda adding: adding.on_conflict_do_update(
        index_elements=["origin"],
        set_={
            column.name: adding.excluded[column.name]
            for column in draft.c
            if column.name not in ("id", "origin")
        },
    ),
)


def _draft(row: Row[Any]) -> Draft:
    return Draft(**{field.name: row._mapping[field.name] for field in fields(Draft)})


def drafts_of(db: Connection, person_id: int, now: datetime) -> list[Draft]:
    """Her open drafts that may still be taken up, newest first."""
    query = (
        select(draft)
        .where(draft.c.person_id == person_id, draft.c.state == "open", draft.c.due_at > now)
        .where(draft.c.twin.is_(False))
        .order_by(draft.c.began_at.desc(), draft.c.id.desc())
    )
    return [_draft(row) for row in db.execute(query)]


def twins_of(db: Connection, person_id: int, now: datetime) -> list[Draft]:
    """What she was asked in the last day, whether it is another: newest first, in any state."""
    query = (
        select(draft)
        .where(draft.c.person_id == person_id, draft.c.twin.is_(True))
        .where(draft.c.due_at > now - ASKED_WITHIN)
        .order_by(draft.c.due_at.desc(), draft.c.id.desc())
    )
    return [_draft(row) for row in db.execute(query)]


def twins_due(db: Connection, now: datetime, most: int) -> list[Draft]:
    """Questions about a child in danger that nobody answered in time."""
    query = (
        select(draft)
        .where(draft.c.state == "open", draft.c.due_at <= now, draft.c.twin, draft.c.danger)
        .order_by(draft.c.due_at, draft.c.id)
        .limit(most)
    )
    return [_draft(row) for row in db.execute(query)]


def draft_of_session(db: Connection, session: str) -> Draft | None:
    """The open draft that this gateway session holds."""
    query = (
        select(draft)
        .where(draft.c.session == session, draft.c.state == "open")
        .order_by(draft.c.text_length.desc(), draft.c.id.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    return _draft(row) if row else None


def draft_of_origin(db: Connection, name: str) -> Draft | None:
    """The draft of this origin, whatever became of it; locked where the database locks rows."""
    row = db.execute(FIND_DRAFT, {"name": name}).one_or_none()
    return _draft(row) if row else None


def draft_by_id(db: Connection, draft_id: int) -> Draft | None:
    """The draft of this id, None where it is no longer open."""
    query = select(draft).where(draft.c.id == draft_id, draft.c.state == "open")
    row = db.execute(query).one_or_none()
    return _draft(row) if row else None


def put_draft(db: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Write the draft of this origin, new or not."""
    db.execute(PUT_DRAFT[db.dialect.name], {"origin": name, **values})


def hold_draft(
    db: Connection, draft_id: int, session: str, text_length: int, due_at: datetime
) -> bool:
    """A session goes on with this draft. False: it is open no longer."""
    mine = update(draft).where(draft.c.id == draft_id, draft.c.state == "open")
    values = {"session": session, "text_length": text_length, "due_at": due_at}
    return db.execute(mine.values(values)).rowcount == 1


def expire_draft(db: Connection, draft_id: int, now: datetime) -> bool:
    """Offer it no longer. False: it is not open, or its time is not over."""
    due = (draft.c.id == draft_id, draft.c.state == "open", draft.c.due_at <= now)
    return db.execute(update(draft).where(*due).values(state="expired")).rowcount == 1


def settle_draft(db: Connection, name: str, state: str) -> None:
    """The draft of this origin is finished, or no longer offered."""
    db.execute(SETTLE_DRAFT, {"name": name, "state": state})


def drafts_due(
    db: Connection,
    now: datetime,
    most: int,
    *,
    of: Collection[str] | None = None,
    but: Collection[str] = (),
) -> list[Draft]:
    """Open drafts whose time is over. `of`: of these flows alone; `but`: of all but these."""
    query = (
        select(draft)
        .where(draft.c.state == "open", draft.c.due_at <= now, ~(draft.c.twin & draft.c.danger))
        .where(draft.c.flow.not_in(but) if of is None else draft.c.flow.in_(of))
        .order_by(draft.c.due_at, draft.c.id)
        .limit(most)
    )
    return [_draft(row) for row in db.execute(query)]
