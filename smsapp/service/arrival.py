"""What has arrived of an order: read from her ledger, so that a receipt mended is mended here too.

A receipt belongs to the newest order that was packed by then and lacks something; what is over
goes to older ones, and what nobody packed stands in the ledger alone. Who got it before the
facility said that it is ready has told of it already: what came since it was asked for, and was of
no other order, settles one that is packed later if it covers all of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import packlist
from smsapp.service.people import contacts
from smsapp.service.tell_order import put, remind_of
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.orders import Arrival
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


@dataclass(frozen=True, eq=False)
class Loose:
    """What came and was of no order. `home`: the order beside which it stands meanwhile."""

    came: Arrival
    home: Parcel | None


@dataclass(frozen=True)
class Arrived:
    """What became of her orders: `received`, `short`, `part` of it told yet, or `none` is open."""

    outcome: str
    ref: str = ""
    missing: str = ""


def settle(rt: Runtime, db: Connection, person: Person) -> Arrived:
    """Bring her orders in line with her ledger, after a receipt was told, mended or taken back, or
    an order was packed."""
    lock(db, person.id)
    training = person.training
    ready = store.of_person(db, person.id, ("ready",), training=training)
    edge = min([rt.now() - LOOKED_BACK, *(one.requested_at for one in ready)])
    parcels = _parcels(db, person, edge - LOOKED_BACK)  # of what came since, some was of these
    if not parcels:
        return Arrived("none")
    since = min(one.request.requested_at for one in parcels)
    _share(parcels, orders.arrivals(db, person.id, since, training=training))
    brought = [_bring(rt, db, person, one) for one in parcels if one.at >= edge]
    return brought[-1] if brought else Arrived("none")


def packed_for(rt: Runtime, db: Connection, person: Person) -> dict[str, dict[str, int]]:
    """What waits for her: ref -> product -> units."""
    return {
        one.request.ref: {product: amount for product, amount in one.packed.items() if amount}
        for one in _parcels(db, person, rt.now())
        if one.request.state == "ready"
    }


def _parcels(db: Connection, person: Person, since: datetime) -> list[Parcel]:
    """What is packed for her, and what she collected that was packed since then, oldest first."""
    found = []
    for request in store.sent_to(db, person.id, since, training=person.training):
        lines = orders.lines_of(db, request.id)
        packed = {one.product: one.packed for one in lines if one.packed is not None}
        if packed and request.answered_at:
            found.append(Parcel(request, request.answered_at, packed))
    return found


def _share(parcels: Sequence[Parcel], arrivals: Sequence[Arrival]) -> None:
    """Give what came to the orders that it may be of, in the order in which all of it happened."""
    later, loose = list(parcels), list[Loose]()
    for one in arrivals:
        while later and later[0].at <= one.at:
            _claim(later.pop(0), loose)
        loose += _give([parcel for parcel in reversed(parcels) if parcel.at <= one.at], one)
    for parcel in later:
        _claim(parcel, loose)


def _give(packed: Sequence[Parcel], came: Arrival) -> list[Loose]:
    """Give one arrival to what was packed by then, the newest first. Gives what none of it lacked;
    what is over of the rest stands beside the newest."""
    known, rest = [one for one in packed if came.product in one.packed], came.amount
    for one in known:
        share = min(rest, max(0, one.lacks(came.product)))
        if share or one is known[0]:
            one.got[came.product] = one.got.get(came.product, 0) + share
            rest -= share
    if known:
        known[0].got[came.product] += rest
    return [Loose(came, known[0] if known else None)] if rest == came.amount else []


def _claim(parcel: Parcel, loose: list[Loose]) -> None:
    """What she told of since she asked for it is this order's, if it covers all that was packed."""
    needs = {product: amount for product, amount in parcel.packed.items() if amount}
    taken, sums = list[Loose](), Counter[str]()
    since = parcel.request.requested_at
    for one in loose:
        came = one.came
        if came.at >= since and sums[came.product] < needs.get(came.product, 0):
            taken.append(one)
            sums[came.product] += came.amount
    if any(sums[product] < amount for product, amount in needs.items()):
        return
    parcel.got = dict(sums)
    for one in taken:
        loose.remove(one)
        if one.home:
            one.home.got[one.came.product] -= one.came.amount


def _bring(rt: Runtime, db: Connection, person: Person, parcel: Parcel) -> Arrived:
    """One order as its ledger has it: collected when all that was packed is told of."""
    request, now = parcel.request, rt.now()
    before = orders.short_of(db, request.id) if request.state == "received" else {}
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
    if short and (not known or short != (before or short)):
        orders.note(db, request.id, now, "short", person.id)
        if not known:
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
