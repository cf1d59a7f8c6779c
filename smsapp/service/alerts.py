"""Alerts: raised with the report, told upwards, answered once, and never left unheard."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.answered import NONE_OPEN, SEVERAL, Answered
from smsapp.service.ladder import begin, climb, tell_again, tend
from smsapp.service.mistyped import as_answered
from smsapp.service.people import is_doubtful, may_stand_in
from smsapp.service.tell_chw import listener, tell_chw
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert, OpenAlert, Texts
from smsapp.store.people import Person, people_by_ids, person_by_id

log = structlog.get_logger()

DUE_AT_ONCE = 200  # alerts one tick of the clock looks at; the rest wait a second
LATE_ANSWER = timedelta(hours=24)  # a bare OK after somebody's answer still means that alert


def raise_alert(
    rt: Runtime,
    db: Connection,
    person: Person,
    report_id: int,
    ref: str,
    *,
    kind: str,
    texts: Texts,
    ladder: Sequence[Mapping[str, Any]],
    n: int,
    fresh: bool = False,
) -> str:
    """Raise the n-th alert of a report and tell its first level at once: `done` or `nobody`.

    `fresh`: the report was made in this transaction, so that none can be there yet.
    """
    known = None if fresh else store.numbered(db, report_id, n)
    if known is not None:
        return "done" if store.told(db, known.id) else "nobody"
    now = rt.now()
    alert = store.add_alert(
        db,
        ref=ref,
        report_id=report_id,
        n=n,
        kind=kind,
        person_id=person.id,
        training=person.training,
        texts=texts,
        ladder=list(ladder),
        state="raised",
        level=0,
        raised_at=now,
        climb_at=now,
    )
    store.add_event(db, alert.id, now, "raised", person_id=person.id)
    return "done" if begin(rt, db, alert, person) else "nobody"


def next_number(db: Connection, report_id: int) -> int:
    """1 for the first alert of a report; more after each that was called a mistake."""
    return next(n for n in count(1) if store.numbered(db, report_id, n) is None)


def change_alert(rt: Runtime, db: Connection, report_id: int, texts: Texts, hasten: bool) -> None:
    """New facts, told from now on. `hasten`: those told hear it again, the next level at once."""
    for old in store.standing(db, report_id)[:1]:  # the latest: what stands now
        store.set_texts(db, old.id, texts)
        what = "hastened" if hasten else "changed"
        store.add_event(db, old.id, rt.now(), what, level=old.level)
        if hasten:
            _hasten(rt, db, store.locked(db, old.id))


def _hasten(rt: Runtime, db: Connection, alert: Alert) -> None:
    times = sum(event.what == "hastened" for event in store.events(db, alert.id))
    tell_again(rt, db, alert, time=1 + times)
    if alert.state == "raised":
        climb(rt, db, alert, "first")  # nobody has had the time to be silent


def correct_alert(rt: Runtime, db: Connection, report_id: int) -> None:
    """It was a mistake: everyone told hears so and is asked to confirm it with a call."""
    for alert in store.standing(db, report_id):
        store.close(db, alert.id, "withdrawn")
        store.add_event(db, alert.id, rt.now(), "closed", level=alert.level)
        _tell_corrected(rt, db, alert, "corrected")


def doubt_alert(rt: Runtime, db: Connection, report_id: int) -> bool:
    """An SMS took the danger back: everyone told is asked to confirm it with a call, and the alert
    stands and climbs all the same. False: none stands.
    """
    standing = store.standing(db, report_id)
    for alert in standing:
        times = sum(event.what == "corrected" for event in store.events(db, alert.id))
        store.add_event(db, alert.id, rt.now(), "corrected", level=alert.level)
        _tell_corrected(rt, db, alert, f"doubted:{times + 1}")
    return bool(standing)


def _tell_corrected(rt: Runtime, db: Connection, alert: Alert, what: str) -> None:
    """`what` makes the SMS to each of them one of a kind."""
    chw = person_by_id(db, alert.person_id, rt.now())
    told = people_by_ids(db, [row.person_id for row in store.told(db, alert.id)], rt.now())
    for one in told if chw else ():
        if chw and one.active and one.phone:
            words = {"ref": alert.ref, "chw": chw.short, "phone": chw.phone}
            words |= {"place": chw.place_short, "code": rt.settings.service_code}
            word = "alert.doubtful" if is_doubtful(rt, db, one) else "alert.corrected"
            said = rt.flows.sms(word, one.language, one.training, chw.phone, **words)
            outbox.put(
                rt,
                db,
                key=f"alert:{alert.id}:{what}:{one.id}",
                kind="alert",
                phone=one.phone,
                text=said,
                person_id=one.id,
                alert_id=alert.id,
            )


def answer_alert(rt: Runtime, db: Connection, person: Person, ref: str | None) -> Answered:
    """Somebody says that she takes the alert; without a ref, the one that is open for her.

    `not_yours` for a ref she has nothing to do with, whether or not it exists.
    """
    if ref is None:
        meant = _meant_bare(rt, db, person)
    else:
        meant = named(rt, db, person, ref)
        if not meant:
            return as_answered(ref, [one.ref for one in store.standing_of(db, person.id)])
    raised = [alert for alert in meant if alert.state == "raised"]
    if len(raised) > 1:
        return SEVERAL
    if raised:
        return _acknowledge(rt, db, person, raised[0])
    answered = [alert for alert in meant if alert.acknowledged_by is not None]  # closed or not
    return _already(rt, db, answered[-1].id) if answered else NONE_OPEN


def _meant_bare(rt: Runtime, db: Connection, person: Person) -> list[Alert]:
    since = rt.now() - LATE_ANSWER
    return store.raised_to(db, person.id) or store.answered_of(db, person.id, since)


def named(rt: Runtime, db: Connection, person: Person, ref: str) -> list[Alert]:
    """The alerts of this ref that this person was told, or may answer for those who were."""
    return store.told_to(db, person.id, ref) or _from_below(rt, db, person, ref)


def is_over(db: Connection, report_id: int, texts: Texts) -> bool:
    """Whether somebody has closed an alert that told just this."""
    ended = store.ended(db, report_id)
    return ended is not None and ended.texts == texts


def _from_below(rt: Runtime, db: Connection, person: Person, ref: str) -> list[Alert]:
    """The alerts of this ref raised below somebody who may answer them, told or not."""
    found = []
    for alert in store.of_ref(db, ref):
        roles = [role for rung in alert.ladder for role in rung["roles"]]
        chw = person_by_id(db, alert.person_id, rt.now())
        if chw and alert.training == person.training and may_stand_in(db, person, chw, roles):
            found.append(alert)
    return found


def _acknowledge(rt: Runtime, db: Connection, person: Person, alert: Alert) -> Answered:
    now = rt.now()
    if not store.acknowledge(db, alert.id, person.id, now):
        return _already(rt, db, alert.id)
    store.add_event(db, alert.id, now, "acknowledged", level=alert.level, person_id=person.id)
    local = now.astimezone(ZoneInfo(rt.settings.timezone))
    tell_chw(rt, db, alert, "alert.seen", "seen", name=person.short, time=f"{local:%H:%M}")
    hears = listener(rt, db, alert)
    chw_id = hears.id if hears else alert.person_id
    return Answered("done" if hears else "untold", alert.ref, person.short, now, chw_id)


def _already(rt: Runtime, db: Connection, alert_id: int) -> Answered:
    alert = store.locked(db, alert_id)
    if alert.ends == "withdrawn" or alert.acknowledged_by is None:
        return NONE_OPEN  # it was a mistake: there is nothing to see
    by = person_by_id(db, alert.acknowledged_by, rt.now())
    name, at = by.short if by else "", alert.acknowledged_at
    return Answered("already", alert.ref, name, at, alert.person_id, alert.acknowledged_by)


def open_alerts(
    db: Connection, person: Person, answered_since: datetime | None = None
) -> list[OpenAlert]:
    """The unanswered alerts this person was told, oldest first; with those answered since then."""
    return store.open_for(db, person.id, person.training, answered_since)


def climb_due(rt: Runtime) -> int:
    """What the clock does for alerts: silence and absent phones make them climb. Gives how many."""
    absent: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    with rt.read() as db:
        for row in outbox.undeliverable(rt, db):
            if row.alert_level is not None and row.person_id is not None:
                absent[row.alert_id].add((row.alert_level, row.person_id))
        due = store.due(db, rt.now(), DUE_AT_ONCE)
        due += [one for one in store.raised_among(db, list(absent)) if one not in due]
    return sum(_tend_apart(rt, alert_id, absent[alert_id]) for alert_id in due)


def _tend_apart(rt: Runtime, alert_id: int, absent: set[tuple[int, int]]) -> bool:
    """One alert in a transaction of its own: a row that cannot be read stops no other."""
    try:
        with rt.begin() as db:
            return tend(rt, db, alert_id, absent)
    except Exception as error:  # the outermost door of this one alert
        log.error("alert_not_tended", alert=alert_id, error=type(error).__name__)
        return False
