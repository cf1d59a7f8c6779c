"""Watching the service: what is seen in one look, and the one true sentence about it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError
from rq.worker_registration import get_keys
from sqlalchemy import Connection

from smsapp.runtime import LANES, Runtime
from smsapp.service import open_orders
from smsapp.service.people import next_told
from smsapp.service.verdict import WATCH, Line, Seen, Verdict, judge
from smsapp.store import lanes as lane_store
from smsapp.store import watch as store
from smsapp.store.lanes import Lane
from smsapp.store.people_check import silent_answerers
from smsapp.store.watch import Attempt, Message, OpenAlert

SHOWN = 5  # codes of people in one line


def look(rt: Runtime) -> Seen:
    """Everything the verdict rests on, read in one transaction."""
    with rt.read() as db:
        undecided = store.count_waiting_for_person(db)
        return Seen(
            now=rt.now(),
            lanes=tuple(lane_store.lanes(db, rt.now())),
            alerts=tuple(_who_is_next(rt, db, one) for one in store.open_alerts(db)),
            alert_count=store.count_open_alerts(db),
            undecided=sum(undecided.values()),
            undecided_alerts=undecided.get("alert", 0),
            unread=lane_store.count_unread(db),
            workers=workers(rt),
            others=(*open_orders.lost(rt, db), *_silent(rt, db)),
        )


def _silent(rt: Runtime, db: Connection) -> list[Line]:
    """Those who answer, of whom nobody knows whether their phone is still theirs."""
    days = rt.settings.number_days
    codes = silent_answerers(db, rt.now() - timedelta(days=days))
    if not codes:
        return []
    shown = ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
    sentence = f"Not heard for {days} days, of those who answer: {shown}."
    cure = (
        "They get alerts alone, which climb past them at once, and no digest or order: call them, "
        "and have them dial or send WHO, or correct the number."
    )
    return [Line(WATCH, sentence, cure, patient=True)]


def _who_is_next(rt: Runtime, db: Connection, one: OpenAlert) -> OpenAlert:
    """With who is told next: a level on which nobody stands is passed over."""
    return replace(one, next_roles=next_told(db, one.person_id, one.rungs, rt.now()))


@dataclass(frozen=True)
class MessagePage:
    """One SMS with every try to send it. `waits`: it is for a person to decide."""

    message: Message
    attempts: tuple[Attempt, ...]
    waits: bool


def waiting_for_person(rt: Runtime) -> list[Message]:
    """What a person must decide: alerts first, then the oldest first."""
    with rt.read() as db:
        found = store.waiting_for_person(db)
    return sorted(found, key=lambda message: message.kind != "alert")


def message_page(rt: Runtime, outbound_id: int) -> MessagePage | None:
    """What the page of a message shows; None if there is none of this id."""
    with rt.read() as db:
        message = store.message(db, outbound_id)
        if message is None:
            return None
        attempts = tuple(store.attempts(db, outbound_id))
    return MessagePage(message, attempts, message.state in store.WAITS_FOR_PERSON)


def lane(rt: Runtime, name: str) -> Lane | None:
    """One lane as it is now."""
    with rt.read() as db:
        return lane_store.lane(db, rt.now(), name)


def verdict(rt: Runtime) -> Verdict:
    """The sentence an operator reads first."""
    return judge(look(rt), zone(rt))


def zone(rt: Runtime) -> ZoneInfo:
    """The zone of the times people read."""
    return ZoneInfo(rt.settings.timezone)


def workers(rt: Runtime) -> dict[str, int] | None:
    """Live workers a lane; None when Redis does not answer. RQ lets a dead worker's key expire."""
    try:
        return {lane: _alive(rt, lane) for lane in LANES}
    except RedisError:
        return None


def _alive(rt: Runtime, lane: str) -> int:
    keys = get_keys(queue=rt.queue(lane))
    return int(rt.redis.exists(*keys)) if keys else 0
