"""Who hears what was packed of an order: the CHW, and of what is not there whoever stands above."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import packlist
from smsapp.service.people import contacts, reached, text_for
from smsapp.service.supply import NOT_PACKED, add_rest, withdraw
from smsapp.service.tell_order import put, tell
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.orders import Line
from smsapp.store.people import Person
from smsapp.store.requests import Request

FLOW = "orders"  # whose reports are these answers
Word = Literal["ready", "some", "stocked_out", "approved"]


@dataclass(frozen=True)
class Packing:
    """One answer to one order."""

    person: Person
    chw: Person
    request: Request
    lines: Sequence[Line]
    own: tuple[int, str]  # id and ref of the report that is the answer


def tell_chw(rt: Runtime, db: Connection, packing: Packing, word: Word) -> None:
    """She hears what is ready for her and where, and what is not there."""
    request, chw, lines = packing.request, packing.chw, packing.lines
    if not chw.phone:
        return
    values = {"place": packing.person.place_short, "ref": request.ref}
    missing = packlist.missing(lines)
    if word == "stocked_out" or not lines:
        text = text_for(rt, db, chw, f"request.{word}", **values)
    else:
        said = "order.partly" if missing else "order.ready"
        count = sum(1 for one in lines if one.packed)
        listed = packlist.packed(lines)
        more = {"missing": missing, "total": str(len(lines))}
        text = packlist.text_that_fits(rt, db, chw, said, listed, count, **values, **more)
    put(rt, db, f"request:{request.id}:chw:{word}{_turn(db, request)}", chw, text)


def tell_missing(rt: Runtime, db: Connection, packing: Packing) -> None:
    """She has what is there already: of the rest she hears that somebody else is asked."""
    request, chw, missing = packing.request, packing.chw, packlist.missing(packing.lines)
    if missing and chw.phone:
        values = {"place": packing.person.place_short, "ref": request.ref, "missing": missing}
        text = text_for(rt, db, chw, "order.missing", **values)
        put(rt, db, f"request:{request.id}:chw:missing{_turn(db, request)}", chw, text)


def _turn(db: Connection, request: Request) -> str:
    """Which answer to this order it is: each is told, none twice."""
    turn = sum(1 for one in orders.events(db, request.id) if one.what in ("ready", "stocked_out"))
    return "" if turn == 1 else f":{turn}"


def ask_further(rt: Runtime, db: Connection, packing: Packing) -> None:
    """Nothing is there: it waits for whoever stands above the one who has none.

    Where the district's number is long silent, for the supervisor too.
    """
    request, person, lines = packing.request, packing.person, packing.lines
    out = " ".join(one.product.upper() for one in lines) or " ".join(request.items)
    values = {"ref": request.ref, "chw": packing.chw.short, "place": person.place_short}
    asked: list[Person] = []
    for role in ("district", "supervisor"):
        found = contacts(db, packing.chw, [role], rt.now())
        asked += [one for one in found if one.id != person.id]
        if any(one.id != person.id for one in reached(rt, db, packing.chw, [role])):
            break
    if asked:
        store.forget_told(db, request.id)
    for one in asked:
        text = packlist.text_that_fits(rt, db, one, "order.out", out, len(out.split()), **values)
        tell(rt, db, request, one, text, what=f"out{_turn(db, request)}")


def ask_for_rest(rt: Runtime, db: Connection, packing: Packing, word: Word) -> None:
    """Of what is ready in part the rest is an order of its own, under the ref of this answer.

    What this answer was before, and no longer is, is asked for no more.
    """
    products = {one.product for one in packing.lines}
    rest = {one.product: one.asked for one in packing.lines if one.packed == 0}
    rest = rest if word == "ready" else {}
    chw, mine = packing.chw, packing.request
    for one in store.of_person(db, chw.id, NOT_PACKED, training=mine.training):
        asked = {line.product: line.asked for line in orders.lines_of(db, one.id)}
        if one.id == mine.id or not store.is_rest(db, one, FLOW):
            rest = {name: rest[name] for name in rest.keys() - asked.keys() if one.id != mine.id}
        elif rest == asked:
            return
        elif asked.keys() <= products:
            withdraw(rt, db, packing.person, one.report_id)
    if rest:
        request = add_rest(rt, db, chw, mine, *packing.own, rest, by=packing.person)
        ask_further(
            rt, db, replace(packing, request=request, lines=orders.lines_of(db, request.id))
        )


def tell_left(rt: Runtime, db: Connection, packing: Packing) -> None:
    """Whoever is nearest above a CHW who has left hears that nothing was packed for her."""
    for role in ("supervisor", "deputy", "district"):
        found = [
            one for one in reached(rt, db, packing.chw, [role])
            if one.id != packing.person.id
        ]  # fmt: skip
        for one in found:
            values = {"ref": packing.request.ref, "chw": packing.chw.short}
            listed, count = packlist.asked(packing.lines), len(packing.lines)
            text = packlist.text_that_fits(rt, db, one, "order.left", listed, count, **values)
            put(rt, db, f"request:{packing.request.id}:left:{one.id}", one, text)
        if found:
            return
