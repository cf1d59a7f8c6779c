"""Visits: one side notes it, the other is asked; it counts when both have said so.

A no is nobody's blame. It stands as unconfirmed, where the district sees it.
"""

from datetime import date, timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Item
from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.filled import Case, Done
from smsapp.service.moments import by_day, next_morning
from smsapp.service.naming import dated, local_day
from smsapp.service.people import is_doubtful, language_of, text_for
from smsapp.store import team
from smsapp.store import visits as store
from smsapp.store.people import Person, person_by_code, person_by_id
from smsapp.store.team import Member
from smsapp.store.visits import Last, Visit

ASKED_BACK = timedelta(days=30)  # an older visit nobody remembers
WAITED = timedelta(days=7)  # without a word of the other side it is unconfirmed
NEVER = "-"  # in the place of a day


def record(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Note a visit: `done`, `confirmed` where the other had noted it, `already`, `not_yours`."""
    days = case.filling.answers.get(effect.day)
    pair = _pair(rt, db, case, effect)
    if pair is None or not isinstance(days, int):
        done.outcomes[effect.id] = "not_yours"
        return
    chw, supervisor = pair
    day = local_day(rt, case.report.opened_at) - timedelta(days=days)
    done.outcomes[effect.id] = _note(rt, db, case, chw, supervisor, day)
    done.values |= {"chw": chw.short, "name": supervisor.short}
    done.values["date"] = dated(rt, case.filling.given.language, day)


def _pair(rt: Runtime, db: Connection, case: Case, effect: Effect) -> tuple[Person, Person] | None:
    """The CHW and her supervisor; None: the one who is meant is not in this team any more."""
    by, now = case.person, rt.now()
    if by.role == "chw":
        boss = person_by_id(db, by.supervisor_id, now) if by.supervisor_id else None
        return (by, boss) if boss and boss.active else None
    chw = person_by_code(db, str(case.filling.answers.get(effect.ask, "")), now)
    return (chw, by) if chw and chw.id in {one.id for one in team.members(db, [by.id])} else None


def _note(
    rt: Runtime, db: Connection, case: Case, chw: Person, supervisor: Person, day: date
) -> str:
    by, report = case.person, case.report
    added = store.add(
        db,
        chw_id=chw.id,
        supervisor_id=supervisor.id,
        visited_on=day,
        by_id=by.id,
        report_id=report.id,
        training=chw.training or supervisor.training,
        recorded_at=rt.now(),
    )
    if added is not None:
        _ask(rt, db, added, by, supervisor if by.id == chw.id else chw, day)
        return "done"
    known = store.of_day(db, chw.id, supervisor.id, day)
    if known.by_id == by.id:
        return "done" if known.report_id == report.id else "already"  # the same hop again
    said = store.say(db, known.id, "yes", report.id, rt.now())
    return "confirmed" if said or known.said_in == report.id else "already"


def _ask(rt: Runtime, db: Connection, visit_id: int, by: Person, other: Person, day: date) -> None:
    """One SMS by day to the other side, who may also find it by dialling."""
    if not other.phone or other.opted_out or is_doubtful(rt, db, other):
        return
    values = {"name": by.short, "chw": by.short, "date": dated(rt, language_of(rt, other), day)}
    word = "visit.asked" if other.role == "chw" else "visit.told"
    due_at = rt.now() if by_day(rt) else next_morning(rt, other.id)
    outbox.put(
        rt,
        db,
        key=f"visit:{visit_id}:{other.id}",
        kind="reminder",
        phone=other.phone,
        text=text_for(rt, db, other, word, code=rt.settings.service_code, **values),
        lane="bulk",
        person_id=other.id,
        due_at=due_at,
        expires_at=due_at + WAITED,
    )


def answer(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """She says yes or no; without a visit named, of the one that waits for her word."""
    named, said = case.filling.answers.get(effect.ask), str(case.filling.answers[effect.answer])
    waits = waiting(rt, db, case.person)
    if named is None and len(waits) != 1:
        before = store.said_in(db, case.report.id)
        done.outcomes[effect.id] = "done" if before else "several" if waits else "none_open"
        _tell(rt, db, case, before, done)
        return
    wanted = str(named) if named is not None else str(waits[0].id)
    found = store.of_chw(db, case.person.id, int(wanted)) if wanted.isdigit() else None
    if found is None:
        done.outcomes[effect.id] = "not_yours"
        return
    mine = store.say(db, found.id, said, case.report.id, rt.now())
    done.outcomes[effect.id] = "done" if mine or found.said_in == case.report.id else "already"
    _tell(rt, db, case, found, done)


def _tell(rt: Runtime, db: Connection, case: Case, found: Visit | None, done: Done) -> None:
    boss = person_by_id(db, found.supervisor_id, rt.now()) if found else None
    if found and boss:
        done.values["name"] = boss.short
        done.values["date"] = dated(rt, case.filling.given.language, found.visited_on)


def waiting(rt: Runtime, db: Connection, person: Person) -> list[store.Named]:
    """The visits that wait for her word, oldest first."""
    return store.waiting_for(db, person.id, local_day(rt, rt.now()) - ASKED_BACK)


def waiting_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Visit: Grace, Tue 17/11`: to be said yes or no to."""
    return tuple(
        Item(str(one.id), _item(rt, person, "item.visit", one)) for one in waiting(rt, db, person)
    )


def unconfirmed_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Grace > Esther Tue 17/11`: for the one above both."""
    today = local_day(rt, rt.now())
    since, until = today - ASKED_BACK, today - WAITED
    found = store.unconfirmed(db, person.place_id, since, until, training=person.training)
    return tuple(Item(str(one.id), _item(rt, person, "item.unconfirmed", one)) for one in found)


def _item(rt: Runtime, person: Person, word: str, one: store.Named) -> str:
    date = dated(rt, person.language, one.visited_on)
    values = {"chw": one.chw_short, "name": one.supervisor_short, "date": date}
    return rt.flows.say(word, person.language, **values)


def team_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Esther, 12/10`: his CHWs with the day of the last visit, the longest ago first."""
    members = team.members(db, [person.id])
    last = store.last_visits(db, [one.id for one in members])
    return tuple(
        Item(one.code, _visited(rt, person.language, one, last.get(one.id, Last())))
        for one in sorted(members, key=lambda one: last.get(one.id, Last()).noted_on or date.min)
    )


def _visited(rt: Runtime, language: str, one: Member, last: Last) -> str:
    day = f"{last.noted_on.day}/{last.noted_on.month}" if last.noted_on else NEVER
    return rt.flows.say("item.member", language, chw=one.short, time=day)


EFFECTS = {"record_visit": record, "answer_visit": answer}
