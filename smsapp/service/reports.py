"""A filling becomes a report: exactly once, with all that it obliges, in one transaction."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from smsapp.flow.judge import Judgement, judge
from smsapp.flow.model import Answers, Flow
from smsapp.runtime import Runtime
from smsapp.service import drafts, effects
from smsapp.service.filled import Filling
from smsapp.service.naming import seen_on
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.people import Person
from smsapp.store.reports import Origin, Report

__all__ = ["Filling", "NotAllowed", "Recorded", "record", "waits_for"]

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
    begun = store.find_origin(db, filling.origin) or _begin(
        rt, db, person, filling, judged, finished=finished
    )
    if isinstance(begun, Report):
        return _record_first(rt, db, person, filling, judged, begun, finished=finished)
    return _record_again(rt, db, person, filling, judged, begun, finished=finished)


def _record_first(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    judged: Judgement,
    report: Report,
    *,
    finished: bool,
) -> Recorded:
    """What a report obliges that was made a moment ago: nothing of it can be there yet."""
    what = "closed" if finished else "opened"
    store.add_event(db, report.id, report.opened_at, what, filling.answers, report.classes)
    done = effects.apply(rt, db, person, filling, judged, report, finished=finished, fresh=True)
    if finished:
        draft_store.settle_draft(db, filling.origin, "settled")
    else:
        drafts.keep_draft(rt, db, person, filling, rt.now(), report_id=report.id)
    return Recorded(done.values.get("ref", report.ref), report.id, judged, *done.both())


def _record_again(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    judged: Judgement,
    origin: Origin,
    *,
    finished: bool,
) -> Recorded:
    report = store.report_by_id(db, origin.report_id)
    closed, known = origin.state == "closed", report.answers == filling.answers
    if closed and not known and set(judged.dangers) <= set(report.classes):
        return Recorded(report.ref, report.id, judged, already=True)
    if not (closed or finished) and _is_stale(db, filling):
        return Recorded(report.ref, report.id, judged)
    write, ends = not (closed and known), finished or closed
    if write:
        _write(rt, db, filling, judged, report, finished=ends)
    done = effects.apply(rt, db, person, filling, judged, report, finished=finished)
    if write:
        _settle(rt, db, person, filling, report, finished=ends)
    return Recorded(done.values.get("ref", report.ref), report.id, judged, *done.both())


def _is_stale(db: Connection, filling: Filling) -> bool:
    """Whether a later hop of the same call was saved while this one was still on its way."""
    kept = draft_store.draft_of_origin(db, filling.origin)
    same = kept is not None and kept.session == filling.session
    return kept is not None and same and kept.text_length > filling.text_length


def _check(person: Person, flow: Flow) -> None:
    """Role and standing once more: she may have left since she dialled."""
    if not person.active or (flow.roles and person.role not in flow.roles):
        raise NotAllowed(flow.id)


def _begin(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    judged: Judgement,
    *,
    finished: bool,
) -> Report | Origin:
    """The report made now; or the origin, where it amends one or another request was quicker."""
    made = None if filling.report_id else _add(rt, db, person, filling, judged, finished=finished)
    origin = store.add_origin(
        db,
        origin=filling.origin,
        session=filling.session,
        n=filling.n,
        report_id=made.id if made else filling.report_id,
        state="closed" if made and finished else "open",
        text_length=filling.text_length,
    )
    if origin is not None:
        return made or origin
    if made is not None:
        store.drop_report(db, made.id)
    taken = store.find_origin(db, filling.origin)
    if taken is None:
        raise LookupError("the origin that was in the way is gone")
    return taken


def _add(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    judged: Judgement,
    *,
    finished: bool,
) -> Report:
    now = rt.now()
    for _ in range(REF_TRIES):
        made = store.add_report(
            db,
            ref=rt.draw_ref(),
            person_id=person.id,
            flow=filling.flow.id,
            version=filling.flow.version,
            source=filling.source,
            state="closed" if finished else "open",
            training=person.training,
            params=filling.given.params,
            answers=filling.answers,
            classes=list(judged.classes),
            danger=bool(judged.dangers),
            waits=waits_for(filling.flow, filling.answers, judged) if finished else "",
            place_id=person.place_id,
            private=filling.flow.private,
            unverified=filling.given.unverified,
            seen_on=seen_on(rt, filling.flow, filling.answers, filling.began_at),
            opened_at=now,
            changed_at=now,
            closed_at=now if finished else None,
        )
        if made is not None:
            return made
    raise RuntimeError("no free reference was found; this person has too many reports")


def _write(
    rt: Runtime,
    db: Connection,
    filling: Filling,
    judged: Judgement,
    report: Report,
    *,
    finished: bool,
) -> None:
    now = rt.now()
    classes = _classes(filling, judged, report)
    values: dict[str, Any] = {
        "answers": filling.answers,
        "classes": classes,
        "danger": any(one.id in classes for one in filling.flow.danger_classes),
        "changed_at": now,
        "waits": waits_for(filling.flow, filling.answers, judged) if finished else report.waits,
        "seen_on": seen_on(rt, filling.flow, filling.answers, report.opened_at),
    }
    if finished:
        values |= {"state": "closed", "closed_at": report.closed_at or now, "unconfirmed": False}
    if not finished and report.answers == filling.answers:
        return
    store.change_report(db, report.id, **values)
    what = "closed" if finished else "amended"
    store.add_event(db, report.id, now, what, filling.answers, classes)


def _classes(filling: Filling, judged: Judgement, report: Report) -> list[str]:
    """What holds now; danger once told is lowered by `Mistake` alone."""
    told = () if filling.withdrawn else report.classes
    held = {*judged.classes, *(one.id for one in filling.flow.danger_classes if one.id in told)}
    return [one.id for one in filling.flow.classes if one.id in held]


def waits_for(flow: Flow, answers: Answers, judged: Judgement) -> str:
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
        draft_store.settle_draft(db, filling.origin, "settled")
    else:
        drafts.keep_draft(rt, db, person, filling, rt.now(), report_id=report.id)
