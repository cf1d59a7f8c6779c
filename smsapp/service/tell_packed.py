"""Who hears what was packed of an order: the CHW, and of what is not there whoever stands above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import packlist
from smsapp.service.people import contacts, text_for
from smsapp.service.supply import put, tell
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.orders import Line
from smsapp.store.people import Person
from smsapp.store.requests import Request

Word = Literal["ready", "some", "stocked_out", "approved"]


@dataclass(frozen=True)
class Packing:
    """One answer to one order."""

    person: Person
    chw: Person
    request: Request
    lines: Sequence[Line]


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


def _turn(db: Connection, request: Request) -> str:
    """Which answer to this order it is: each is told, none twice."""
    turn = sum(1 for one in orders.events(db, request.id) if one.what in ("ready", "stocked_out"))
    return "" if turn == 1 else f":{turn}"


def ask_further(rt: Runtime, db: Connection, packing: Packing, word: Word) -> None:
    """Whoever stands above the one who has none: it waits for them, or they know it."""
    request, person, lines = packing.request, packing.person, packing.lines
    missing = packlist.missing(lines)
    if word == "ready" and not missing:
        return
    above = [
        one for one in contacts(db, packing.chw, ["district"], rt.now()) if one.id != person.id
    ]
    values = {"ref": request.ref, "chw": packing.chw.short, "place": person.place_short}
    said = "order.out" if word == "stocked_out" else "order.lacks"
    if not lines:
        said, missing = "order.out", " ".join(request.items)
    if above and word == "stocked_out":
        store.forget_told(db, request.id)
    for one in above:
        count = len(missing.split())
        text = packlist.text_that_fits(rt, db, one, said, missing, count, **values)
        if word == "stocked_out":
            tell(rt, db, request, one, text, what=f"out{_turn(db, request)}")
        else:
            put(rt, db, f"request:{request.id}:lacks{_turn(db, request)}:{one.id}", one, text)
