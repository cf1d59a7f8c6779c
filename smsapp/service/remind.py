"""Reminders: chains of `flows/reminders.toml`, each step planned when the one before was sent.

One a person, kind, period and step for ever. Whether the thing is done (`done.py`) is asked when a
step is sent. A chain ends when it is, or at its last person.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from smsapp.flow.chains import HERSELF, Chain
from smsapp.runtime import Runtime
from smsapp.service import outbox, overdue
from smsapp.service.deaths import mourners
from smsapp.service.done import NUMBERS, done_of
from smsapp.service.moments import by_day, first_moment, next_moment, seat_of
from smsapp.service.overdue import Late
from smsapp.service.people import help_phones
from smsapp.service.remind_text import own_months, sms_for
from smsapp.service.tips import tip_for
from smsapp.store import reminders as store
from smsapp.store.numbers import unheard
from smsapp.store.people import Person, people_by_ids, person_by_id
from smsapp.store.reminders import Planned, Reminder

log = structlog.get_logger()

BATCH = 500  # steps one tick of the clock looks at; the rest wait a second
WEEK = timedelta(days=7)


def begin(
    rt: Runtime,
    db: Connection,
    kind: str,
    person_id: int,
    period: str,
    at: datetime,
    report_id: int | None = None,
) -> bool:
    """Plan the first step of a chain; one that ended goes on. False: it is begun already.

    `at`: the moment it is due, or any of the day it is due on. A day that is past already: the
    next morning. `period`: one chain of a person and kind each, for ever.
    """
    chain = rt.flows.chains.get(kind)
    if chain is None:
        log.error("no_such_chain", kind=kind)
        return False
    step = chain.steps[0]
    who = None if step.to == HERSELF else person_by_id(db, person_id, rt.now())
    due_at = first_moment(rt, step, at, seat_of(step, person_id, who))
    row = Planned(person_id, kind, period, 0, report_id, due_at)
    return bool(store.add(db, [row])) or store.revive(db, [person_id], kind, period) > 0


def begin_for(
    rt: Runtime, db: Connection, kind: str, people: Sequence[Person], period: str, at: datetime
) -> None:
    """The same for many people, about no report: one statement, and one where some had it."""
    chain = rt.flows.chains.get(kind)
    if chain is None:
        log.error("no_such_chain", kind=kind)
        return
    rows = []
    for one in people:
        due_at = first_moment(rt, chain.steps[0], at, seat_of(chain.steps[0], one.id, one))
        rows.append(Planned(one.id, kind, period, 0, None, due_at))
    if store.add(db, rows) < len(rows):
        store.revive(db, [one.id for one in people], kind, period)


def drop(rt: Runtime, db: Connection, report_id: int, kind: str) -> int:
    """What was waited for has come: nothing more is sent of the chain about this report."""
    return store.drop(db, report_id, kind, rt.now())


def send_due(rt: Runtime) -> int:
    """What the clock does for reminders. Gives how many steps were sent."""
    kinds = None if by_day(rt) else _urgent(rt)
    with rt.read() as db:
        due = store.due(db, rt.now(), BATCH, kinds)
    if not due:
        return 0
    try:
        with rt.begin() as db:
            return _send(rt, db, store.due(db, rt.now(), BATCH, kinds))
    except Exception as error:  # one of them cannot be sent: each apart, so that it stops no other
        log.warning("reminders_apart", error=type(error).__name__)
        return sum(_send_apart(rt, one) for one in due)


def _urgent(rt: Runtime) -> list[str]:
    return [kind for kind, chain in rt.flows.chains.items() if chain.lane == "urgent"]


def _send_apart(rt: Runtime, one: Reminder) -> int:
    try:
        with rt.begin() as db:
            return _send(rt, db, [one])
    except Exception as error:  # the outermost door of this one reminder
        log.error("reminder_not_sent", reminder=one.id, error=type(error).__name__)
        return 0


def _unheard(rt: Runtime, db: Connection, ids: Collection[int]) -> set[int]:
    return unheard(db, ids, rt.now() - timedelta(days=rt.settings.number_days))


@dataclass
class Round:
    """Steps that are due together, and what becomes of them."""

    rt: Runtime
    db: Connection
    people: dict[int, Person]
    nudged: dict[int, int]  # how many nudges each had this week
    done: set[int]  # steps about what is done
    unheard: set[int]  # on whose number nobody was heard for long
    mourning: set[int]  # who told a death lately
    hers: list[Reminder] = field(default_factory=list)
    above: list[Late] = field(default_factory=list)
    dropped: dict[str, list[int]] = field(default_factory=dict)  # by why
    following: list[Planned] = field(default_factory=list)

    def drop(self, one: Reminder, why: str) -> None:
        """Not this step; what is not the end of the chain has a next one."""
        self.dropped.setdefault(why, []).append(one.id)

    def follow(self, one: Reminder, *, at_once: bool = False, sent: bool = False) -> None:
        """The next step, if there is one, so long after this one."""
        chain = self.rt.flows.chains[one.kind]
        if one.step + 1 < len(chain.steps):
            due_at = self.rt.now()
            if not at_once:
                due_at = next_moment(self.rt, chain, one, self.people[one.person_id], sent=sent)
            self.following.append(
                Planned(one.person_id, one.kind, one.period, one.step + 1, one.report_id, due_at)
            )


def _send(rt: Runtime, db: Connection, due: Sequence[Reminder]) -> int:
    ids = {one.person_id for one in due}
    nudges = [kind for kind, chain in rt.flows.chains.items() if chain.nudge]
    people = {one.id: one for one in people_by_ids(db, ids, rt.now())}
    nudged = store.nudged(db, ids, nudges, rt.now() - WEEK)
    done = done_of(rt, db, due)
    turn = Round(rt, db, people, nudged, done, _unheard(rt, db, ids), mourners(db, ids, rt.now()))
    for one in due:
        _sort(turn, one)
    count = _send_hers(turn)
    told = overdue.tell(rt, db, turn.above)
    for late in told.sent:
        turn.follow(late.one, sent=True)
    for late in told.nobody:
        turn.drop(late.one, "nobody")
        turn.follow(late.one, at_once=True)
    for why, dropped in turn.dropped.items():
        store.drop_steps(db, dropped, why, rt.now())
        log.info("reminders_dropped", count=len(dropped), why=why)
    store.add(db, turn.following)
    return count + len(told.sent)


def _sort(turn: Round, one: Reminder) -> None:
    """Whether this step is sent, and to whom."""
    chain = turn.rt.flows.chains.get(one.kind)
    person = turn.people[one.person_id]
    ends = _ends(turn, one, chain, person)
    if chain is None or ends:
        turn.drop(one, ends)
        return
    step = chain.steps[one.step]
    if step.to != HERSELF:
        real = person if one.training is None else replace(person, training=one.training)
        turn.above.append(Late(one, step, real))  # real people hear of what is real
        return
    why = _why_not(turn, one, chain, person)
    if why:
        turn.drop(one, why)
        turn.follow(one)
        return
    turn.nudged[person.id] = turn.nudged.get(person.id, 0) + chain.nudge
    turn.hers.append(one)


def _ends(turn: Round, one: Reminder, chain: Chain | None, person: Person) -> str:
    """Why nothing more of this chain is said to anybody; empty where it goes on."""
    if chain is None or one.step >= len(chain.steps):
        return "no_chain"
    if one.id in turn.done:
        return "done"
    if not person.active:
        return "left"
    if one.training and not person.training:
        return "trained"  # it was an exercise, and nobody real hears of it
    flows = turn.rt.flows
    if chain.needs and chain.needs not in flows.served(
        person.role, person.language, training=person.training
    ):
        return "not_open"
    return ""


def _why_not(turn: Round, one: Reminder, chain: Chain, person: Person) -> str:
    """Why a step to herself is not sent; empty where it is."""
    now = turn.rt.now()
    if now - one.due_at > timedelta(hours=chain.useful_for):
        return "late"
    if not person.phone:
        return "nobody"
    if person.opted_out:
        return "opted_out"
    if person.id in turn.unheard and one.kind not in NUMBERS:
        return "unheard"
    if one.kind == "tip" and not (person.tips and tip_for(turn.rt, person, one.due_at)):
        return "no_tip"
    if not chain.nudge:
        return ""
    if turn.nudged.get(person.id, 0) >= turn.rt.settings.nudges_a_week:
        return "enough"
    return "mourning" if person.id in turn.mourning else ""


def _send_hers(turn: Round) -> int:
    """The steps to the CHWs themselves, in one statement."""
    rt, db = turn.rt, turn.db
    mine = store.settle(db, [one.id for one in turn.hers], rt.now())
    sent = [one for one in turn.hers if one.id in mine]
    own = own_months(rt, db, sent, turn.people)
    phones = help_phones(rt, db, [turn.people[one.person_id] for one in sent]) if sent else {}
    rows = []
    for one in sent:
        who = turn.people[one.person_id]
        rows.append(sms_for(rt, one, who, phones[who.id], own.get(one.id, {})))
    outbox.put_all(rt, db, rows)
    for one in sent:
        turn.follow(one, sent=True)
    return len(sent)
