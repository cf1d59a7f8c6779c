"""What has arrived of an order: read from her ledger, so that a receipt mended is mended here too.

A receipt belongs to the newest order that was packed by then and lacks something; what is over
goes to older ones, and what nobody packed stands in the ledger alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import packlist
from smsapp.service.people import contacts
from smsapp.service.supply import put, remind_of
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.people import Person, lock, person_by_id
from smsapp.store.requests import Request

LOOKED_BACK = timedelta(days=60)  # what was collected of orders before is history: two counts later
SHORT_ROLES = ("supervisor",)  # who hear of it besides whoever packed


@dataclass
class Parcel:
    """One order that was packed, and what arrived of it so far."""

    request: Request
    at: datetime  # when it was packed
    packed: Mapping[str, int]
    got: dict[str, int] = field(default_factory=dict)

    def lacks(self, product: str) -> int:
        return self.packed.get(product, 0) - self.got.get(product, 0)


@dataclass(frozen=True)
class Arrived:
    """What became of her orders: `received`, `short`, `part` of it told yet, or `none` is open."""

    outcome: str
    ref: str = ""
    missing: str = ""


def settle(rt: Runtime, db: Connection, person: Person) -> Arrived:
    """Bring her orders in line with her ledger, after a receipt was told, mended or taken back."""
    lock(db, person.id)
    parcels = _parcels(rt, db, person)
    if not parcels:
        return Arrived("none")
    since, training = min(one.at for one in parcels), person.training
    for at, product, amount in orders.arrivals(db, person.id, since, training=training):
        _share(parcels, at, product, amount)
    return [_bring(rt, db, person, one) for one in parcels][-1]


def packed_for(rt: Runtime, db: Connection, person: Person) -> dict[str, dict[str, int]]:
    """What waits for her: ref -> product -> units."""
    return {
        one.request.ref: {product: amount for product, amount in one.packed.items() if amount}
        for one in _parcels(rt, db, person)
        if one.request.state == "ready"
    }


def _parcels(rt: Runtime, db: Connection, person: Person) -> list[Parcel]:
    found = []
    since, training = rt.now() - LOOKED_BACK, person.training
    for request in store.sent_to(db, person.id, since, training=training):
        lines = orders.lines_of(db, request.id)
        packed = {one.product: one.packed for one in lines if one.packed is not None}
        if packed and request.answered_at:
            found.append(Parcel(request, request.answered_at, packed))
    return found


def _share(parcels: list[Parcel], at: datetime, product: str, amount: int) -> None:
    """Give one arrival to the orders that it may be of, the newest first."""
    known = [one for one in reversed(parcels) if product in one.packed and one.at <= at]
    if not known:
        return
    for one in known:
        share = min(amount, max(0, one.lacks(product)))
        if share or one is known[0]:
            one.got[product] = one.got.get(product, 0) + share
            amount -= share
    known[0].got[product] += amount


def _bring(rt: Runtime, db: Connection, person: Person, parcel: Parcel) -> Arrived:
    """One order as its ledger has it: collected when all that was packed is told of."""
    request, now = parcel.request, rt.now()
    orders.set_received(db, request.id, {one: parcel.got.get(one) for one in parcel.packed})
    whole = all(one in parcel.got for one, amount in parcel.packed.items() if amount)
    if not whole:
        if orders.move(db, request.id, ("received",), "ready", now, person.id, what="reopened"):
            remind_of(rt, db, request, "order_collect")
        return Arrived("part" if parcel.got else "none", request.ref)
    orders.move(db, request.id, ("ready",), "received", now, person.id)
    short = orders.short_of(db, request.id)
    told = [one.what for one in orders.events(db, request.id) if one.what in ("short", "whole")]
    known = told[-1:] == ["short"]
    if short and not known:
        orders.note(db, request.id, now, "short", person.id)
        remind_of(rt, db, request, "order_short")
        _tell_short(rt, db, person, request, short)
    elif known and not short:
        orders.note(db, request.id, now, "whole", person.id)
    return Arrived("short" if short else "received", request.ref, packlist.amounts(short))


def _tell_short(
    rt: Runtime, db: Connection, person: Person, request: Request, short: Mapping[str, int]
) -> None:
    """Whoever packed it, and her supervisor, hear what did not arrive."""
    by = person_by_id(db, request.answered_by, rt.now()) if request.answered_by else None
    people = [by] if by and by.active and by.phone else []
    people += contacts(db, person, SHORT_ROLES, rt.now())
    values = {"ref": request.ref, "chw": person.short, "place": person.place_short}
    turn = sum(one.what == "short" for one in orders.events(db, request.id))
    for one in {one.id: one for one in people}.values():
        listed = packlist.amounts(short)
        text = packlist.text_that_fits(rt, db, one, "order.short", listed, len(short), **values)
        put(rt, db, f"request:{request.id}:short{turn}:{one.id}", one, text)
