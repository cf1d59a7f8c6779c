"""What moves in a box, and what a receipt settles: an order arrived, or came short."""

from sqlalchemy import Connection

from smsapp.flow.model import Answers, Effect
from smsapp.runtime import Runtime
from smsapp.service import arrival, stock
from smsapp.service.filled import Case, Done, Filling
from smsapp.service.mistyped import mistyped
from smsapp.service.stock import RECEIVED
from smsapp.store.people import Person
from smsapp.store.reports import find_origin
from smsapp.store.requests import of_ref
from smsapp.store.stock import said_in


def move(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Write what this report says into the ledger; a receipt settles what was packed for her.

    `REC <ref>` says that all of it arrived; what it names besides arrived so.
    """
    if effect.kind != RECEIVED:
        return stock.move(rt, db, case, effect, done)
    ref, packed = case.filling.answers.get(effect.answer), dict[str, int]()
    if isinstance(ref, str):
        packed = said_in(db, case.report.id, RECEIVED)
        packed = packed or arrival.packed_for(rt, db, case.person).get(ref, {})
    stock.move(rt, db, case, effect, done, packed)
    arrived = arrival.settle(rt, db, case.person)
    done.outcomes[effect.id] = arrived.outcome if arrived.outcome != "none" else "done"
    if ref and not packed and not done.values["amounts"]:
        done.outcomes[effect.id] = "not_yours"
    return None


def unknown_ref(
    rt: Runtime, db: Connection, person: Person, filling: Filling, answers: Answers
) -> tuple[str, dict[str, str]] | None:
    """What to say to `REC <ref>` where nothing waits for her under it: the word, and its values.

    None where it is hers, or says amounts: then those arrived, whatever ref was typed.
    """
    effect = next((one for one in filling.flow.effects if one.kind == RECEIVED), None)
    typed = answers.get(effect.answer) if effect else None
    if effect is None or not isinstance(typed, str):
        return None
    waiting = arrival.packed_for(rt, db, person)
    said = stock.amounts_of(filling.flow, answers, effect)
    if said or typed in waiting or find_origin(db, filling.origin):
        return None
    if any(one.person_id == person.id and one.state == "received" for one in of_ref(db, typed)):
        return "order.arrived", {"text": typed}
    return mistyped(typed, waiting, "order.not_waiting")


def forget(rt: Runtime, db: Connection, case: Case, effect: Effect) -> None:
    """A correction says so no more."""
    stock.forget(rt, db, case, effect)
    if effect.kind == RECEIVED:
        arrival.settle(rt, db, case.person)
