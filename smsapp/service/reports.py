"""A filling becomes a report: exactly once, with all that it obliges, in one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from smsapp import ref
from smsapp.flow.judge import Judgement, judge
from smsapp.flow.model import Answers, Flow, Given
from smsapp.runtime import Runtime
from smsapp.service import effects
from smsapp.store import reports as store
from smsapp.store.people import Person
from smsapp.store.reports import Draft, Report

DANGER_RESUME = timedelta(hours=24)  # a child in danger stays "the same child" for a day
REF_TRIES = 20  # a CHW with 50,000 reports would still find a free one


class NotAllowed(Exception):
    """She may not send this report now: no longer active, or not in this role."""


@dataclass(frozen=True)
class Filling:
    """What one filling of a flow holds at the moment it is saved."""

    flow: Flow
    origin: str
    session: str  # gateway session, or the SMS's id
    n: int
    source: str  # ussd sms
    text_length: int
    given: Given
    answers: Answers
    began_at: datetime
    taken: tuple[tuple[str, str], ...] = ()
    withdrawn: int = 0
    report_id: int | None = None  # the earlier report it amends


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
    it is open, left as it is once closed.
    """
    if finished:
        _check(person, filling.flow)
    judged = judge(filling.flow, filling.answers, filling.given)
    report, fresh = _report(rt, db, person, filling, judged)
    origin = store.find_origin(db, filling.origin)
    closed = origin is not None and origin.state == "closed" and not fresh
    if closed and origin is not None and origin.text_length != filling.text_length:
        return Recorded(report.ref, report.id, judged, already=True)
    if not closed:
        _write(rt, db, filling, judged, report, finished=finished, fresh=fresh)
    done = effects.apply(rt, db, person, filling, judged, report, finished=finished)
    if not closed:
        _settle(rt, db, person, filling, report, finished=finished)
    return Recorded(done.values.get("ref", report.ref), report.id, judged, *done.both())


def _check(person: Person, flow: Flow) -> None:
    """Role and standing once more: she may have left since she dialled."""
    if not person.active or (flow.roles and person.role not in flow.roles):
        raise NotAllowed(flow.id)


def _report(
    rt: Runtime, db: Connection, person: Person, filling: Filling, judged: Judgement
) -> tuple[Report, bool]:
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
            return store.report_by_id(db, report_id), filling.report_id is None
        except IntegrityError:
            origin = store.find_origin(db, filling.origin)
            if origin is None:
                raise
    return store.report_by_id(db, origin.report_id), False


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
    classes = list(judged.classes)
    values: dict[str, Any] = {
        "answers": filling.answers,
        "classes": classes,
        "changed_at": now,
        "waits": _waits(filling.flow, filling.answers, judged) if finished else report.waits,
    }
    if finished:
        values |= {"state": "closed", "closed_at": report.closed_at or now, "unconfirmed": False}
    store.change_report(db, report.id, **values)
    what = "closed" if finished else "opened" if fresh else "amended"
    store.add_event(db, report.id, now, what, filling.answers, classes)


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
        keep_draft(rt, db, person, filling, report_id=report.id)


def keep_draft(
    rt: Runtime, db: Connection, person: Person, filling: Filling, report_id: int | None = None
) -> bool:
    """Keep what is not finished, to be taken up again. False: it is finished already."""
    origin = store.find_origin(db, filling.origin)
    if origin is not None and origin.state == "closed":
        return False
    danger = report_id is not None or origin is not None
    patience = DANGER_RESUME if danger else timedelta(seconds=rt.settings.resume_seconds)
    values: Mapping[str, Any] = {
        "person_id": person.id,
        "flow": filling.flow.id,
        "version": filling.flow.version,
        "session": filling.session,
        "text_length": filling.text_length,
        "given": asdict(filling.given),
        "keys": [list(pair) for pair in filling.taken],
        "danger": danger,
        "report_id": report_id or (origin.report_id if origin else filling.report_id),
        "state": "open",
        "began_at": filling.began_at,
        "due_at": rt.now() + patience,
    }
    store.put_draft(db, filling.origin, values)
    return True


def in_danger(filling: Filling) -> bool:
    """Whether a danger class holds on what was answered so far."""
    return bool(judge(filling.flow, filling.answers, filling.given).dangers)


def expire_drafts(rt: Runtime, most: int = 200) -> int:
    """Drafts whose time is over; a report in danger is closed as it stands, unconfirmed."""
    with rt.read() as db:
        due = store.drafts_due(db, rt.now(), most)
    for draft in due:
        with rt.begin() as db:
            _expire(rt, db, draft)
    return len(due)


def _expire(rt: Runtime, db: Connection, draft: Draft) -> None:
    store.settle_draft(db, draft.origin, "expired")
    origin = store.find_origin(db, draft.origin)
    if origin is None or origin.state == "closed":
        return
    now = rt.now()
    report = store.report_by_id(db, origin.report_id)
    store.change_origin(db, draft.origin, "closed", origin.text_length)
    store.change_report(
        db, report.id, state="closed", unconfirmed=True, changed_at=now, closed_at=now
    )
    store.add_event(db, report.id, now, "expired", report.answers, report.classes)
    effects.mark_unconfirmed(db, report.id)
