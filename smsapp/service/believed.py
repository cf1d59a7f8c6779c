"""Which amounts are taken without asking back, in a call and in an SMS alike."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from smsapp.flow.given import Given
from smsapp.flow.model import Answers, Flow
from smsapp.runtime import Runtime
from smsapp.service.answered import Answered
from smsapp.service.need import ABSURD
from smsapp.service.stock import GONE, RECEIVED, book, products_of
from smsapp.service.supply import chw_of
from smsapp.service.which_order import meant
from smsapp.store import orders, requests
from smsapp.store.people import Person


def given_stock(
    rt: Runtime,
    db: Connection,
    person: Person,
    flow: Flow,
    given: Given,
    since: datetime | None = None,
) -> Given:
    """What a flow that asks of products rests on: hers, what is believed, what she had last.

    Of a receipt no more is believed than was packed for her, of a loss no more than she has.
    `since`: it mends what was told then, so that what was collected since is still to be told.
    """
    if not flow.products or person.role != "chw":
        return given
    found = book(rt, db, person)
    last = {f"last_{name}": str(one.on_hand) for name, one in found.items()
            if one.on_hand is not None}  # fmt: skip
    most = {name: one.believed for name, one in found.items()}
    if any(effect.kind in GONE for effect in flow.effects):
        most |= {name: one.on_hand for name, one in found.items() if one.on_hand is not None}
    if any(effect.kind == RECEIVED for effect in flow.effects):
        packed = _packed(db, person, since)
        most |= {name: min(amount, most.get(name, amount)) for name, amount in packed.items()}
    return replace(
        given,
        products=tuple(one.id for one in products_of(rt, db, person)),
        most=most,
        values=given.values | last,
    )


def given_asked(
    rt: Runtime, db: Connection, person: Person, flow: Flow, given: Given, answers: Answers
) -> Given:
    """What is known, with how much of each product is believed to be packed for the order that
    these answers mean; for any other flow nothing is added."""
    effect = next((one for one in flow.effects if one.do == "answer_request"), None)
    if effect is None:
        return given
    ref = answers.get(effect.ask)
    found = meant(rt, db, person, ref if isinstance(ref, str) else None)
    if isinstance(found, Answered) or not found:
        return given
    chw = chw_of(rt, db, found[-1])
    hers = book(rt, db, chw) if chw else {}
    most = {
        one.product: max(one.asked, min(ABSURD * one.asked, hers[one.product].believed))
        for one in orders.lines_of(db, found[-1].id)
        if one.product in hers
    }
    return replace(given, most=given.most | most)


def _packed(db: Connection, person: Person, since: datetime | None) -> dict[str, int]:
    """How much of each product is packed for her, collected or not, while not all was by then."""
    training, found = person.training, Counter[str]()
    waiting = requests.of_person(db, person.id, ("ready",), training=training)
    if since:
        waiting += requests.collected(db, person.id, since, training=training)
    for request in waiting:
        for one in orders.lines_of(db, request.id):
            if one.packed is not None:
                found[one.product] += one.packed
    return found
