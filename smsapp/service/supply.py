"""Resupply: a CHW asks for medicine, the supervisor or the facility says ready or out of stock."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.answered import NONE_OPEN, NOT_YOURS, SEVERAL, Answered
from smsapp.service.people import contacts, may_stand_in, text_for, text_from
from smsapp.store import requests as store
from smsapp.store.people import Person, people_by_ids, person_by_id
from smsapp.store.requests import OPEN, OpenRequest, Request

Answer = Literal["ready", "stocked_out"]

TOLD_ROLES = ("supervisor", "facility")
LATE_ANSWER = timedelta(hours=24)  # a bare answer after somebody's still means that request
BEFORE = {  # what may be answered so; what was out of stock may come later
    "ready": (*OPEN, "stocked_out"),
    "stocked_out": OPEN,
}


def ask_for(
    rt: Runtime,
    db: Connection,
    person: Person,
    report_id: int,
    ref: str,
    items: Sequence[str],
    texts: Mapping[str, str],
    again: str = "",
) -> str:
    """Write the request down and tell supervisor and facility: `done`, or `nobody` to tell.

    Asked otherwise by a correction, those told hear it once more; `again` names the correction.
    """
    known = store.of_report(db, report_id)
    if known is not None:
        if known.state in OPEN and known.items != items:
            _change(rt, db, known, items, texts, again)
        return "done" if store.told(db, known.id) else "nobody"
    now = rt.now()
    request_id = store.add_request(
        db,
        ref=ref,
        report_id=report_id,
        person_id=person.id,
        training=person.training,
        items=list(items),
        state="requested",
        requested_at=now,
    )
    people = contacts(db, person, TOLD_ROLES, now)
    for one in people:
        _put(rt, db, f"request:{request_id}:{one.id}", one, text_from(rt, db, one, texts))
        store.add_told(db, request_id, one.id, now)
    return "done" if people else "nobody"


def _put(rt: Runtime, db: Connection, key: str, one: Person, text: str) -> None:
    outbox.put(rt, db, key=key, kind="reply", phone=one.phone, text=text, person_id=one.id)


def _change(
    rt: Runtime,
    db: Connection,
    request: Request,
    items: Sequence[str],
    texts: Mapping[str, str],
    again: str,
) -> None:
    store.set_items(db, request.id, list(items))
    for one in people_by_ids(db, store.told(db, request.id), rt.now()):
        if one.active and one.phone:
            text = text_from(rt, db, one, texts)
            _put(rt, db, f"request:{request.id}:{one.id}:{again}", one, text)


def withdraw(rt: Runtime, db: Connection, person: Person, report_id: int) -> None:
    """She takes back what she asked for; those told hear so. What was answered stands."""
    request = store.of_report(db, report_id)
    if request is None or not store.cancel(db, request.id):
        return
    for one in people_by_ids(db, store.told(db, request.id), rt.now()):
        if one.active and one.phone:
            text = text_for(rt, db, one, "request.cancelled", ref=request.ref, chw=person.short)
            _put(rt, db, f"request:{request.id}:cancelled:{one.id}", one, text)


def answer_request(
    rt: Runtime, db: Connection, person: Person, ref: str | None, answer: Answer
) -> Answered:
    """Take the answer to a request; without a ref, to the one that is open for the sender.

    `not_yours` for a ref she has nothing to do with, whether or not it exists.
    """
    if ref is None:
        since = rt.now() - LATE_ANSWER
        meant = store.open_to(db, person.id) or store.answered_of(db, person.id, since)
    else:
        meant = store.told_to(db, person.id, ref) or _from_below(rt, db, person, ref)
        if not meant:
            return NOT_YOURS
    waiting = [one for one in meant if one.state in BEFORE[answer]]
    if len(waiting) > 1:
        return SEVERAL
    if waiting:
        return _take(rt, db, person, waiting[0], answer)
    return _already(rt, db, meant[-1].id) if meant else NONE_OPEN


def _from_below(rt: Runtime, db: Connection, person: Person, ref: str) -> list[Request]:
    found = []
    for one in store.of_ref(db, ref):
        chw = person_by_id(db, one.person_id, rt.now())
        if chw and one.training == person.training and may_stand_in(db, person, chw, TOLD_ROLES):
            found.append(one)
    return found


def _take(
    rt: Runtime, db: Connection, person: Person, request: Request, answer: Answer
) -> Answered:
    now = rt.now()
    if not store.answer(db, request.id, person.id, now, state=answer, before=BEFORE[answer]):
        return _already(rt, db, request.id)
    chw = person_by_id(db, request.person_id, now)
    if chw and chw.phone:
        word = f"request.{answer}"
        text = text_for(rt, db, chw, word, place=person.place_short, ref=request.ref)
        _put(rt, db, f"request:{request.id}:chw:{answer}", chw, text)
    return Answered("done", request.ref, person.short, now, request.person_id)


def _already(rt: Runtime, db: Connection, request_id: int) -> Answered:
    request = store.request_by_id(db, request_id)
    if request.answered_by is None:
        return NONE_OPEN  # cancelled in the same second
    by = person_by_id(db, request.answered_by, rt.now())
    name = by.short if by else ""
    return Answered("already", request.ref, name, request.answered_at, request.person_id)


def open_requests(db: Connection, person: Person, now: datetime) -> list[OpenRequest]:  # noqa: ARG001
    """The requests this person was told that nobody answered yet, oldest first."""
    return store.open_for(db, person.id, person.training)
