"""How an alert climbs: who is told at each level, and what the CHW hears when nobody answers.

Whoever calls has locked the alert's row, so that of two clocks or answers only one decides.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import alert_sms, outbox
from smsapp.service.people import contacts
from smsapp.service.tell_chw import noted_absent, tell_chw
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert
from smsapp.store.people import Person, people_by_ids, person_by_id

DANGER = "danger"  # the kind of an alert with a patient who must go now; others are told plainly


def begin(rt: Runtime, db: Connection, alert: Alert, chw: Person) -> bool:
    """Tell the first level that has anybody; where the supervisor is missing, the next one too.

    False: there is nobody at any level, and the CHW is told so.
    """
    level, people = _reached(db, alert, chw, alert.raised_at)
    if not people:
        end(rt, db, alert)
        return False
    over = alert.raised_at + min(_wait(alert, level), _wait(alert, 1))
    _pass_over(rt, db, alert, level)
    _tell_level(rt, db, alert, level, people, over, which="first")
    wanted = level == 1 and "supervisor" in alert.ladder[0]["roles"]
    if wanted and not any(one.role == "supervisor" for one in people):
        climb(rt, db, store.locked(db, alert.id), "first")
    return True


def climb(rt: Runtime, db: Connection, alert: Alert, which: str = "") -> bool:
    """Tell the next level that has anybody. False: there is none, and nothing is changed.

    `which`: the text, where it is not the one that the level names.
    """
    now = rt.now()
    level, people = _reached(db, alert, _chw(rt, db, alert), now)
    if not people:
        return False
    _pass_over(rt, db, alert, level)
    which = which or alert.ladder[level - 1].get("text", "climbed")
    if level > 1:
        store.add_event(db, alert.id, now, "climbed", level=level)
    _tell_level(rt, db, alert, level, people, _next_look(db, alert, level), which=which)
    return True


def _reached(db: Connection, alert: Alert, chw: Person, now: datetime) -> tuple[int, list[Person]]:
    """The next level that has anybody, and who that is; nobody where there is none."""
    for level, rung in enumerate(alert.ladder, start=1):
        people = contacts(db, chw, rung["roles"], now) if level > alert.level else []
        if people:
            return level, people
    return alert.level, []


def _pass_over(rt: Runtime, db: Connection, alert: Alert, reached: int) -> None:
    """Note the levels on which nobody stands: passed over, and never silently."""
    for level in range(alert.level + 1, reached):
        store.add_event(db, alert.id, rt.now(), "skipped", level=level)


def _tell_level(
    rt: Runtime,
    db: Connection,
    alert: Alert,
    level: int,
    people: Sequence[Person],
    climb_at: datetime,
    *,
    which: str,
) -> None:
    _tell(rt, db, alert, level, people, which=which)
    store.set_level(db, alert.id, level, climb_at)


def _tell(
    rt: Runtime, db: Connection, alert: Alert, level: int, people: Sequence[Person], *, which: str
) -> None:
    there = [(one, level) for one in people]
    rows = alert_sms.rows(rt, db, alert, there, which=which)
    put = outbox.put_many(rt, db, rows)
    fresh = [one.id for one, made in zip(people, put, strict=True) if made is not None]
    if fresh:
        store.add_told(db, alert.id, fresh, level, rt.now())


def _next_look(db: Connection, alert: Alert, level: int) -> datetime:
    """When this level has been silent long enough, or when the CHW must first hear of silence.

    An early climb never puts off that first word to the CHW.
    """
    over = _level_over(db, alert, level)
    if _silent(db, alert):
        return over
    return min(over, alert.raised_at + _wait(alert, 1))


def _level_over(db: Connection, alert: Alert, level: int) -> datetime:
    began: list[datetime] = [
        e.at for e in store.events(db, alert.id) if e.what in ("raised", "climbed", "reopened")
    ]
    return max([alert.raised_at, *began]) + _wait(alert, level)


def _wait(alert: Alert, level: int) -> timedelta:
    return timedelta(minutes=alert.ladder[level - 1]["minutes"])


def tend(rt: Runtime, db: Connection, alert_id: int, absent: Collection[tuple[int, int]]) -> bool:
    """Do what is due for one alert. `absent`: (level, person id) whose SMS cannot arrive.

    True if anything happened.
    """
    alert = store.locked(db, alert_id)
    if alert.state != "raised" or alert.climb_at is None:
        return False
    fresh = _note_absent(rt, db, alert, absent)
    if any(level == alert.level for level, _ in fresh):
        if climb(rt, db, alert, "" if _silent(db, alert) else "first"):
            return True
        if _nobody_reachable(db, alert):
            end(rt, db, alert)
            return True
    if alert.climb_at <= rt.now():
        _hear_silence(rt, db, alert)
        return True
    return bool(fresh)


def _silent(db: Connection, alert: Alert) -> bool:
    """Whether somebody had the time to answer and did not."""
    return any(event.what == "silent" for event in store.events(db, alert.id))


def _note_absent(
    rt: Runtime, db: Connection, alert: Alert, absent: Collection[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Note who cannot be reached; gives those not noted before."""
    fresh = set(absent) - noted_absent(db, alert)
    for level, person_id in sorted(fresh):
        now = rt.now()
        store.add_event(db, alert.id, now, "unreachable", level=level, person_id=person_id)
    return fresh


def _nobody_reachable(db: Connection, alert: Alert) -> bool:
    absent = {person_id for _, person_id in noted_absent(db, alert)}
    return all(row.person_id in absent for row in store.told(db, alert.id))


def _hear_silence(rt: Runtime, db: Connection, alert: Alert) -> None:
    """The CHW hears that nobody answered; the next level is told once this one's time is over."""
    now, over = rt.now(), _level_over(db, alert, alert.level)
    if over <= now and not climb(rt, db, alert):
        end(rt, db, alert)
        return
    store.add_event(db, alert.id, now, "silent", level=alert.level)
    tell_chw(rt, db, alert, "alert.no_answer", f"silent:{alert.level}")
    level = store.locked(db, alert.id).level
    store.set_level(db, alert.id, level, _level_over(db, alert, level))


def end(rt: Runtime, db: Connection, alert: Alert) -> None:
    """Nobody is left above: the CHW is told once, and the alert stays on the operators' list."""
    store.add_event(db, alert.id, rt.now(), "nobody", level=alert.level)
    store.set_level(db, alert.id, alert.level, None)
    word = "alert.nobody" if _nobody_reachable(db, alert) else "alert.no_answer"
    tell_chw(rt, db, alert, word, "end")


def speak_again(rt: Runtime, db: Connection, alert: Alert) -> None:
    """There is more to know: everyone told hears it anew, and an earlier answer says no more."""
    now = rt.now()
    store.add_event(db, alert.id, now, "spoke", level=alert.level)
    times = sum(event.what == "spoke" for event in store.events(db, alert.id))
    if alert.state == "acknowledged" or alert.climb_at is None:
        store.add_event(db, alert.id, now, "reopened", level=alert.level)
        store.reopen(db, alert.id, now + _wait(alert, max(alert.level, 1)))
    tell_again(rt, db, store.locked(db, alert.id), time=1 + times)


def widen(rt: Runtime, db: Connection, alert: Alert, chw: Person) -> None:
    """Those around another who told the same hear it too, at the levels that are told by now."""
    known = {row.person_id for row in store.told(db, alert.id)}
    for level, rung in enumerate(alert.ladder[: max(alert.level, 1)], start=1):
        near = contacts(db, chw, rung["roles"], rt.now())
        fresh = [one for one in near if one.id not in known]
        _tell(rt, db, alert, level, fresh, which="first")


def hand_over(rt: Runtime, db: Connection, alert: Alert, heir: Person, level: int) -> None:
    """Who was told has left: this one may answer in her place, and hears it now."""
    _tell(rt, db, alert, level, [heir], which="first")


def tell_again(rt: Runtime, db: Connection, alert: Alert, time: int) -> None:
    """Everyone told so far hears the alert once more, as it reads now."""
    told = {row.person_id: row for row in store.told(db, alert.id)}
    waits = [e.what for e in store.events(db, alert.id) if e.what in ("silent", "reopened")]
    which = "climbed" if waits[-1:] == ["silent"] else "first"
    now = rt.now()
    people = [
        (one, told[one.id].level)
        for one in people_by_ids(db, told.keys(), now)
        if one.active and one.phone and one.training == alert.training
    ]
    for one, level in people:
        store.add_event(db, alert.id, now, "told", level=level, person_id=one.id)
    outbox.put_many(rt, db, alert_sms.rows(rt, db, alert, people, which=which, time=time))


def _chw(rt: Runtime, db: Connection, alert: Alert) -> Person:
    """Who raised it, as she was then: a training mark set since mutes no real alert."""
    chw = person_by_id(db, alert.person_id, rt.now())
    if chw is None:
        raise LookupError(f"alert {alert.id} has no person")
    return replace(chw, training=alert.training)
