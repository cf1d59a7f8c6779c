"""Deaths: each is one record wherever it was told, and ends what was asked about that child."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service.filled import Case, Done
from smsapp.service.naming import local_day
from smsapp.store import deaths as store
from smsapp.store import reports as report_store
from smsapp.store.deaths import Death
from smsapp.store.people import Person
from smsapp.store.reports import Report

MOURNING = timedelta(days=7)  # no tip or nudge to who told a death: programme's choice, a week
BANDS, OLDEST = ((1, "newborn"), (12, "infant")), "child"  # under so many months: domain notes C4
MONTHS = 12  # of a year
RECENT = timedelta(days=30)  # deaths told longer ago are not offered as "told already"


def record_death(
    rt: Runtime,
    db: Connection,
    person: Person,
    report_id: int,
    kind: str,
    died_on: date,
    case_report_id: int | None = None,
) -> bool:
    """Write a death down, and end what was asked about the child of that case.

    `report_id`: in which it is told; `case_report_id`: of the child, where it is known. False: the
    death of this case, or one told in this report, is written down already.
    """
    known = store.of_report(db, case_report_id or report_id)
    made = known is None and store.add_death(
        db,
        person_id=person.id,
        report_id=report_id,
        case_report_id=case_report_id,
        kind=kind,
        place_id=person.place_id,
        training=person.training,
        died_on=died_on,
    )
    if case_report_id is not None:
        store.leave_in_peace(db, case_report_id, rt.now())
    return made


def recent_deaths(rt: Runtime, db: Connection, person: Person) -> list[Death]:
    """The deaths she told lately, latest first."""
    return store.told_by(db, person.id, rt.now() - RECENT)


def in_mourning(db: Connection, person_id: int, now: datetime) -> bool:
    """Whether she told a death within the week: nothing reminds her but another child's need."""
    return bool(store.told_by(db, person_id, now - MOURNING))


def record_told(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The effect `record_death`: its asks say who died, how long ago, and which child that was."""
    answers = case.filling.answers
    child = _child(db, case, effect)
    kind = str(answers.get(effect.ask, "")) or effect.kind or _band(child)
    ago = answers.get(effect.day, 0)
    died_on = local_day(rt, case.report.opened_at) - timedelta(
        days=ago if isinstance(ago, int) else 0
    )
    known = _told_already(rt, db, case, effect, kind, died_on) if effect.earlier else None
    if known:
        done.outcomes[effect.id], done.values["earlier"] = "already", known.ref
        if child:
            store.add_case(db, known.id, child.id)
            store.leave_in_peace(db, child.id, rt.now())
        return
    made = record_death(
        rt, db, case.person, case.report.id, kind, died_on, child.id if child else None
    )
    done.outcomes[effect.id] = "done"
    if not made and child:
        found = store.of_report(db, child.id)
        if found and found.ref != case.report.ref:
            done.outcomes[effect.id], done.values["earlier"] = "already", found.ref


def _told_already(
    rt: Runtime, db: Connection, case: Case, effect: Effect, kind: str, died_on: date
) -> Death | None:
    """The death she says this is; by SMS, where none is offered, one of that kind and day."""
    others = [one for one in recent_deaths(rt, db, case.person) if one.ref != case.report.ref]
    said = case.filling.answers.get(effect.earlier)
    if isinstance(said, str):
        return next((one for one in others if one.ref == said), None)
    if case.filling.given.face == "ussd":
        return None
    return next((one for one in others if (one.kind, one.died_on) == (kind, died_on)), None)


def _child(db: Connection, case: Case, effect: Effect) -> Report | None:
    """The child's report: the one that is named, or this one, where it does not ask who died."""
    if not effect.child and not effect.ask:
        return case.report
    ref = str(case.filling.answers.get(effect.child, ""))
    return report_store.report_by_ref(db, case.person.id, ref)


def _band(child: Report | None) -> str:
    """Who died, by the age that was told of the child."""
    age = child.answers.get("age") if child else None
    if child is None or not isinstance(age, int):
        return OLDEST
    months = age * MONTHS if child.answers.get("unit") == "years" else age
    return next((kind for under, kind in BANDS if months < under), OLDEST)
