"""The ledger of a CHW: what her reports move, what she has, and the order that follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.answerback import whole_pieces
from smsapp.flow.fill import WIDTHS
from smsapp.flow.model import Answers, Effect, Flow
from smsapp.flow.products import Product
from smsapp.runtime import Runtime
from smsapp.service.filled import Case, Done
from smsapp.service.need import HISTORY, Working, adjustments, working
from smsapp.store import orders, requests
from smsapp.store import reports as report_store
from smsapp.store import stock as store
from smsapp.store.holdings import held
from smsapp.store.orders import Line
from smsapp.store.people import Person
from smsapp.store.requests import OPEN, Request

RECEIVED = "received"  # a movement: what came
GONE = ("lost", "expired")  # movements: what went otherwise than to a patient
UNPACKED = (*OPEN, "stocked_out")  # of an order: another may take its place
COMING = timedelta(days=10)  # what is packed: then the last one hears of it (order_collect)
Book = dict[str, Working]  # by product


@dataclass(frozen=True)
class Wanted:
    """What a count asks for: product -> units. `urgent`: an urgent order asked for some of it.

    `packed`: the order that holds what she needs, where it is ready for her.
    """

    lines: dict[str, int]
    urgent: bool
    packed: Request | None


def products_of(rt: Runtime, db: Connection, person: Person) -> tuple[Product, ...]:
    """What she holds, in the file's order; none recorded, or none that is in the file: all."""
    recorded = held(db, person.id)
    hers = tuple(one for one in rt.flows.products.values() if one.id in recorded)
    return hers or tuple(rt.flows.products.values())


def book(rt: Runtime, db: Connection, person: Person) -> Book:
    """The working of each product that she holds, or that moved."""
    now = rt.now()
    moves = store.movements(db, person.id, now - HISTORY, training=person.training)
    ids = {one.id for one in products_of(rt, db, person)} | moves.keys()
    return {
        one.id: working(one, moves.get(one.id, ()), now)
        for one in rt.flows.products.values()
        if one.id in ids
    }


def move(
    rt: Runtime,
    db: Connection,
    case: Case,
    effect: Effect,
    done: Done,
    besides: Mapping[str, int] | None = None,
) -> None:
    """Write what this report says into the ledger; said again, it changes nothing.

    The outcome is `more` where a count found what the ledger does not know. `besides`: what it
    says without naming it.
    """
    said = amounts_of(case.filling.flow, case.filling.answers, effect)
    amounts = {**(besides or {}), **said}
    if case.report.state != "withdrawn":
        _write(rt, db, case, effect.kind, amounts)
    more = _more(book(rt, db, case.person), amounts, case.report.opened_at)
    done.outcomes[effect.id] = "more" if more else "done"
    done.values |= {"amounts": pieces(amounts), "more": pieces(more, "more")}


def forget(rt: Runtime, db: Connection, case: Case, effect: Effect) -> None:
    """A correction says so no more."""
    _write(rt, db, case, effect.kind, {})


def _write(rt: Runtime, db: Connection, case: Case, kind: str, amounts: Mapping[str, int]) -> None:
    store.write(
        db,
        case.report.id,
        kind,
        amounts,
        rt.now(),
        person_id=case.person.id,
        training=case.report.training,
        at=case.report.opened_at,
    )


def _more(found: Book, amounts: Mapping[str, int], at: datetime) -> dict[str, int]:
    """Of which products this count found more than the ledger knew."""
    known = {name: found[name] for name in amounts if name in found}
    return {name: by for name, one in known.items() for when, by in adjustments(one) if when == at}


def amounts_of(flow: Flow, answers: Answers, effect: Effect) -> dict[str, int]:
    """What the answers say of each product: amounts, and 0 for what is ticked as finished."""
    ticked = answers.get(effect.answer)
    found = dict.fromkeys(ticked, 0) if isinstance(ticked, list) else {}
    for ask in flow.asks:
        value = answers.get(ask.id)
        if ask.product and ask.id == f"{effect.ask}_{ask.product}" and isinstance(value, int):
            found[ask.product] = value
    return found


def wanted(rt: Runtime, db: Connection, case: Case, low: str) -> Wanted | None:
    """The order that follows from what was counted here. None: from nothing.

    With it goes what she still waits for and this report never spoke of; what is packed for her
    already is taken off. `low`: the ask that names what is nearly finished: of that she has the
    emergency level at the most.
    """
    found, known = book(rt, db, case.person), requests.of_report(db, case.report.id)
    about = _about(found, case, db, low)
    spoken = about.keys() | {
        name
        for said in report_store.said_in(db, case.report.id)
        for name in _spoken(case, said, low)
    }
    if known is None and not about:
        return None
    waiting = (
        [known]
        if known
        else requests.of_person(db, case.person.id, UNPACKED, training=case.person.training)
    )
    lines = {one.product: one.asked for one in _lines(db, waiting) if one.product not in spoken}
    coming = {name: one for name, one in _coming(rt, db, case.person).items() if about.get(name)}
    packed = {name: sum(line.packed or 0 for _, line in one) for name, one in coming.items()}
    lines |= {name: max(0, need - packed.get(name, 0)) for name, need in about.items()}
    still = {name for name in lines if name not in spoken or found[name].urgent}
    return Wanted(
        {name: lines[name] for name in (*rt.flows.products, *lines) if lines.get(name)},
        any(one.product in still for one in _lines(db, [one for one in waiting if one.urgent])),
        max((request for one in coming.values() for request, _ in one),
            key=lambda one: one.id, default=None),
    )  # fmt: skip


def _about(found: Book, case: Case, db: Connection, low: str) -> dict[str, int]:
    """What she needs of each product that was counted here, and not again since, or is low."""
    counted = store.said_in(db, case.report.id, "count")
    needs = {
        name: found[name].resupply for name in counted
        if found[name].counted_in == case.report.id
    }  # fmt: skip
    ticked = case.filling.answers.get(low)
    for name in ticked if isinstance(ticked, list) else ():
        if name in found and name not in counted:
            needs[name] = _nearly(found[name])
    return needs


def _spoken(case: Case, answers: Answers, low: str) -> set[str]:
    """The products that these answers of the report speak of."""
    ticked = answers.get(low)
    named = set(ticked) if isinstance(ticked, list) else set()
    for effect in case.filling.flow.effects:
        if effect.do == "move_stock":
            named |= amounts_of(case.filling.flow, answers, effect).keys()
    return named


def _lines(db: Connection, waiting: Iterable[Request]) -> list[Line]:
    return [line for one in waiting for line in orders.lines_of(db, one.id)]


def _coming(rt: Runtime, db: Connection, person: Person) -> dict[str, list[tuple[Request, Line]]]:
    """What is packed for her and not collected, by product. After a while her count is believed:
    it came and she never said so, or it does not come."""
    found: dict[str, list[tuple[Request, Line]]] = {}
    for request in _ready(db, person):
        if request.answered_at and rt.now() - request.answered_at <= COMING:
            for line in orders.lines_of(db, request.id):
                if line.packed and line.received is None:
                    found.setdefault(line.product, []).append((request, line))
    return found


def _nearly(one: Working) -> int:
    level = one.product.emergency
    return max(0, one.maximum - min(level if one.on_hand is None else one.on_hand, level))


def _ready(db: Connection, person: Person) -> list[Request]:
    return requests.of_person(db, person.id, ("ready",), training=person.training)


def pieces(amounts: Mapping[str, int], name: str = "pack") -> str:
    """`LA 345, ZI 185`; where that finds no room `LA345,ZI185`, as far as whole ones do."""
    wide = ", ".join(f"{product.upper()} {amount}" for product, amount in amounts.items())
    if len(wide) <= WIDTHS[name]:
        return wide
    said = [f"{product.upper()}{amount}" for product, amount in amounts.items()]
    return whole_pieces(said, WIDTHS[name])
