"""Deaths: each is one record wherever it was told, and ends what was asked about that child."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service.filled import Case, Done
from smsapp.service.naming import local_day, seen_day
from smsapp.store import deaths as store
from smsapp.store import reports as report_store
from smsapp.store.deaths import Death
from smsapp.store.people import Person, person_by_id
from smsapp.store.reports import Report

MOURNING = timedelta(days=7)  # no tip or nudge to who told a death: programme's choice, a week
BANDS, OLDEST = ((1, "newborn"), (12, "infant")), "child"  # under so many months: domain notes C4
OTHER = "other"
OF_ANYBODY = {"newborn": "newborn", "pregnant": "mother", "mother": "mother"}  # by who was sent
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
    return bool(mourners(db, [person_id], now))


def mourners(db: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Those of these people who told a death within the week."""
    return store.tellers(db, ids, now - MOURNING)


def record_told(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The effect `record_death`: its asks say who died, how long ago, and which child that was."""
    store.lock_teller(db, case.person.id)
    told = _told(rt, db, case, effect)
    known = _told_already(rt, db, case, effect, told)
    child_id = told.child.id if told.child else None
    if known is None:
        record_death(
            rt, db, case.person, case.report.id, told.kind, told.on, case_report_id=child_id
        )
        done.outcomes[effect.id] = "done"
        return
    done.outcomes[effect.id], done.values["earlier"] = "already", known.ref
    if effect.day and not _has_day(rt, known.flow):
        store.date_it(db, known.id, told.on)
    if child_id is not None:
        store.add_case(db, known.id, child_id)
        store.leave_in_peace(db, child_id, rt.now())


def record_heard(rt: Runtime, db: Connection, child: Report) -> None:
    """Another than the CHW says that the person of this report of hers has died: written down as
    told of that report, unless she told it before.
    """
    teller = person_by_id(db, child.person_id, rt.now())
    if teller is None:
        raise LookupError("the person of a report is gone")
    store.lock_teller(db, teller.id)
    today = local_day(rt, rt.now())
    seen = seen_day(rt, child.opened_at, child.seen_on)
    told = Told(_band(child), min(seen, today), today, child)
    known = store.of_report(db, child.id) or _same(rt, recent_deaths(rt, db, teller), told)
    if known is None:
        record_death(rt, db, teller, child.id, told.kind, today, case_report_id=child.id)
        return
    store.add_case(db, known.id, child.id)
    store.leave_in_peace(db, child.id, rt.now())


@dataclass(frozen=True)
class Told:
    """A death as one report tells it: on one day, or between the day seen and that of telling."""

    kind: str
    since: date
    on: date
    child: Report | None


def _told(rt: Runtime, db: Connection, case: Case, effect: Effect) -> Told:
    answers, child = case.filling.answers, _child(db, case, effect)
    kind = str(answers.get(effect.ask, "")) or effect.kind or _band(child)
    ago = answers.get(effect.day, 0)
    on = local_day(rt, case.report.opened_at) - timedelta(days=ago if isinstance(ago, int) else 0)
    seen = seen_day(rt, child.opened_at, child.seen_on) if child and not effect.day else on
    return Told(kind, min(seen, on), on, child)


def _has_day(rt: Runtime, flow_id: str) -> bool:
    """Whether this flow asks on which day somebody died."""
    flow = rt.flows.flows.get(flow_id)
    return flow is not None and any(one.day for one in flow.effects if one.do == "record_death")


def _told_already(
    rt: Runtime, db: Connection, case: Case, effect: Effect, told: Told
) -> Death | None:
    """The child's death; or the one she says this is; or, where none is offered, one of that kind
    which can have been on that day, of this child or of one she did not name.
    """
    hers = store.of_report(db, told.child.id) if told.child else None
    others = [one for one in recent_deaths(rt, db, case.person) if one.ref != case.report.ref]
    said = case.filling.answers.get(effect.earlier)
    if hers or store.of_report(db, case.report.id):
        return hers if hers and hers.ref != case.report.ref else None
    if isinstance(said, str):
        return next((one for one in others if one.ref == said), None)
    if effect.earlier and case.filling.given.face == "ussd":
        return None
    return _same(rt, others, told)


def _same(rt: Runtime, others: Sequence[Death], told: Told) -> Death | None:
    """One of these deaths that can be this one."""
    return next((one for one in others if _can_be(rt, one, told)), None)


def _can_be(rt: Runtime, known: Death, told: Told) -> bool:
    """Whether both can be one death: its kind, its day, and no other child's."""
    if known.kind != told.kind or (told.child and known.case_report_id):
        return False
    since = known.died_on
    if known.case_told_at and not _has_day(rt, known.flow):
        since = seen_day(rt, known.case_told_at, known.case_seen_on)
    return since <= told.on and told.since <= known.died_on


def _child(db: Connection, case: Case, effect: Effect) -> Report | None:
    """The child's report: the one that is named, or this one, where it does not ask who died."""
    if not effect.child and not effect.ask:
        return case.report
    ref = str(case.filling.answers.get(effect.child, ""))
    return report_store.report_by_ref(db, case.person.id, ref)


def _band(child: Report | None) -> str:
    """Who died, by the age that was told of the child."""
    who = child.answers.get("who") if child else None
    if isinstance(who, str):
        return OF_ANYBODY.get(who, OTHER)
    age = child.answers.get("age") if child else None
    if child is None or not isinstance(age, int):
        return OLDEST
    months = age * MONTHS if child.answers.get("unit") == "years" else age
    return next((kind for under, kind in BANDS if months < under), OLDEST)
