"""What a CHW has to do: see a child again, ask whether one she sent has arrived, read a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from smsapp.flow.judge import limit
from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import remind
from smsapp.service.filled import Case, Done
from smsapp.service.moments import at_hour
from smsapp.service.naming import local_day, seen_day
from smsapp.store import reports as report_store
from smsapp.store import tasks as store
from smsapp.store.alerts import standing
from smsapp.store.deaths import lock_teller
from smsapp.store.people import Person
from smsapp.store.reminders import take_up
from smsapp.store.reports import Report

REFERRAL, ARRIVED = "referral", "arrived"  # of the task and its chain; how it ends
BACK = "back"  # how the CHW ends it who has the child back, seen there or not


@dataclass(frozen=True)
class Due:
    """One thing that is due. `word`: how an SMS about it begins."""

    kind: str  # follow_up referral test
    ref: str
    word: str
    on: date
    answers: Mapping[str, Any]
    opened_at: datetime
    seen_on: date | None


def due(rt: Runtime, db: Connection, person: Person) -> list[Due]:
    """What is due for her today: children to see, referrals to ask about, tests; oldest first."""
    found = [
        Due(one.kind, one.ref, _word(rt, one.kind), one.due_on, *_child(one))
        for one in store.due_tasks(db, person.id, local_day(rt, rt.now()))
    ]
    found += [
        Due("test", one.ref, _letter(rt, one), local_day(rt, one.opened_at), *_child(one))
        for one in report_store.waiting(db, person.id)
    ]
    return sorted(found, key=lambda one: one.on)


def _child(one: store.Task | Report) -> tuple[Mapping[str, Any], datetime, date | None]:
    return one.answers, one.opened_at, one.seen_on


def _word(rt: Runtime, kind: str) -> str:
    flow = rt.flows.flows.get(kind)
    return flow.keywords[0].word if flow else ""


def _letter(rt: Runtime, report: Report) -> str:
    flow = rt.flows.flows.get(report.flow)
    ask = flow.ask(report.waits) if flow else None
    return ask.letter if ask else ""


def plan(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Somebody is to be seen again, or asked about, so many days after the day seen."""
    done.outcomes[effect.id] = "done"
    about = about_whom(db, case, effect)
    if about is None:
        return
    days = limit(effect.days, case.judged.facts, 0)
    due_on = seen_day(rt, case.report.opened_at, case.report.seen_on) + timedelta(days=days)
    if store.put_task(db, case.person.id, about.id, effect.kind, due_on):
        remind.drop(rt, db, about.id, effect.kind)
        at = at_hour(rt, due_on, rt.settings.reminder_hour)
        period = f"{about.ref}:{due_on}"
        remind.begin(rt, db, effect.kind, case.person.id, period, at, about.id)


def forget(rt: Runtime, db: Connection, case: Case, effect: Effect) -> None:
    """What made it necessary holds no longer. While an alert stands, it is still asked about."""
    about = about_whom(db, case, effect)
    stands = effect.kind == REFERRAL and standing(db, case.report.id)
    if about is not None and not stands:
        store.drop(db, about.id, effect.kind)
        remind.drop(rt, db, about.id, effect.kind)


def answer(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """She has seen the child, or knows what became of it: `done`, `already`, `not_yours`."""
    ref = case.filling.answers.get(effect.ask)
    found = store.task_of(db, case.person.id, str(ref), effect.kind)
    if found is None:
        done.outcomes[effect.id] = "not_yours"
        return
    outcome = str(case.filling.answers.get(effect.answer, ""))
    lock_teller(db, case.person.id)  # before the task: of two who tell one death each waits once
    mine = store.finish(db, found.id, outcome, case.report.id, rt.now())
    done.outcomes[effect.id] = "done" if mine else "already"
    if mine:
        remind.drop(rt, db, found.report_id, effect.kind)


def arrived(rt: Runtime, db: Connection, sent_id: int, said_id: int) -> bool:
    """Who was sent in one report is there, as another one says. False: that was known, or no task.

    Nobody is asked or reminded any more.
    """
    found, now = store.task_about(db, sent_id, REFERRAL), rt.now()
    if found is None:
        return False
    if not store.finish(db, found, ARRIVED, said_id, now):
        store.restate(db, found, BACK, ARRIVED, said_id, now)
        return False
    remind.drop(rt, db, sent_id, REFERRAL)
    return True


def take_back(_rt: Runtime, db: Connection, case: Case, _effect: Effect) -> None:
    """She said so by mistake."""
    reopen(db, case.report.id)


def reopen(db: Connection, said_id: int) -> None:
    """What a report said was done is to be done again, and is reminded of again."""
    for report_id, kind in store.reopen(db, said_id):
        take_up(db, report_id, kind)


def about_whom(db: Connection, case: Case, effect: Effect) -> Report | None:
    """The report that an effect is about: its own, or the one an ask names; None: not hers."""
    if not effect.ask:
        return case.report
    ref = case.filling.answers.get(effect.ask)
    return report_store.report_by_ref(db, case.person.id, str(ref))
