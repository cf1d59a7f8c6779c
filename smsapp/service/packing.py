"""What those say who pack an order: approved, ready, ready in part, out of stock.

Whoever answers has locked the order's row, so that of two in the same second one is first and the
other hears who was. She who answered may mend her own word until it has left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import arrival, which_order
from smsapp.service.answered import NONE_OPEN, NOT_YOURS, SEVERAL, Answered
from smsapp.service.supply import ABOVE, NOT_PACKED, chw_of, tell_packers
from smsapp.service.tell_order import remind_of
from smsapp.service.tell_packed import (
    Packing,
    Word,
    ask_for_rest,
    ask_further,
    tell_chw,
    tell_left,
    tell_missing,
)
from smsapp.store import orders
from smsapp.store import requests as store
from smsapp.store.orders import Line
from smsapp.store.people import Person, lock, person_by_id
from smsapp.store.requests import OPEN

Said = Mapping[str, int | None]  # product -> units packed; None: it was only named

BEFORE: dict[Word, tuple[str, ...]] = {  # what may be answered so; what was out may come later
    "ready": (*OPEN, "stocked_out"),
    "some": (*OPEN, "stocked_out"),
    "stocked_out": OPEN,
    "approved": ("requested",),
}
ENDED = ("received", "cancelled")


def answer_request(
    rt: Runtime,
    db: Connection,
    person: Person,
    ref: str | None,
    word: Word,
    said: Said | None = None,
    *,
    own: tuple[int, str],
    known: bool = False,
) -> Answered:
    """Take the answer to a request; without a ref, to the one that is open for the sender.

    `not_yours` for a ref she has nothing to do with, whether or not it exists; `near` where one
    that waits for her is a slip away. `own`: id and ref of the report that says so; `known`: it
    has said so before, so that nothing is done again.
    """
    meant = which_order.meant(rt, db, person, ref)
    if isinstance(meant, Answered):
        return meant
    waiting = [one for one in meant if one.state in BEFORE[word]]
    if len(waiting) > 1:
        return SEVERAL
    if not meant:
        return NONE_OPEN
    lock(db, (waiting or meant)[-1].person_id)
    request = store.locked(db, (waiting or meant)[-1].id)
    chw = chw_of(rt, db, request)
    if chw is None:
        return NONE_OPEN
    packing = Packing(person, chw, request, orders.lines_of(db, request.id), own)
    if known:
        return _already(rt, db, packing)
    if not chw.active:
        return _left(rt, db, packing)
    if word == "approved":
        return _approve(rt, db, packing)
    return _take(rt, db, packing, word, said or {})


def _left(rt: Runtime, db: Connection, packing: Packing) -> Answered:
    """Nobody is there to collect it, and nobody took it over: who stands above her hears so."""
    by = packing.person.id
    if not orders.move(db, packing.request.id, NOT_PACKED, "cancelled", rt.now(), by):
        return _already(rt, db, packing)
    tell_left(rt, db, packing)
    return _heard(rt, packing, "left")


def as_word(choice: object) -> Word:
    """What a choice of `orders` says."""
    word: Word = next(one for one in get_args(Word) if one == choice)
    return word


def _approve(rt: Runtime, db: Connection, packing: Packing) -> Answered:
    request, person = packing.request, packing.person
    if not request.wants_approval:
        return _heard(rt, packing, "unneeded")
    if person.role not in ABOVE:
        return NOT_YOURS
    if not orders.move(db, request.id, BEFORE["approved"], "approved", rt.now(), person.id):
        return _already(rt, db, packing)
    store.forget_told(db, request.id)
    tell_packers(rt, db, request, packing.chw)
    return _heard(rt, packing, "done")


def _take(rt: Runtime, db: Connection, packing: Packing, word: Word, said: Said) -> Answered:
    request, person = packing.request, packing.person
    if request.wants_approval and request.state == "requested" and person.role not in ABOVE:
        return _heard(rt, packing, "unapproved")
    known = {one.product for one in packing.lines}
    if known and not said.keys() <= known:
        return _heard(rt, packing, "foreign")
    doubt = any(said.values()) if word == "stocked_out" else word == "some" and not said
    if doubt:
        return _heard(rt, packing, "unclear")  # OS la 12: twelve packed, or twelve missing?
    word = "ready" if word == "some" else word
    packed = _packed(packing.lines, word, said)
    if packed:
        word = "ready" if any(packed.values()) else "stocked_out"
    before = _before(db, packing, word, packed)
    first = not (word == request.state == "ready")  # mended, it is ready since it was
    if not before or not orders.move(
        db, request.id, before, word, rt.now(), person.id, answers=first
    ):
        return _already(rt, db, packing)
    orders.set_packed(db, request.id, packed)
    now_packed = replace(packing, lines=orders.lines_of(db, request.id))
    return _heard(rt, packing, _follow(rt, db, now_packed, word))


def _follow(rt: Runtime, db: Connection, packing: Packing, word: Word) -> str:
    """Whoever is next hears it: she collects what is ready, unless she told before that she has it,
    and who stands above is asked for what is not there. `had` where she has it."""
    request = packing.request
    arrival.settle(rt, db, packing.chw)
    had = store.request_by_id(db, request.id).state == "received"
    if had:
        tell_missing(rt, db, packing)
    else:
        remind_of(rt, db, request, "order_collect" if word == "ready" else "order_out")
        tell_chw(rt, db, packing, word)
    ask_for_rest(rt, db, packing, word)
    if word == "stocked_out":
        ask_further(rt, db, packing)
    return "had" if had else "done"


def _packed(lines: Sequence[Line], word: Word, said: Said) -> dict[str, int]:
    """So much of each is ready: as asked, but for what was said. `OS la`: of la nothing."""
    packed = {one.product: one.asked for one in lines}
    if word == "stocked_out" and not said:
        return dict.fromkeys(packed, 0)
    for product, amount in said.items():
        if word == "stocked_out":
            packed[product] = 0
        elif amount is not None and product in packed:
            packed[product] = amount
    return packed


def _before(
    db: Connection, packing: Packing, word: Word, packed: Mapping[str, int]
) -> tuple[str, ...]:
    """From which states this answer is taken; none where it says what is known."""
    request, person = packing.request, packing.person
    mine = request.answered_by == person.id
    same = request.state == word and {one.product: one.packed for one in packing.lines} == packed
    if mine and same:
        return ()
    before = BEFORE[word]
    if mine and request.state in ("ready", "stocked_out"):
        return (*before, request.state)
    asked_further = request.state == "stocked_out" and person.id in store.told(db, request.id)
    return (*before, "stocked_out") if asked_further else before


def _heard(rt: Runtime, packing: Packing, outcome: str) -> Answered:
    chw_id, short = packing.request.person_id, packing.person.short
    return Answered(outcome, packing.request.ref, short, rt.now(), chw_id)  # type: ignore[arg-type]


def _already(rt: Runtime, db: Connection, packing: Packing) -> Answered:
    """Who was first, and when; or that it is over."""
    request = store.request_by_id(db, packing.request.id)
    if request.state in ENDED:
        return _heard(rt, packing, request.state)
    done = [one for one in orders.events(db, request.id) if one.what == request.state][-1:]
    by = person_by_id(db, done[0].person_id, rt.now()) if done and done[0].person_id else None
    who = (by.short if by else "", done[0].at if done else request.answered_at)
    return Answered("already", request.ref, *who, request.person_id, by.id if by else None)
