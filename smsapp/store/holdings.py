"""Which products a person holds."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, delete, insert, select

from smsapp.store.tables import holding

HELD = (
    select(holding.c.product)
    .where(holding.c.person_id == bindparam("person_id"))
    .order_by(holding.c.product)
)


def held(db: Connection, person_id: int) -> tuple[str, ...]:
    """The ids of the products recorded for this person; none: all of the file."""
    return tuple(db.scalars(HELD, {"person_id": person_id}))


def held_by(db: Connection, ids: Collection[int]) -> dict[int, set[str]]:
    """The same of several people; absent: none is recorded."""
    found: dict[int, set[str]] = {}
    for row in db.execute(select(holding).where(holding.c.person_id.in_(ids))):
        found.setdefault(row.person_id, set()).add(row.product)
    return found


def set_held(db: Connection, person_id: int, products: Iterable[str]) -> None:
    """From now on this person holds these products, and no others; none means all of the file."""
    db.execute(delete(holding).where(holding.c.person_id == person_id))
    rows = [{"person_id": person_id, "product": one} for one in sorted(set(products))]
    if rows:
        db.execute(insert(holding), rows)
