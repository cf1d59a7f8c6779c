"""What is said of an order to those for whom it waits, and that it waits for them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox, packlist, remind
from smsapp.service.people import is_doubtful, text_for
from smsapp.store import orders, reminders
from smsapp.store import requests as store
from smsapp.store.people import Person, people_by_ids
from smsapp.store.requests import OPEN, Request


def text_of(
    rt: Runtime,
    db: Connection,
    request: Request,
    person: Person,
    one: Person,
    word: str,
    earlier: str = "",
) -> str:
    """What this person reads of an order. `earlier`: the ref in whose place it is."""
    lines = orders.lines_of(db, request.id)
    word += ("_urgent" if request.urgent else "") + ("_instead" if earlier else "")
    values = {"ref": request.ref, "chw": person.short, "place": person.place_short}
    values |= {"one_product": lines[0].product if lines else "", "earlier": earlier}
    return packlist.text_that_fits(rt, db, one, word, packlist.asked(lines), len(lines), **values)


def tell(
    rt: Runtime, db: Connection, request: Request, one: Person, text: str, what: str = ""
) -> None:
    """From now on it waits for this person too, who hears of it once for each `what`."""
    key = f"request:{request.id}:{what}:{one.id}" if what else f"request:{request.id}:{one.id}"
    put(rt, db, key, one, text)
    store.add_told(db, request.id, one.id, rt.now())
    orders.note(db, request.id, rt.now(), "told", one.id)


def tell_ended(
    rt: Runtime,
    db: Connection,
    person: Person,
    ended: Sequence[Request],
    named: Mapping[int, str] | None = None,
) -> None:
    """Those told of an order hear that it is off. `named`: who reads of which ref elsewhere."""
    for request in ended:
        for one in those_told(rt, db, request):
            if (named or {}).get(one.id) != request.ref:
                text = text_for(rt, db, one, "request.cancelled", ref=request.ref, chw=person.short)
                put(rt, db, f"request:{request.id}:cancelled:{one.id}", one, text)


def those_told(rt: Runtime, db: Connection, request: Request) -> list[Person]:
    """Those told of it who can be told more."""
    people = people_by_ids(db, store.told(db, request.id), rt.now())
    return [one for one in people if one.active and one.phone]


def remind_of(
    rt: Runtime, db: Connection, request: Request, kind: str, instead: Sequence[Request] = ()
) -> None:
    """From now on a chain asks for what is missing; an earlier one of the kind ends.

    That of an order in whose place this one is goes on: whoever is asked has had that long.
    """
    waited = [one.report_id for one in instead if one.state in OPEN]
    if any(reminders.hand_on(db, one, request.report_id, kind) for one in waited):
        return
    remind.drop(rt, db, request.report_id, kind)
    period = f"{request.ref}:{len(orders.events(db, request.id))}"
    remind.begin(rt, db, kind, request.person_id, period, rt.now(), request.report_id)


def put(rt: Runtime, db: Connection, key: str, one: Person, text: str) -> None:
    """One SMS about an order; whoever answers on a number long silent finds it by dialling."""
    if one.role == "chw" or not is_doubtful(rt, db, one):
        outbox.put(rt, db, key=key, kind="reply", phone=one.phone, text=text, person_id=one.id)
