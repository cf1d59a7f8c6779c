"""What moves in a box, and what a receipt settles: an order arrived, or came short."""

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import arrival, stock
from smsapp.service.filled import Case, Done
from smsapp.store.stock import said_in

RECEIVED = "received"


def move(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Write what this report says into the ledger; a receipt settles what was packed for her.

    `REC <ref>` says that all of it arrived; what it names besides arrived so.
    """
    if effect.kind != RECEIVED:
        return stock.move(rt, db, case, effect, done)
    ref, packed = case.filling.answers.get(effect.answer), dict[str, int]()
    if isinstance(ref, str):
        packed = said_in(db, case.report.id, RECEIVED)
        packed = packed or arrival.packed_for(rt, db, case.person, ref)
    stock.move(rt, db, case, effect, done, packed)
    arrived = arrival.settle(rt, db, case.person)
    done.outcomes[effect.id] = arrived.outcome if arrived.outcome != "none" else "done"
    if ref and not packed and not done.values["amounts"]:
        done.outcomes[effect.id] = "not_yours"
    return None


def forget(rt: Runtime, db: Connection, case: Case, effect: Effect) -> None:
    """A correction says so no more."""
    stock.forget(rt, db, case, effect)
    if effect.kind == RECEIVED:
        arrival.settle(rt, db, case.person)
