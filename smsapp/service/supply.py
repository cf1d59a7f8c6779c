"""Resupply: a CHW asks for medicine, or her count does; somebody packs it, or approves it first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import remind
from smsapp.service.people import contacts, reached
from smsapp.service.tell_order import put, remind_of, tell, tell_ended, text_of, those_told
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.people import Person, lock, person_by_id
from smsapp.store.requests import OPEN, OpenRequest, Request

TOLD_ROLES = ("supervisor", "facility")
PACKERS = ("facility", "supervisor", "district")  # the first of these that has anybody
ABOVE = ("supervisor", "district")  # whose word approves; asked for it likewise
APPROVERS = ABOVE[:1]  # without any, nothing waits for approval
PACKING_CHAINS = ("order_urgent", "order_unanswered")
NOT_PACKED = (*OPEN, "stocked_out")  # nothing waits for her yet: she may take it back


def order(
    rt: Runtime,
    db: Connection,
    person: Person,
    report_id: int,
    ref: str,
    asked: Mapping[str, int],
    *,
    urgent: bool = False,
    again: str = "",
    instead: Sequence[Request] = (),
) -> str:
    """Write an order of so many units each; tell who packs it, or who approves it first.

    `done`; `nobody` is there to tell; `none` where nothing is asked for. The same report again
    changes its order while nobody has packed it; `again` names that correction. `instead`: the
    orders that `replace` has ended for it, which whoever was told of them hears too.
    """
    known = store.of_report(db, report_id)
    if known is not None or not asked:
        tell_ended(rt, db, person, instead)
    if known is not None:
        _change(rt, db, person, known, asked, again)
        return "done" if store.told(db, known.id) else "nobody"
    if not asked:
        return "none"
    approvers = contacts(db, person, APPROVERS, rt.now()) if rt.settings.approve_orders else []
    more = {"urgent": urgent, "wants_approval": bool(approvers)}
    request = _write(rt, db, person, report_id, ref, sorted(asked), **more)
    orders.set_asked(db, request.id, asked)
    if not approvers:
        return tell_packers(rt, db, request, person, instead)
    tell_ended(rt, db, person, instead)
    _ask_approval(rt, db, request, person, instead=instead)
    return "done"


def _ask_approval(
    rt: Runtime,
    db: Connection,
    request: Request,
    person: Person,
    what: str = "",
    instead: Sequence[Request] = (),
) -> None:
    for kind in PACKING_CHAINS:
        remind.drop(rt, db, request.report_id, kind)
    for role in ABOVE:
        for one in contacts(db, person, [role], rt.now()):
            tell(rt, db, request, one, text_of(rt, db, request, person, one, "order.approve"), what)
        if reached(rt, db, person, [role]):
            break
    kind = "order_urgent_unapproved" if request.urgent else "order_unapproved"
    remind_of(rt, db, request, kind, instead)


def _write(
    rt: Runtime,
    db: Connection,
    person: Person,
    report_id: int,
    ref: str,
    items: Sequence[str],
    **more: Any,
) -> Request:
    now = rt.now()
    values = {"ref": ref, "report_id": report_id, "items": list(items), "requested_at": now}
    values |= {"person_id": person.id, "training": person.training, "state": "requested"}
    request_id = store.add_request(db, **values, **more)
    orders.note(db, request_id, now, "requested", person.id)
    return store.request_by_id(db, request_id)


def add_rest(
    rt: Runtime,
    db: Connection,
    chw: Person,
    of: Request,
    report_id: int,
    ref: str,
    asked: Mapping[str, int],
    by: Person,
) -> Request:
    """What was not there of this order, as an order of its own that is out of stock."""
    made = _write(rt, db, chw, report_id, ref, sorted(asked), urgent=of.urgent)
    orders.set_asked(db, made.id, asked)
    orders.move(db, made.id, OPEN, "stocked_out", rt.now(), by.id, answers=True)
    store.add_told(db, made.id, by.id, rt.now())  # until somebody above is told
    made = store.request_by_id(db, made.id)
    remind_of(rt, db, made, "order_out")
    return made


def _change(
    rt: Runtime,
    db: Connection,
    person: Person,
    known: Request,
    asked: Mapping[str, int],
    again: str,
) -> None:
    """Her correction asks for something else, and nobody has packed it."""
    lines = {one.product: one.asked for one in orders.lines_of(db, known.id)}
    if lines == asked:
        return
    if not asked:
        withdraw(rt, db, person, known.report_id)
    elif orders.move(db, known.id, OPEN, known.state, rt.now(), person.id, what="changed"):
        store.set_items(db, known.id, sorted(asked))
        orders.set_asked(db, known.id, asked)
        if known.state == "approved":  # of other amounts
            orders.move(db, known.id, ("approved",), "requested", rt.now(), person.id)
            store.forget_told(db, known.id)
            _ask_approval(rt, db, known, person, again)
            return
        word = "order.approve" if known.wants_approval else "order.pack"
        for one in those_told(rt, db, known):
            text = text_of(rt, db, known, person, one, word)
            put(rt, db, f"request:{known.id}:{one.id}:{again}", one, text)


def tell_packers(
    rt: Runtime,
    db: Connection,
    request: Request,
    person: Person,
    instead: Sequence[Request] = (),
) -> str:
    """Tell those who pack, up to the lowest place that can be told: `done`, or `nobody` can.

    They hear in one SMS of this order and of the one in whose place it is.
    """
    remind_of(rt, db, request, "order_urgent" if request.urgent else "order_unanswered", instead)
    turn = sum(one.what == "approved" for one in orders.events(db, request.id))
    what = f"again{turn}" if turn > 1 else ""
    known = {who: one.ref for one in instead for who in store.told(db, one.id)}
    named, outcome = dict[int, str](), "nobody"
    for role in PACKERS:
        for one in contacts(db, person, [role], rt.now()):
            named[one.id] = known.get(one.id, "")
            text = text_of(rt, db, request, person, one, "order.pack", named[one.id])
            tell(rt, db, request, one, text, what)
        if reached(rt, db, person, [role]):
            outcome = "done"  # who is not hears of it when they dial
            break
    tell_ended(rt, db, person, instead, named)
    return outcome


def withdraw(rt: Runtime, db: Connection, person: Person, report_id: int) -> bool:
    """She takes back what she asked for; those told hear so. False: it is packed, or is none."""
    request = store.of_report(db, report_id)
    if request is None or not _end(rt, db, person, request):
        return False
    tell_ended(rt, db, person, [request])
    return True


def _end(rt: Runtime, db: Connection, person: Person, request: Request) -> bool:
    lock(db, request.person_id)
    return orders.move(db, request.id, NOT_PACKED, "cancelled", rt.now(), person.id)


def replace(rt: Runtime, db: Connection, person: Person, report_id: int) -> list[Request]:
    """A new count of hers ends every order that nobody has packed, oldest first.

    `order`, or `tell_ended`, says so to those told.
    """
    waiting = store.of_person(db, person.id, NOT_PACKED, training=person.training)
    return [
        one for one in waiting if one.report_id != report_id and _end(rt, db, person, one)
    ]  # fmt: skip


def chw_of(rt: Runtime, db: Connection, request: Request) -> Person | None:
    """Who asked for it."""
    return person_by_id(db, request.person_id, rt.now())


def open_requests(db: Connection, person: Person, now: datetime) -> list[OpenRequest]:  # noqa: ARG001
    """The requests that wait for this person, oldest first."""
    return store.open_for(db, person.id, person.training)
