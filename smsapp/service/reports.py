"""A filling becomes a report: exactly once, with all that it obliges, in one transaction."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from smsapp import ref
from smsapp.flow.judge import Judgement, judge
from smsapp.flow.model import Answers, Flow
from smsapp.runtime import Runtime
from smsapp.service import drafts, effects
from smsapp.service.filled import Filling
from smsapp.store import reports as store
from smsapp.store.people import Person
from smsapp.store.reports import Origin, Report

__all__ = ["Filling", "NotAllowed", "Recorded", "in_danger", "record"]

REF_TRIES = 20  # a CHW with 50,000 reports would still find a free one


class NotAllowed(Exception):
    """She may not send this report now: no longer active, or not in this role."""


@dataclass(frozen=True)
class Recorded:
    """What was saved. `already`: by an earlier call; nothing was changed now."""

    ref: str
    report_id: int
    judged: Judgement
    outcomes: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    already: bool = False


def record(
    rt: Runtime, db: Connection, person: Person, filling: Filling, *, finished: bool
) -> Recorded:
    """Save a filling, at a commit on the way or when it is finished. Raises NotAllowed.

    `person` is as she stands in this transaction. The same origin is the same report: amended while
    it is open, left as it is once closed, but for danger that was not known. The same answers are
    the same hop again: nothing is written, and the reply is the same.
    """
    if finished:
        _check(person, filling.flow)
    judged = judge(filling.flow, filling.answers, filling.given)
    report, origin, fresh = _report(rt, db, person, filling, judged)
    closed = origin.state == "closed"
    known = not fresh and report.answers == filling.answers
    if closed and not known and set(judged.dangers) <= set(report.classes):
        return Recorded(report.ref, report.id, judged, already=True)
    if not (closed or finished or fresh) and _is_stale(db, filling):
        return Recorded(report.ref, report.id, judged)
    write, ends = not (closed and known), finished or closed
    if write:
        _write(rt, db, filling, judged, report, finished=ends, fresh=fresh)
    done = effects.apply(rt, db, person, filling, judged, report, finished=finished)
    if write:
        _settle(rt, db, person, filling, report, finished=ends)
    return Recorded(done.values.get("ref", report.ref), report.id, judged, *done.both())


def _is_stale(db: Connection, filling: Filling) -> bool:
    """Whether a later hop of the same call was saved while this one was still on its way."""
    kept = store.draft_of_origin(db, filling.origin)
    same = kept is not None and kept.session == filling.session
    return kept is not None and same and kept.text_length > filling.text_length


def _check(person: Person, flow: Flow) -> None:
    """Role and standing once more: she may have left since she dialled."""
    if not person.active or (flow.roles and person.role not in flow.roles):
        raise NotAllowed(flow.id)


def _report(
    rt: Runtime, db: Connection, person: Person, filling: Filling, judged: Judgement
) -> tuple[Report, Origin, bool]:
    """The report of this origin, and whether it was made now. The unique origin decides."""
    origin = store.find_origin(db, filling.origin)
    if origin is None:
        try:
            with db.begin_nested():
                report_id = filling.report_id or _add(rt, db, person, filling, judged)
                store.add_origin(
                    db,
                    origin=filling.origin,
                    session=filling.session,
                    n=filling.n,
                    report_id=report_id,
                    state="open",
                    text_length=filling.text_length,
                )
        except IntegrityError:
            made = False
        else:
            made = filling.report_id is None
        origin = store.find_origin(db, filling.origin)
        if origin is None:
            raise LookupError("the origin that was in the way is gone")
        return store.report_by_id(db, origin.report_id), origin, made
    return store.report_by_id(db, origin.report_id), origin, False


def _add(rt: Runtime, db: Connection, person: Person, filling: Filling, judged: Judgement) -> int:
    now = rt.now()
    return store.add_report(
        db,
        ref=_free_ref(db, person.id),
        person_id=person.id,
        flow=filling.flow.id,
        version=filling.flow.version,
        source=filling.source,
        state="open",
        training=person.training,
        params=filling.given.params,
        answers=filling.answers,
        classes=list(judged.classes),
        place_id=person.place_id,
        opened_at=now,
        changed_at=now,
    )


def _free_ref(db: Connection, person_id: int) -> str:
    for _ in range(REF_TRIES):
        one = ref.make_ref()
        if not store.has_ref(db, person_id, one):
            return one
    raise RuntimeError("no free reference was found; this person has too many reports")


def _write(
    rt: Runtime,
    db: Connection,
    filling: Filling,
    judged: Judgement,
    report: Report,
    *,
    finished: bool,
    fresh: bool,
) -> None:
    now = rt.now()
    classes = _classes(filling, judged, report)
    values: dict[str, Any] = {
        "answers": filling.answers,
        "classes": classes,
        "changed_at": now,
        "waits": _waits(filling.flow, filling.answers, judged) if finished else report.waits,
    }
    if finished:
        values |= {"state": "closed", "closed_at": report.closed_at or now, "unconfirmed": False}
    if not finished and not fresh and report.answers == filling.answers:
        return
    store.change_report(db, report.id, **values)
    what = "closed" if finished else "opened" if fresh else "amended"
    store.add_event(db, report.id, now, what, filling.answers, classes)


def _classes(filling: Filling, judged: Judgement, report: Report) -> list[str]:
    """What holds now; danger once told is lowered by `Mistake` alone."""
    told = () if filling.withdrawn else report.classes
    held = {*judged.classes, *(one.id for one in filling.flow.danger_classes if one.id in told)}
    return [one.id for one in filling.flow.classes if one.id in held]


def _waits(flow: Flow, answers: Answers, judged: Judgement) -> str:
    """The first ask whose result is awaited; nothing waits where the child is referred."""
    if judged.dangers:
        return ""
    for ask in flow.asks:
        if ask.waits and judged.facts.get(ask.id) in ask.waits and answers.get(ask.id):
            return ask.id
    return ""


def _settle(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    report: Report,
    *,
    finished: bool,
) -> None:
    state = "closed" if finished else "open"
    store.change_origin(db, filling.origin, state, filling.text_length)
    if finished:
        store.settle_draft(db, filling.origin, "settled")
    else:
        drafts.keep_draft(rt, db, person, filling, rt.now(), report_id=report.id)


def in_danger(filling: Filling) -> bool:
    """Whether a danger class holds on what was answered so far."""
    return bool(judge(filling.flow, filling.answers, filling.given).dangers)
