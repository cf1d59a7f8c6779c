"""The ledger: what reports say of stock. Nothing is changed in it; what was wrong is replaced."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from smsapp.store.tables import person, report, stock_movement

STANDS = stock_movement.c.replaced_at.is_(None)


@dataclass(frozen=True)
class Movement:
    """One line of the ledger. `amount`: single units; of a count, what is left."""

    product: str
    kind: str  # count received lost expired
    amount: int
    at: datetime
    report_id: int


STANDING = (
    select(stock_movement)
    .where(stock_movement.c.person_id == bindparam("person_id"))
    .where(stock_movement.c.training == bindparam("training"))
    .where(STANDS, stock_movement.c.at >= bindparam("since"))
    .order_by(stock_movement.c.at, stock_movement.c.report_id, stock_movement.c.id)
)


def movements(
    db: Connection, person_id: int, since: datetime, *, training: bool
) -> dict[str, list[Movement]]:
    """What stands of this person since then, by product, in the order in which it happened."""
    found: dict[str, list[Movement]] = {}
    keys = {"person_id": person_id, "training": training, "since": since}
    for row in db.execute(STANDING, keys):
        one = Movement(row.product, row.kind, row.amount, row.at, row.report_id)
        found.setdefault(one.product, []).append(one)
    return found


def may_be_out(
    db: Connection, ids: Collection[int], since: datetime, now: datetime
) -> dict[tuple[int, str], list[Movement]]:
    """What stands of each product of these people that a count or a loss can have brought to none.

    By person and product, in the order in which it happened.
    """
    zero = stock_movement.alias("zero")
    brought = or_(
        and_(zero.c.kind == "count", zero.c.amount == 0), zero.c.kind.in_(("lost", "expired"))
    )
    empties = select(zero.c.id).where(
        zero.c.person_id == stock_movement.c.person_id,
        zero.c.product == stock_movement.c.product,
        zero.c.replaced_at.is_(None),
        zero.c.at >= since,
        brought,
    )
    until = person.c.training_until
    trains = and_(person.c.training, or_(until.is_(None), until > now))
    query = (
        select(stock_movement)
        .join(person, person.c.id == stock_movement.c.person_id)
        .where(stock_movement.c.person_id.in_(ids), STANDS, stock_movement.c.at >= since)
        .where(stock_movement.c.training == trains, empties.exists())
        .order_by(stock_movement.c.at, stock_movement.c.report_id, stock_movement.c.id)
    )
    found: dict[tuple[int, str], list[Movement]] = {}
    for row in db.execute(query):
        one = Movement(row.product, row.kind, row.amount, row.at, row.report_id)
        found.setdefault((row.person_id, row.product), []).append(one)
    return found


def last_counts(
    db: Connection, ids: Collection[int], since: datetime
) -> dict[tuple[int, bool], datetime]:
    """When each of these people counted last since then: by person, in training or not."""
    line = stock_movement.c
    query = (
        select(line.person_id, line.training, func.max(line.at).label("last"))
        .where(line.person_id.in_(ids), line.kind == "count", STANDS, line.at >= since)
        .group_by(line.person_id, line.training)
    )
    return {(row.person_id, row.training): row.last for row in db.execute(query)}


def write(
    db: Connection,
    report_id: int,
    kind: str,
    amounts: Mapping[str, int],
    now: datetime,
    *,
    person_id: int,
    training: bool,
    at: datetime,
) -> bool:
    """What this report says of this kind is now this. Gives whether anything changed: said again,
    nothing does.

    What it said before stays, as replaced. `amounts`: by product. `at`: when it was reported first.
    """
    db.execute(select(report.c.id).where(report.c.id == report_id).with_for_update())
    mine = (stock_movement.c.report_id == report_id, stock_movement.c.kind == kind)
    rows = db.execute(select(stock_movement).where(*mine, STANDS)).all()
    stood = {row.product: row.amount for row in rows}
    wrong = [row.id for row in rows if amounts.get(row.product) != row.amount]
    if wrong:
        gone = update(stock_movement).where(stock_movement.c.id.in_(wrong))
        db.execute(gone.values(replaced_at=now))
    of_all = {
        "person_id": person_id,
        "kind": kind,
        "report_id": report_id,
        "training": training,
        "at": at,
    }
    fresh = [
        {**of_all, "product": product, "amount": amount}
        for product, amount in amounts.items()
        if stood.get(product) != amount
    ]
    if fresh:
        db.execute(insert(stock_movement), fresh)
    return bool(wrong or fresh)


def drop(db: Connection, report_id: int, now: datetime) -> None:
    """Nothing of what this report said stands."""
    mine = (stock_movement.c.report_id == report_id, STANDS)
    db.execute(update(stock_movement).where(*mine).values(replaced_at=now))


def said_in(db: Connection, report_id: int, kind: str) -> dict[str, int]:
    """What stands of this kind in this report: product -> single units."""
    mine = (stock_movement.c.report_id == report_id, stock_movement.c.kind == kind)
    rows = db.execute(select(stock_movement).where(*mine, STANDS).order_by(stock_movement.c.id))
    return {row.product: row.amount for row in rows}
