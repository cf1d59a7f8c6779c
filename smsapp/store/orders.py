"""An order line by line: what is asked for, packed and received; and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from smsapp.store.tables import request, request_event, request_line, stock_movement


@dataclass(frozen=True)
class Line:
    """One product of an order, in single units. None: nobody has said yet."""

    product: str
    asked: int
    packed: int | None
    received: int | None


@dataclass(frozen=True)
class Event:
    """What happened to an order, when, and who did it or was told."""

    at: datetime
    what: str
    person_id: int | None


@dataclass(frozen=True)
class Arrival:
    """What her ledger says came in: so many single units of a product."""

    at: datetime
    product: str
    amount: int


def move(
    db: Connection,
    request_id: int,
    before: Sequence[str],
    state: str,
    at: datetime,
    person_id: int | None,
    *,
    what: str = "",
    answers: bool = False,
) -> bool:
    """Bring an order from one of the states `before` to another; one statement decides.

    `answers`: this is the answer that the CHW hears, and whose it is. False: it was not there.
    """
    answered = {"answered_at": at, "answered_by": person_id} if answers else {}
    mine = (request.c.id == request_id, request.c.state.in_(before))
    if db.execute(update(request).where(*mine).values(state=state, **answered)).rowcount != 1:
        return False
    note(db, request_id, at, what or state, person_id)
    return True


def note(db: Connection, request_id: int, at: datetime, what: str, person_id: int | None) -> None:
    """Write down what happened to an order."""
    row = {"request_id": request_id, "at": at, "what": what, "person_id": person_id}
    db.execute(insert(request_event).values(row))


def events(db: Connection, request_id: int) -> list[Event]:
    """What happened to an order, oldest first."""
    query = select(request_event).where(request_event.c.request_id == request_id)
    rows = db.execute(query.order_by(request_event.c.id))
    return [Event(row.at, row.what, row.person_id) for row in rows]


def lines_of(db: Connection, request_id: int) -> list[Line]:
    """The lines of an order, by product."""
    query = select(request_line).where(request_line.c.request_id == request_id)
    rows = db.execute(query.order_by(request_line.c.product))
    return [Line(row.product, row.asked, row.packed, row.received) for row in rows]


def set_asked(db: Connection, request_id: int, asked: Mapping[str, int]) -> None:
    """This is what is asked for now; nobody has packed any of it."""
    db.execute(delete(request_line).where(request_line.c.request_id == request_id))
    rows = [{"request_id": request_id, "product": one, "asked": asked[one]} for one in asked]
    if rows:
        db.execute(insert(request_line), rows)


def set_packed(db: Connection, request_id: int, packed: Mapping[str, int]) -> None:
    """So much of each was packed; what of it has arrived is to be read anew."""
    for product, amount in packed.items():
        mine = (request_line.c.request_id == request_id, request_line.c.product == product)
        db.execute(update(request_line).where(*mine).values(packed=amount, received=None))


def set_received(db: Connection, request_id: int, received: Mapping[str, int | None]) -> None:
    """So much of each has arrived; None: she has not said."""
    for product, amount in received.items():
        mine = (request_line.c.request_id == request_id, request_line.c.product == product)
        db.execute(update(request_line).where(*mine).values(received=amount))


def short_of(db: Connection, request_id: int) -> dict[str, int]:
    """What was packed and did not arrive: product -> units."""
    lines = lines_of(db, request_id)
    told = [one for one in lines if one.packed is not None and one.received is not None]
    gaps = {one.product: (one.packed or 0) - (one.received or 0) for one in told}
    return {product: gap for product, gap in gaps.items() if gap > 0}


def short(db: Connection, reports: Collection[int]) -> set[int]:
    """Those of these reports of whose order less arrived than was packed."""
    query = (
        select(request.c.report_id)
        .join(request_line, request_line.c.request_id == request.c.id)
        .where(request.c.report_id.in_(reports), request_line.c.packed > request_line.c.received)
    )
    return set(db.scalars(query))


def arrivals(db: Connection, person_id: int, since: datetime, *, training: bool) -> list[Arrival]:
    """What her ledger says came in since then, oldest first."""
    query = (
        select(stock_movement.c.at, stock_movement.c.product, stock_movement.c.amount)
        .where(stock_movement.c.person_id == person_id, stock_movement.c.kind == "received")
        .where(stock_movement.c.at >= since, stock_movement.c.replaced_at.is_(None))
        .where(stock_movement.c.training == training)
        .order_by(stock_movement.c.at, stock_movement.c.id)
    )
    return [Arrival(row.at, row.product, row.amount) for row in db.execute(query)]
