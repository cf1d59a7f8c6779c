"""A person whom her supervisor adds: a code that is free, and one registration of a number."""

from typing import Any

from sqlalchemy import Connection, func, select

from smsapp.store.connect import insert_into
from smsapp.store.tables import person


def lock_phone(db: Connection, phone: str) -> None:
    """Nobody else registers this number before this transaction ends."""
    if db.dialect.name == "postgresql":  # SQLite has one writer
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(phone, 0))))


def codes_with(db: Connection, prefix: str) -> set[str]:
    """The codes that begin so."""
    query = select(person.c.code).where(person.c.code.startswith(prefix, autoescape=True))
    return set(db.scalars(query))


def add_person(db: Connection, **values: Any) -> int | None:
    """Add a person and give her id. None: somebody has this code."""
    adding = insert_into(db, person).values(**values)
    adding = adding.on_conflict_do_nothing(index_elements=["code"])
    found: int | None = db.scalar(adding.returning(person.c.id))
    return found


def training_of(db: Connection, person_id: int) -> dict[str, Any]:
    """The training mark of this person, with its end."""
    columns = select(person.c.training, person.c.training_until)
    return dict(db.execute(columns.where(person.c.id == person_id)).one()._mapping)
