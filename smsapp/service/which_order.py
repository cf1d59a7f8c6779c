"""Which order an answer means, and what a person who may answer it sees of it."""

from datetime import timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import packlist
from smsapp.service.answered import Answered
from smsapp.service.mistyped import as_answered
from smsapp.service.people import may_stand_in
from smsapp.service.supply import ABOVE, TOLD_ROLES, chw_of
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.people import Person, above, person_by_id
from smsapp.store.requests import Request

LATE_ANSWER = timedelta(hours=24)  # a bare answer after somebody's still means that request


def meant(rt: Runtime, db: Connection, person: Person, ref: str | None) -> list[Request] | Answered:
    """The requests that an answer may mean. What she was told is hers while she stands there."""
    if ref is None:
        since = rt.now() - LATE_ANSWER
        found = _still(rt, db, person, store.open_to(db, person.id))
        return found or _still(rt, db, person, store.answered_of(db, person.id, since))
    found = _still(rt, db, person, store.told_to(db, person.id, ref))
    found = found or _from_below(rt, db, person, ref)
    if found:
        return found
    return as_answered(ref, [one.ref for one in store.open_for(db, person.id, person.training)])


def _still(rt: Runtime, db: Connection, person: Person, found: list[Request]) -> list[Request]:
    """Of these the ones of people below the place where she works now."""
    if person.role == "supervisor":  # his people, wherever they are
        return found
    chws = {one.id: chw_of(rt, db, one) for one in found}
    return [
        one for one in found
        if (chw := chws[one.id]) and person.place_id in above(db, chw.place_id)
    ]  # fmt: skip


def _from_below(rt: Runtime, db: Connection, person: Person, ref: str) -> list[Request]:
    """The requests of this ref that come from below this person, told of them or not."""
    found = []
    for one in store.of_ref(db, ref):
        chw = person_by_id(db, one.person_id, rt.now())
        if chw and one.training == person.training and may_stand_in(db, person, chw, TOLD_ROLES):
            found.append(one)
    return found


def shown(rt: Runtime, db: Connection, person: Person, ref: str) -> dict[str, str]:
    """What a screen says of an order that this person may answer: placeholder -> text."""
    found = store.told_to(db, person.id, ref) or _from_below(rt, db, person, ref)
    lines = orders.lines_of(db, found[-1].id) if found else []
    chw = chw_of(rt, db, found[-1]) if found else None
    if chw is None or not lines:
        return {}
    values = {"name": chw.short, "to_pack": packlist.on_screen(lines)}
    if found[-1].wants_approval and found[-1].state == "requested" and person.role in ABOVE:
        values["to_approve"] = "1"
    return values | {f"asked_{one.product}": str(one.asked) for one in lines}
