"""Orders and recalls that are not over, as an operator sees them, and the sentence about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.verdict import ACT, WATCH, Line, Verdict, count, gravest, span
from smsapp.store import recalls as recall_store
from smsapp.store.recalls import Silent, Tally
from smsapp.store.standing import Standing, standing

SHOWN = timedelta(days=60)  # of what is packed: two counts later what became of it is history
LOOKED_AT = 500  # orders one look reads, those that wait longest: a page then says "more"
LISTED = 50  # orders on one page
RECALLS = 20  # recalls on one page, the latest
SILENT = 20  # of each, people who have not answered
RECALL = "recall"  # the chain of a recall

NOTHING = "No order waits, and every recall is answered."


@dataclass(frozen=True)
class Order:
    """One order. `next_role`: who hears of it next; empty: nobody does."""

    order: Standing
    next_role: str

    @property
    def unsaid(self) -> bool:
        """Whether it is packed and nobody is reminded any more: it came, or does not come."""
        waits = self.order.waits_for
        return bool(waits) and self.order.state == "ready" and self.order.following is None

    @property
    def stuck(self) -> bool:
        """Whether it moves only if somebody does something."""
        return not self.unsaid and (not self.order.waits_for or self.order.following is None)


@dataclass(frozen=True)
class Recalled:
    """One recall and who has not answered, each with the role that hears of it next."""

    tally: Tally
    product: str
    silent: tuple[tuple[Silent, str], ...]

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return self.tally.asked - self.tally.answered


@dataclass(frozen=True)
class OpenOrders:
    """What the page shows. `more`: there are orders that were not looked at.

    `unsaid`: packed, and never said to have come.
    """

    now: datetime
    orders: tuple[Order, ...]
    unsaid: tuple[Order, ...]
    more: bool
    recalls: tuple[Recalled, ...]


def open_orders(rt: Runtime) -> OpenOrders:
    """All of it: what is stuck first, then what waits longest."""
    with rt.read() as db:
        known = standing(db, LOOKED_AT + 1, rt.now() - SHOWN)
        found = [Order(one, _role(rt, one)) for one in known]
        recalls = tuple(_recalled(rt, db, one) for one in recall_store.tallies(db, RECALLS))
    looked_at = sorted(found[:LOOKED_AT], key=lambda one: not one.stuck)
    waiting = tuple(one for one in looked_at if not one.unsaid)
    unsaid = tuple(one for one in looked_at if one.unsaid)
    return OpenOrders(rt.now(), waiting, unsaid, len(found) > LOOKED_AT, recalls)


def _role(rt: Runtime, one: Standing) -> str:
    return "" if one.following is None else _told(rt, one.following.kind, one.following.step)


def _told(rt: Runtime, kind: str, step: int | None) -> str:
    """Whom a step of a chain tells; empty where there is no such step."""
    chain = rt.flows.chains.get(kind)
    if chain is None or step is None or step >= len(chain.steps):
        return ""
    return chain.steps[step].to


def _recalled(rt: Runtime, db: Connection, tally: Tally) -> Recalled:
    known = rt.flows.products.get(tally.recall.product)
    name = next(iter(known.name.values())) if known else tally.recall.product
    people = recall_store.silent(db, tally.recall, RECALL, SILENT)
    return Recalled(tally, name, tuple((one, _told(rt, RECALL, one.step)) for one in people))


def lost(rt: Runtime, db: Connection) -> tuple[Line, ...]:
    """What the page Now says of orders: which wait for nobody, of those that wait longest."""
    many = sum(not one.waits_for for one in standing(db, LOOKED_AT, rt.now() - SHOWN))
    cure = "The page Orders says which."
    return (Line(ACT, f"{_many(many)} for nobody.", cure, patient=True),) if many else ()


def judge(seen: OpenOrders) -> Verdict:
    """Say what is so, gravest first."""
    return gravest(
        [*_lost(seen), *_ended(seen), *_silent(seen), *_unsaid(seen), *_waiting(seen)], NOTHING
    )


def _lost(seen: OpenOrders) -> list[Line]:
    found = [one for one in seen.orders if not one.order.waits_for]
    if not found:
        return []
    sentence = f"{_many(len(found))} for nobody."
    return [Line(ACT, sentence, "Mend the roster: smsapp people check says who is missing.")]


def _ended(seen: OpenOrders) -> list[Line]:
    found = [one for one in seen.orders if one.order.waits_for and one.stuck]
    if not found:
        return []
    sentence = f"{_many(len(found))} after the last reminder."
    return [Line(ACT, sentence, "Call the people named below; nothing more goes out by itself.")]


def _unsaid(seen: OpenOrders) -> list[Line]:
    if not seen.unsaid:
        return []
    sentence = f"{count(len(seen.unsaid), 'parcel')} packed and never said to have come."
    return [Line(WATCH, sentence, "Ask the health workers below: REC and the ref, or a count.")]


def _silent(seen: OpenOrders) -> list[Line]:
    """One line a recall."""
    lines = []
    for one in seen.recalls:
        if not one.missing:
            continue
        stuck = [who for who, _ in one.silent if who.next_at is None]
        name = f"Recall {one.tally.recall.ref}"
        sentence = f"{name}: {one.missing} of {one.tally.asked} have not answered."
        cure = "Visit or call those below who are asked no more." if stuck else ""
        lines.append(Line(ACT if stuck else WATCH, sentence, cure))
    return lines


def _waiting(seen: OpenOrders) -> list[Line]:
    found = [one for one in seen.orders if not one.stuck]
    if not found:
        return []
    age = span(seen.now - min(one.order.since for one in found))
    longest = f", the longest for {age}" if len(found) > 1 else f" for {age}"
    soonest = min(one.order.following.at for one in found if one.order.following)
    soon = f"in {span(soonest - seen.now)}" if soonest > seen.now else "now"
    return [Line(WATCH, f"{_many(len(found))}{longest}; the next reminder goes out {soon}.")]


def _many(number: int) -> str:
    return f"{count(number, 'order')} {'waits' if number == 1 else 'wait'}"
