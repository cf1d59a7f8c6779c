"""What moves in a box, and what a receipt settles: an order arrived, or came short."""

from sqlalchemy import Connection

from smsapp.flow.answerback import unread_text
from smsapp.flow.model import Answers, Effect
from smsapp.flow.reading import Reading
from smsapp.runtime import Runtime
from smsapp.service import arrival, stock
from smsapp.service.filled import Case, Done, Filling
from smsapp.service.mistyped import mistyped
from smsapp.service.stock import RECEIVED
from smsapp.store.people import Person
from smsapp.store.reports import find_origin
from smsapp.store.requests import of_ref
from smsapp.store.stock import said_in

AMOUNT = 4  # digits of an amount at the most: more are a ref


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


def refused(
    rt: Runtime, db: Connection, person: Person, filling: Filling, reading: Reading
) -> tuple[str, dict[str, str]] | None:
    """Why nothing is taken of an SMS about a box: the word, and its values. None: something is."""
    below = [one for one in reading.unknown if " -" in one]
    if below and filling.flow.named_products:  # else it is a telephone number
        return "sms.below_zero", {"text": unread_text(below)}
    return _of_what(rt, db, person, filling, reading) or _unknown_ref(
        rt, db, person, filling, reading.answers
    )


def _of_what(
    rt: Runtime, db: Connection, person: Person, filling: Filling, reading: Reading
) -> tuple[str, dict[str, str]] | None:
    """`REC 20`: what to send instead. Where one product alone can be meant, it is named."""
    flow, answers, amount = filling.flow, reading.answers, "".join(reading.unknown)
    kinds = [one.kind for one in flow.effects if one.do == "move_stock"]
    said = any(ask.product and ask.id in answers for ask in flow.asks)
    if not kinds or said or not (amount.isdigit() and len(amount) <= AMOUNT):
        return None
    packed = arrival.packed_for(rt, db, person).values() if RECEIVED in kinds else ()
    names = {name for one in packed for name in one}
    names = names or {one.id for one in stock.products_of(rt, db, person)}
    words = [one.word for one in flow.keywords if one.sets.items() <= answers.items()]
    values = {"one_product": min(names), "text": amount, "keyword": words[0] if words else ""}
    return "sms.of_this" if len(names) == 1 else "sms.of_what", values


def _unknown_ref(
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
