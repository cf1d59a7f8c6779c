"""Reminders: planned with the report, checked again when their time comes."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.deaths import in_mourning
from smsapp.service.naming import named
from smsapp.service.people import help_phone, language_of, text_for
from smsapp.service.tips import tip_for
from smsapp.store import reminders as store
from smsapp.store.people import Person, person_by_id
from smsapp.store.reminders import Reminder

log = structlog.get_logger()

LATEST = timedelta(hours=2)  # house rule: after an outage an older nudge only confuses
DUE_AT_ONCE = 200  # reminders one tick of the clock looks at; the rest wait a second
NUDGES = {"tip", "month"}  # kinds that no child waits for: not in a week with a death
SOMEBODY_WAITS = {"test_waited"}  # kinds sent with the alerts: a child sits beside the CHW


def plan(
    db: Connection, person_id: int, kind: str, period: str, report_id: int | None, due_at: datetime
) -> bool:
    """Plan a reminder; one that was dropped, again. False: it is planned or sent already."""
    fresh = store.add_reminder(db, person_id, kind, period, report_id, due_at)
    return fresh or store.revive(db, person_id, kind, period)


def drop(db: Connection, report_id: int, kind: str) -> int:
    """What was waited for has come: this report's planned reminders are not sent."""
    return store.drop(db, report_id, kind)


def send_due(rt: Runtime) -> int:
    """What the clock does for reminders. Gives how many went to the outbox."""
    with rt.read() as db:
        due = store.due(db, rt.now(), DUE_AT_ONCE)
    return sum(_send_apart(rt, one) for one in due)


def _send_apart(rt: Runtime, one: Reminder) -> bool:
    """One reminder in a transaction of its own: a row that cannot be sent stops no other."""
    try:
        with rt.begin() as db:
            return _send(rt, db, one)
    except Exception as error:  # the outermost door of this one reminder
        log.error("reminder_not_sent", reminder=one.id, error=type(error).__name__)
        return False


def _send(rt: Runtime, db: Connection, one: Reminder) -> bool:
    person = person_by_id(db, one.person_id, rt.now())
    why = _why_not(rt, db, one, person)
    if why or person is None:
        if store.settle(db, one.id, "dropped"):
            log.info("reminder_dropped", reminder=one.id, why=why)
        return False
    if not store.settle(db, one.id, "sent"):
        return False
    outbox.put(
        rt,
        db,
        key=f"reminder:{one.id}",
        kind="reminder",
        phone=person.phone,
        text=_text(rt, db, one, person),
        lane="urgent" if one.kind in SOMEBODY_WAITS else "bulk",
        person_id=person.id,
        expires_at=one.due_at + LATEST,
    )
    return True


def _text(rt: Runtime, db: Connection, one: Reminder, person: Person) -> str:
    if one.kind == "tip":
        said = tip_for(rt, person, one.due_at)
        phone = help_phone(rt, db, person)
        return rt.flows.wrap(said, person.language, person.training, phone)
    values = {"ref": one.ref, "code": rt.settings.service_code}
    if one.task_state and one.opened_at:
        language = language_of(rt, person)
        values["what"] = named(rt, language, one.answers, one.opened_at, one.seen_on)
    return text_for(rt, db, person, f"remind.{one.kind}", **values)


def _why_not(rt: Runtime, db: Connection, one: Reminder, person: Person | None) -> str:
    """Why a reminder is not sent after all; empty where it is."""
    if rt.now() - one.due_at > LATEST:
        return "late"
    if one.report_state == "withdrawn":
        return "withdrawn"
    if one.task_state not in ("", "open"):
        return "done"
    if person is None or not person.active or not person.phone:
        return "nobody"
    if person.opted_out:
        return "opted_out"
    if one.kind == "tip" and not (person.tips and tip_for(rt, person, one.due_at)):
        return "no_tip"
    return "mourning" if one.kind in NUDGES and in_mourning(db, person.id, rt.now()) else ""
