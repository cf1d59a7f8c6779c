"""Drafts: fillings that are not finished are kept, taken up again, and expire."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import effects
from smsapp.service.filled import Filling
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.drafts import Draft
from smsapp.store.people import Person

DANGER_RESUME = timedelta(hours=24)  # a child in danger stays "the same child" for a day


def keep_draft(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    at: datetime,
    report_id: int | None = None,
) -> bool:
    """Keep what is not finished, to be taken up again. `at`: of its last answer; `report_id`: of
    the open report that the caller has just written.

    False: it is finished or expired already, or a later call goes on with it.
    """
    origin = None if report_id else store.find_origin(db, filling.origin)
    if origin is not None and origin.state == "closed":
        return False
    kept = draft_store.draft_of_origin(db, filling.origin)
    if kept and kept.session == filling.session and kept.text_length > filling.text_length:
        return kept.state == "open"  # its hop was committed, and never kept in Redis
    if kept and (kept.session != filling.session or (kept.state != "open" and not report_id)):
        return False
    danger = report_id is not None or origin is not None
    values: Mapping[str, Any] = {
        "person_id": person.id,
        "flow": filling.flow.id,
        "version": filling.flow.version,
        "session": filling.session,
        "text_length": filling.text_length,
        "given": asdict(filling.given),
        "keys": [list(pair) for pair in filling.taken],
        "danger": danger,
        "private": filling.flow.private,
        "report_id": report_id or (origin.report_id if origin else filling.report_id),
        "state": "open",
        "began_at": filling.began_at,
        "due_at": at + (DANGER_RESUME if danger else patience(rt)),
    }
    draft_store.put_draft(db, filling.origin, values)
    return True


def is_kept(
    db: Connection, person: Person, filling: Filling, now: datetime, *, twin: bool = False
) -> bool:
    """Whether another draft of hers holds just this: the same SMS again begins nothing new."""
    listed = draft_store.twins_of if twin else draft_store.drafts_of
    return any(
        one.flow == filling.flow.id
        and one.origin != filling.origin
        and not one.keys
        and one.state == "open"
        and one.given["answers"] == filling.answers
        for one in listed(db, person.id, now)
    )


def patience(rt: Runtime) -> timedelta:
    """How long a filling without danger may be taken up again."""
    return timedelta(seconds=rt.settings.resume_seconds)


def hold(rt: Runtime, draft: Draft, session: str, text_length: int) -> bool:
    """This call goes on with a draft, from here in its text. False: it is open no longer."""
    due_at = max(draft.due_at, rt.now() + patience(rt))
    with rt.begin() as db:
        return draft_store.hold_draft(db, draft.id, session, text_length, due_at)


def hold_by_sms(rt: Runtime, db: Connection, filling: Filling) -> None:
    """This SMS goes on with a draft: a call that is not over yet no longer writes into it."""
    kept = draft_store.draft_of_origin(db, filling.origin)
    if kept is not None:
        due_at = max(kept.due_at, rt.now() + patience(rt))
        draft_store.hold_draft(db, kept.id, filling.session, filling.text_length, due_at)


def expire_drafts(rt: Runtime, most: int = 200, but: Collection[str] = ()) -> int:
    """Drafts whose time is over; a report in danger is closed as it stands, unconfirmed.

    `but`: the flows whose drafts somebody else looks after.
    """
    with rt.read() as db:
        due = draft_store.drafts_due(db, rt.now(), most, but=but)
    for draft in due:
        with rt.begin() as db:
            _expire(rt, db, draft)
    return len(due)


def _expire(rt: Runtime, db: Connection, draft: Draft) -> None:
    origin = store.find_origin(db, draft.origin)
    now = rt.now()
    if not draft_store.expire_draft(db, draft.id, now):
        return  # taken up again, or finished, since it was listed
    if origin is None or origin.state == "closed":
        return
    report = store.report_by_id(db, origin.report_id)
    store.change_origin(db, draft.origin, "closed", origin.text_length)
    closed_at = report.closed_at or now
    values = {"state": "closed", "unconfirmed": True, "changed_at": now, "closed_at": closed_at}
    store.change_report(db, report.id, **values)
    store.add_event(db, report.id, now, "expired", report.answers, report.classes)
    effects.mark_unconfirmed(db, report.id)
