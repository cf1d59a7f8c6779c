"""Lots that are called back: whom each reached, and what they have said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, exists, func, or_, select, update

from smsapp.store.connect import each_insert
from smsapp.store.tables import holding, person, recall, recall_answer, reminder


@dataclass(frozen=True)
class Recall:
    """A lot that nobody may use any more."""

    id: int
    ref: str
    product: str
    lot: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """One recall and one person who is to answer it. `answer`: aside, none, or empty."""

    recall: Recall
    person_id: int
    code: str
    role: str
    answer: str
    amount: int | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Tally:
    """How far a recall has come. `aside`: units that were set aside."""

    recall: Recall
    asked: int
    answered: int
    aside: int


@dataclass(frozen=True)
class Silent:
    """Somebody who has not answered. `next_at` None: nobody hears of it again."""

    person_id: int
    name: str
    role: str
    next_at: datetime | None
    step: int | None  # of the chain, at `next_at`


ADD = each_insert(recall, lambda new: new.on_conflict_do_nothing().returning(recall.c.id))
PEOPLE = each_insert(recall_answer, lambda new: new.on_conflict_do_nothing())
PARTS = ("id", "ref", "product", "lot", "reason", "at")


def add(db: Connection, **values: Any) -> int | None:
    """Write a recall; gives its id. None: this lot, or this ref, is there already."""
    row: int | None = db.scalars(ADD[db.dialect.name], [values]).one_or_none()
    return row


def find(db: Connection, product: str, lot: str) -> Recall | None:
    """The recall of this lot."""
    query = select(recall).where(recall.c.product == product, recall.c.lot == lot)
    row = db.execute(query).one_or_none()
    return _recall(row) if row else None


def every(db: Connection) -> list[Recall]:
    """All of them, latest first."""
    return [_recall(row) for row in db.execute(select(recall).order_by(recall.c.id.desc()))]


def tallies(db: Connection, limit: int) -> list[Tally]:
    """How far each recall has come, the latest first."""
    latest = select(recall).order_by(recall.c.id.desc()).limit(limit).subquery()
    one = recall_answer.c
    query = (
        select(
            latest,
            func.count(one.person_id).label("asked"),
            func.count(one.answered_at).label("answered"),
            func.coalesce(func.sum(one.amount), 0).label("aside"),
        )
        .outerjoin(recall_answer, one.recall_id == latest.c.id)
        .group_by(*latest.c)
        .order_by(latest.c.id.desc())
    )
    return [
        Tally(_recall(row), row.asked, row.answered, int(row.aside)) for row in db.execute(query)
    ]


def silent(db: Connection, found: Recall, kind: str, limit: int) -> list[Silent]:
    """Who has not answered, those first of whom nobody hears again. `kind`: of their chains."""
    mine = (reminder.c.person_id == person.c.id) & (reminder.c.kind == kind)
    planned = and_(mine, reminder.c.period == found.ref, reminder.c.state == "planned")
    query = (
        select(
            person.c.id, person.c.name, person.c.role, reminder.c.due_at, reminder.c.step
        )
        .join(recall_answer, recall_answer.c.person_id == person.c.id)
        .outerjoin(reminder, planned)
        .where(recall_answer.c.recall_id == found.id, recall_answer.c.answered_at.is_(None))
        .order_by(reminder.c.due_at.is_not(None), recall_answer.c.told_at, person.c.code)
        .limit(limit)
    )  # fmt: skip
    return [Silent(row.id, row.name, row.role, row.due_at, row.step) for row in db.execute(query)]


def unask(db: Connection, recall_id: int, person_id: int) -> None:
    """Another answers in her place."""
    mine = (recall_answer.c.recall_id == recall_id, recall_answer.c.person_id == person_id)
    db.execute(delete(recall_answer).where(*mine))


def holders(db: Connection, product: str, roles: Sequence[str], *, unasked: int) -> list[int]:
    """Ids of the active people of these roles who hold a product, or may: nothing is recorded.

    Without those who are asked in this recall already.
    """
    asked = (recall_answer.c.recall_id == unasked) & (recall_answer.c.person_id == person.c.id)
    hers = holding.c.person_id == person.c.id
    held = select(holding.c.product).where(hers, holding.c.product == product).exists()
    nothing = ~select(holding.c.product).where(hers).exists()
    query = select(person.c.id).where(person.c.active, person.c.role.in_(roles))
    query = query.where(~exists().where(asked))
    return list(db.scalars(query.where(or_(held, nothing)).order_by(person.c.id)))


def ask(db: Connection, recall_id: int, ids: Sequence[int], at: datetime) -> None:
    """From now on each of them is to answer."""
    rows = [{"recall_id": recall_id, "person_id": one, "told_at": at, "answer": ""} for one in ids]
    if rows:
        db.execute(PEOPLE[db.dialect.name], rows)


def answer(
    db: Connection, recall_id: int, person_id: int, said: str, amount: int | None, at: datetime
) -> None:
    """What this person says of it now; she may say otherwise later."""
    mine = (recall_answer.c.recall_id == recall_id, recall_answer.c.person_id == person_id)
    values = {"answer": said, "amount": amount, "answered_at": at}
    db.execute(update(recall_answer).where(*mine).values(values))


def asked_of(db: Connection, person_id: int) -> list[Asked]:
    """What this person was asked, answered or not, oldest first."""
    return _asked(db, _all().where(recall_answer.c.person_id == person_id))


def unanswered(db: Connection, ids: Collection[int]) -> set[tuple[int, str]]:
    """What these people have not answered: each person with the ref of the recall."""
    query = (
        select(recall_answer.c.person_id, recall.c.ref)
        .join(recall, recall.c.id == recall_answer.c.recall_id)
        .where(recall_answer.c.person_id.in_(ids), recall_answer.c.answer == "")
    )
    return {(row.person_id, row.ref) for row in db.execute(query)}


def asked_in(db: Connection, recall_id: int) -> list[Asked]:
    """Everybody who was asked, by code."""
    return _asked(db, _all().where(recall.c.id == recall_id))


def _all() -> Select[Any]:
    return (
        select(recall, recall_answer, person.c.code, person.c.role)
        .join(recall_answer, recall_answer.c.recall_id == recall.c.id)
        .join(person, person.c.id == recall_answer.c.person_id)
        .order_by(recall.c.id, person.c.code)
    )


def _asked(db: Connection, query: Select[Any]) -> list[Asked]:
    return [
        Asked(
            _recall(row), row.person_id, row.code, row.role, row.answer, row.amount,
            row.answered_at,
        )
        for row in db.execute(query)
    ]  # fmt: skip


def _recall(row: Row[Any]) -> Recall:
    return Recall(**{name: row._mapping[name] for name in PARTS})
