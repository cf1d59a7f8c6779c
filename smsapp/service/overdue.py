"""What is overdue, told to who stands above: one SMS a person and day about everybody's.

Only what counts in minutes (an emergency order) is told at once, in an SMS of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.flow.chains import Step
from smsapp.flow.fill import WIDTHS
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.moments import next_morning
from smsapp.service.naming import local_day
from smsapp.service.people import language_of, reached, text_for
from smsapp.store import reminders as store
from smsapp.store import ticks
from smsapp.store.people import Person
from smsapp.store.reminders import Reminder

SLOT = "overdue"
MORE = " +{count}"  # so many more that found no room


@dataclass(frozen=True)
class Late:
    """A step to somebody above: what is overdue, and whose it is."""

    one: Reminder
    step: Step
    person: Person


@dataclass
class Told:
    """What became of some of them."""

    sent: list[Late] = field(default_factory=list)
    nobody: list[Late] = field(default_factory=list)  # there is no such person


def tell(rt: Runtime, db: Connection, late: Sequence[Late]) -> Told:
    """Tell each receiver once today; what comes later that day waits for the next morning."""
    told = Told()
    receivers: dict[int, Person] = {}
    groups: dict[int, list[Late]] = {}
    known: dict[tuple[object, ...], Person | None] = {}
    for one in late:
        desk = _desk(one)
        if desk not in known:
            known[desk] = _receiver(rt, db, one)
        above = known[desk]
        if above is None:
            told.nobody.append(one)
        elif one.step.minutes is not None:
            told.sent += _say(rt, db, above, [one], f"{SLOT}:{one.one.id}")
        else:
            receivers[above.id] = above
            groups.setdefault(above.id, []).append(one)
    for person_id, group in sorted(groups.items()):
        told.sent += _today(rt, db, receivers[person_id], group)
    return told


def _desk(late: Late) -> tuple[object, ...]:
    """What those have in common whose step goes to the same person. Nobody is told of herself."""
    who, to = late.person, late.step.to
    alone = who.id if who.role == to or who.supervisor_id == who.id else None
    return (to, who.supervisor_id, who.place_id, who.training, alone)


def _receiver(rt: Runtime, db: Connection, late: Late) -> Person | None:
    """One named person, so that nobody waits for another. STOP is kept; the next one hears it."""
    found = reached(rt, db, late.person, [late.step.to])
    return next((one for one in found if not one.opted_out), None)


def _today(rt: Runtime, db: Connection, receiver: Person, group: list[Late]) -> list[Late]:
    """All of them in the one SMS of the day, or all of them another day."""
    slot = f"{local_day(rt, rt.now())}:{receiver.id}"
    if ticks.take_slot(db, SLOT, slot, rt.now()):
        return _say(rt, db, receiver, group, f"{SLOT}:{slot}")
    store.put_off(db, [one.one.id for one in group], next_morning(rt, receiver.id))
    return []


def _say(rt: Runtime, db: Connection, receiver: Person, late: list[Late], key: str) -> list[Late]:
    mine = store.settle(db, [one.one.id for one in late], rt.now(), receiver.id)
    sent = [one for one in late if one.one.id in mine]
    if sent:
        said = listed(rt, language_of(rt, receiver), sent)
        code = rt.settings.service_code
        text = text_for(rt, db, receiver, "remind.overdue", overdue=said, code=code)
        outbox.put(
            rt, db, key=key, kind="reminder", phone=receiver.phone, text=text, lane="bulk",
            person_id=receiver.id,
        )  # fmt: skip
    return sent


def listed(rt: Runtime, language: str, late: Sequence[Late]) -> str:
    """`Esther follow-up 2, stock count; Eve visit`, and how many more there are."""
    people: dict[int, str] = {one.person.id: one.person.short for one in late}
    counts: Mapping[tuple[int, str], int] = Counter((one.person.id, one.step.text) for one in late)
    said, before, left = "", 0, len(counts)
    for (person_id, word), count in sorted(counts.items()):
        what = rt.flows.say(word, language) + (f" {count}" if count > 1 else "")
        same = person_id == before
        new = f", {what}" if same else f"{'; ' if said else ''}{people[person_id]} {what}"
        room = WIDTHS[SLOT] - (len(MORE.format(count=left)) if left > 1 else 0)
        if gsm.measure(said + new).units > room:
            return said + MORE.format(count=left)
        said, before, left = said + new, person_id, left - 1
    return said
