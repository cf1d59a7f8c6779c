"""A lot is called back: everybody who may hold it is told, and each one's answer is waited for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import outbox, remind
from smsapp.service.filled import Case, Done
from smsapp.service.mistyped import as_outcome
from smsapp.service.people import help_phones
from smsapp.store import recalls as store
from smsapp.store.audit import add_audit
from smsapp.store.outbound import NewOutbound
from smsapp.store.people import Person, people_by_ids
from smsapp.store.recalls import Asked, Recall

KIND = "recall"  # its chain
HOLDERS = ("chw", "facility")
TOGETHER = 500  # people told in one transaction
FIRST, LAST = timedelta(hours=1), timedelta(hours=25)  # after its beginning, when the clock looks
REF_TRIES = 5  # a ref is random: one of a million is taken
LANGUAGE = "en"  # of the preview
LOT_LENGTH = 12  # characters, so that the SMS is one
LOT = re.compile(rf"[A-Z0-9][A-Z0-9 ./+#-]{{0,{LOT_LENGTH - 1}}}")  # one septet each


class NotKnown(Exception):
    """The product, or the lot, cannot be meant. The message names the cure."""


@dataclass(frozen=True)
class Begun:
    """What a recall came to. `again`: this lot was called back before; who is new was told."""

    ref: str
    told: int
    without_phone: tuple[str, ...]  # codes
    again: bool


@dataclass(frozen=True)
class Preview:
    """What calling a lot back would do. `ref`: of the recall that is there already, or empty."""

    product: str
    lot: str
    people: int  # who would be asked
    ref: str
    text: str  # what they would read; the ref of a new one is not drawn yet


def preview(rt: Runtime, product: str, lot: str) -> Preview:
    """Look before a lot is called back. Raises NotKnown."""
    product, lot = _meant(rt, product, lot)
    with rt.read() as db:
        old = store.find(db, product, lot)
        fresh = store.holders(db, product, HOLDERS, unasked=old.id if old else 0)
    ref = old.ref if old else ""
    sample = Recall(0, ref or "......", product, lot, "", rt.now())
    values = {"ref": sample.ref, "lot": lot, "code": rt.settings.service_code}
    text = rt.flows.say("recall.told", LANGUAGE, name=name_of(rt, sample, LANGUAGE), **values)
    return Preview(product, lot, len(fresh), ref, text)


def _meant(rt: Runtime, product: str, lot: str) -> tuple[str, str]:
    product, lot = product.lower(), lot.upper()
    if product not in rt.flows.products:
        raise NotKnown(f"{product} is no product; the ids are: {' '.join(rt.flows.products)}")
    if not LOT.fullmatch(lot):
        raise NotKnown(
            f"write the lot as on the box, 1 to {LOT_LENGTH} letters and digits, or . / + # -"
        )
    return product, lot


def begin(rt: Runtime, product: str, lot: str, reason: str, by: str, address: str = "") -> Begun:
    """Call a lot back: every active CHW and facility that may hold the product is told.

    Training or not, and whether they said STOP: what is in the box is real. Said again, it reaches
    those who came since. Raises NotKnown.
    """
    product, lot = _meant(rt, product, lot)
    found, again = _write(rt, product, lot, reason, by, address)
    told, without = _tell_rest(rt, found)
    return Begun(found.ref, told, tuple(without), again)


def go_on(rt: Runtime) -> int:
    """What the clock does once an hour: what was cut off in the middle reaches the rest.

    Not within its first hour, in which whoever began it may still be telling. Gives how many.
    """
    with rt.read() as db:
        lately = [one for one in store.every(db) if FIRST <= rt.now() - one.at < LAST]
    return sum(_tell_rest(rt, one)[0] for one in lately)


def _tell_rest(rt: Runtime, found: Recall) -> tuple[int, list[str]]:
    """Ask who was not asked yet: how many, and the codes of those without a phone."""
    with rt.read() as db:
        fresh = store.holders(db, found.product, HOLDERS, unasked=found.id)
    without: list[str] = []
    for start in range(0, len(fresh), TOGETHER):
        with rt.begin() as db:
            without += _tell(rt, db, found, fresh[start : start + TOGETHER])
    return len(fresh), without


def _write(
    rt: Runtime, product: str, lot: str, reason: str, by: str, address: str
) -> tuple[Recall, bool]:
    told = {"actor": by, "object": f"lot:{product}:{lot}", "reason": reason, "address": address}
    for _ in range(REF_TRIES):
        with rt.begin() as db:
            old = store.find(db, product, lot)
            if old is not None:
                add_audit(db, rt.now(), action="recall_again", **told)
                return old, True
            values = {"product": product, "lot": lot, "reason": reason, "by": by, "at": rt.now()}
            if store.add(db, ref=rt.draw_ref(), **values) is not None:
                add_audit(db, rt.now(), action="recall", **told)
                made = store.find(db, product, lot)
                assert made is not None
                return made, False
    raise RuntimeError("no free reference was found for a recall")


def _tell(rt: Runtime, db: Connection, found: Recall, ids: Sequence[int]) -> list[str]:
    """Ask each of them. Gives the codes of those without a phone: their chain climbs too."""
    people = people_by_ids(db, ids, rt.now())
    store.ask(db, found.id, ids, rt.now())
    remind.begin_for(rt, db, KIND, people, found.ref, rt.now())
    phones = help_phones(rt, db, people)
    rows = [
        NewOutbound(
            key=f"recall:{found.id}:{one.id}",
            kind="reply",
            phone=one.phone,
            text=_text(rt, found, one, phones[one.id]),
            lane="bulk",
            person_id=one.id,
        )
        for one in people
        if one.phone
    ]
    outbox.put_all(rt, db, rows)
    return [one.code for one in people if not one.phone]


def _text(rt: Runtime, found: Recall, one: Person, phone: str) -> str:
    language = rt.flows.spoken(one.language, training=one.training)
    values = {"ref": found.ref, "lot": found.lot, "code": rt.settings.service_code}
    values["name"] = name_of(rt, found, language)
    return rt.flows.sms("recall.told", one.language, one.training, phone, **values)


def hand_over(rt: Runtime, db: Connection, person: Person, heir: Person) -> None:
    """Who leaves has not answered: whoever has her box now is asked, unless asked already."""
    for one in waiting(db, person):
        if heir.id not in {each.person_id for each in store.asked_in(db, one.recall.id)}:
            store.unask(db, one.recall.id, person.id)
            _tell(rt, db, one.recall, [heir.id])


def name_of(rt: Runtime, found: Recall, language: str) -> str:
    """How a language calls the product."""
    names = rt.flows.products[found.product].name
    return names.get(language) or next(iter(names.values()))


def said(rt: Runtime, found: Recall, language: str) -> str:
    """`Do not use: AL 1x6 B1234`."""
    name = name_of(rt, found, language)
    return rt.flows.say("item.recall", language, name=name, lot=found.lot)


def waiting(db: Connection, person: Person) -> list[Asked]:
    """What this person has not answered yet, oldest first."""
    return [one for one in store.asked_of(db, person.id) if not one.answer]


def answer(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """She says what she has of it: `done`, `near`, `not_yours`, `none_open`, `several`."""
    answers = case.filling.answers
    ref = answers.get(effect.ask)
    mine = store.asked_of(db, case.person.id)
    meant = [one for one in mine if one.recall.ref == ref] if ref else waiting(db, case.person)
    if len(meant) != 1:
        known = [one.recall.ref for one in waiting(db, case.person)]
        none = as_outcome(str(ref), known, done) if ref else "none_open"
        done.outcomes[effect.id] = "several" if meant else none
        return
    amount = answers.get(effect.kind)
    word = str(answers[effect.answer])
    number = amount if isinstance(amount, int) and word == "aside" else None
    if case.fresh:
        store.answer(db, meant[0].recall.id, case.person.id, word, number, rt.now())
    done.outcomes[effect.id] = "done"
    done.values |= {"ref": meant[0].recall.ref, "lot": meant[0].recall.lot}


def status(rt: Runtime) -> list[tuple[Recall, list[Asked]]]:
    """Every recall, latest first, with everybody who was asked."""
    with rt.read() as db:
        return [(one, store.asked_in(db, one.id)) for one in store.every(db)]
