"""The whole programme at once, for imports: everybody and every place, read and written by code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from smsapp.store.tables import holding, outbound, person, place


@dataclass(frozen=True)
class KnownPlace:
    """A place as stored."""

    id: int
    code: str
    name: str
    short: str
    kind: str
    parent_id: int | None


@dataclass(frozen=True)
class KnownPerson:
    """A person as stored."""

    id: int
    code: str
    name: str
    short: str
    phone: str | None
    role: str
    language: str
    place_id: int
    supervisor_id: int | None
    deputy_id: int | None
    active: bool
    training: bool
    training_until: datetime | None


def known_places(db: Connection) -> dict[str, KnownPlace]:
    """Every place, by code."""
    columns = [place.c[name] for name in KnownPlace.__dataclass_fields__]
    return {row.code: KnownPlace(*row) for row in db.execute(select(*columns))}


def known_people(db: Connection) -> dict[str, KnownPerson]:
    """Everybody, by code."""
    columns = [person.c[name] for name in KnownPerson.__dataclass_fields__]
    return {row.code: KnownPerson(*row) for row in db.execute(select(*columns))}


def add_places(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert places; their parents are set with `change_places`."""
    db.execute(insert(place), list(rows))


def change_places(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set these columns of these places; every row has the same columns and its id."""
    _change(db, place, rows)


def add_people(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert people; their supervisors are set with `change_people`."""
    db.execute(insert(person), list(rows))


def change_people(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set these columns of these people; every row has the same columns and its id."""
    _change(db, person, rows)


def _change(db: Connection, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    names = [name for name in rows[0] if name != "id"]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
    db.execute(
        statement,
        [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows],
    )


def known_products(db: Connection) -> dict[int, tuple[str, ...]]:
    """The products recorded for people, by person; who is not there holds all."""
    held: dict[int, tuple[str, ...]] = {}
    for row in db.execute(select(holding).order_by(holding.c.person_id, holding.c.product)):
        held[row.person_id] = (*held.get(row.person_id, ()), row.product)
    return held


def change_products(db: Connection, held: Mapping[int, Sequence[str]]) -> None:
    """From now on these people hold these products and no others; none: all."""
    if held:
        hers = holding.c.person_id == bindparam("who")
        db.execute(delete(holding).where(hers), [{"who": who} for who in held])
    rows = [{"person_id": who, "product": one} for who, found in held.items() for one in found]
    if rows:
        db.execute(insert(holding), rows)


def move_waiting(db: Connection, person_id: int, phone: str) -> None:
    """Her number changed: what still waits for her goes to the new one."""
    waits = (outbound.c.person_id == person_id) & (outbound.c.state == "queued")
    db.execute(update(outbound).where(waits).values(phone=phone))
