"""Somebody leaves: what was hers is another's in the same transaction, and that one is told.

What only a CHW can do goes to the CHW who is named; without one it stays hers, is told to the
supervisor, and `smsapp people check` lists it until somebody is named.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import ladder, outbox, recalls
from smsapp.service.people import STAND_IN, is_doubtful, text_for
from smsapp.store import alerts as alert_store
from smsapp.store import leaving as store
from smsapp.store.audit import add_audit
from smsapp.store.numbers import release_all
from smsapp.store.people import (
    Person,
    above,
    change_person,
    people_in,
    person_by_code,
    person_by_id,
)

ABOVE = {"supervisor": ("facility", "district"), "facility": ("district",)}  # who takes over


class CannotLeave(Exception):
    """The codes do not fit. The message names the cure."""


@dataclass(frozen=True)
class Left:
    """What became of it. `heir`: code of who has it now, empty where there is nobody."""

    heir: str
    counts: dict[str, int]


def leave_by_code(rt: Runtime, code: str, successor: str = "") -> Left:
    """Somebody leaves today; once more for what was left open then. Raises CannotLeave."""
    with rt.begin() as db:
        person = person_by_code(db, code, rt.now())
        heir = person_by_code(db, successor, rt.now()) if successor else None
        if person is None or (successor and heir is None):
            raise CannotLeave(f"Nobody has the code {successor if person else code}.")
        if heir and (not heir.active or not heir.phone or heir.id == person.id):
            raise CannotLeave(f"{heir.code} cannot take over: name somebody active with a phone.")
        if heir:
            _fits(person, heir)
        change_person(db, person.id, active=False, phone=None)
        release_all(db, {person.id}, rt.now())
        return leave(rt, db, person, heir)


def _fits(person: Person, heir: Person) -> None:
    """Raises CannotLeave where an alert would not reach this heir, or what is hers not suit him."""
    if (heir.role == "chw") != (person.role == "chw"):
        raise CannotLeave("A CHW follows a CHW, and somebody who answers one who answers.")
    if heir.role != "chw" and heir.role not in STAND_IN:
        raise CannotLeave(f"{heir.code} is {heir.role}: name a {' or '.join(STAND_IN)}.")
    if heir.training != person.training:
        raise CannotLeave(
            f"Only one of {person.code} and {heir.code} is in training: neither hears what is told "
            "the other. Name somebody else, or end the training mark first."
        )


def leave(rt: Runtime, db: Connection, person: Person, heir: Person | None = None) -> Left:
    """Move what was hers, in the transaction in which she becomes inactive."""
    left = _chw_leaves if person.role == "chw" else _answerer_leaves
    done = left(rt, db, person, heir)
    add_audit(
        db,
        rt.now(),
        actor="command line",
        action="leave",
        object=f"person:{person.id}",
        after=" ".join([done.heir or "nobody", *(f"{k}:{n}" for k, n in done.counts.items())]),
    )
    return done


def _chw_leaves(rt: Runtime, db: Connection, person: Person, heir: Person | None) -> Left:
    store.end_own(db, person.id, rt.now())
    if heir is None:
        tasks, orders = store.count_own(db, person.id)
        to, word = _one_up(rt, db, person), "leave.waits"
    else:
        tasks, orders = store.move_own(db, person.id, heir.id)
        recalls.hand_over(rt, db, person, heir)
        for alert_id in store.alerts_of(db, person.id, heir.id):
            alert_store.add_event(db, alert_id, rt.now(), store.HANDED, person_id=heir.id)
        to, word = heir, "leave.chw"
    counts = {"due": tasks, "orders": orders}
    _tell(rt, db, person, to, word, counts)
    return Left(heir.code if heir else "", counts)


def _answerer_leaves(rt: Runtime, db: Connection, person: Person, heir: Person | None) -> Left:
    heir = heir or _one_up(rt, db, person)
    if heir is None:
        return Left("", {})
    now = rt.now()
    told = store.alerts_told(db, person.id, training=heir.training)
    for one in told:
        ladder.hand_over(rt, db, alert_store.locked(db, one.alert_id), heir, one.level)
    counts = {
        "chws": store.move_team(db, person.id, heir.id),
        "alerts": len(told),
        "orders": store.share_orders(db, person.id, heir.id, now),
        "calls": store.share_queries(db, person.id, heir.id, now),
    }
    _tell(rt, db, person, heir, "leave.answerer", counts)
    return Left(heir.code, counts)


def _one_up(rt: Runtime, db: Connection, person: Person) -> Person | None:
    """Her deputy, else her supervisor, else who answers at her facility or her district."""
    now = rt.now()
    for one in (person.deputy_id, person.supervisor_id):
        found = person_by_id(db, one, now) if one else None
        if found and found.active and found.phone and found.training == person.training:
            return found
    places = above(db, person.place_id)
    for role in ABOVE.get(person.role, ("facility", "district")):
        able = [one for one in people_in(db, role, places, now) if one.phone]
        near = [one for one in able if one.id != person.id and one.training == person.training]
        if near:
            return min(near, key=lambda one: places.index(one.place_id))
    return None


def _tell(
    rt: Runtime,
    db: Connection,
    person: Person,
    to: Person | None,
    word: str,
    counts: dict[str, int],
) -> None:
    """One SMS with the counts; none where nothing is open, or to a number long silent."""
    if to is None or not any(counts.values()) or is_doubtful(rt, db, to):
        return
    values = {name: str(count) for name, count in counts.items()}
    values |= {"code": rt.settings.service_code, "phone": rt.settings.help_phone}
    text = text_for(rt, db, to, word, chw=person.short, **values)
    key = f"leave:{person.id}:{to.id}:{rt.now():%Y%m%dT%H%M%S}"
    outbox.put(rt, db, key=key, kind="reply", phone=to.phone, text=text, person_id=to.id)
