"""Callbacks of the gateway: stored raw before anything reads them, then read one by one."""

import time
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from smsapp import gsm
from smsapp.channels.contract import BadCallback
from smsapp.runtime import Runtime
from smsapp.service import inbound, people, ussd
from smsapp.service.deliveries import note_delivery
from smsapp.store import inbound as store
from smsapp.store.audit import add_audit
from smsapp.store.inbound import Unread
from smsapp.store.people import person_by_phone

log = structlog.get_logger()

BATCH = 20  # fresh callbacks taken at once; one that was tried before is taken alone
MAX_READINGS = 5  # after so many a callback is given up and shown (reliability A18)
FIRST_PAUSE = 5.0  # seconds before a second reading; doubles. Also how long one reading may take
ERROR_LENGTH = 200  # characters: the column's width


def take(rt: Runtime, kind: str, body: bytes) -> bool:
    """Store a callback durably and ring its readers. Returns False if it was there already."""
    now = rt.now()
    key = rt.channel.callback_key(kind, body, now)
    with rt.begin() as db:
        fresh = store.add_inbound(db, key, kind, body, now)
        if fresh:
            rt.ring(db, "inbound")
    return fresh


def read_due(rt: Runtime) -> int:
    """Read what is due until nothing is or `job_seconds` are over. Returns how many were read."""
    ends = time.monotonic() + rt.settings.job_seconds
    count = 0
    while time.monotonic() < ends:
        batch = _claim(rt)
        if not batch:
            break
        for unread in batch:
            _read_apart(rt, unread)
        count += len(batch)
    return count


def read_again(rt: Runtime, actor: str, reason: str, address: str) -> int:
    """An operator has everything read once more that could not be read. Gives how many."""
    with rt.begin() as db:
        count = store.renew(db, rt.now())
        names = {"actor": actor, "action": "read_again", "object": "callbacks"}
        add_audit(db, rt.now(), **names, after=str(count), reason=reason, address=address)
        rt.ring(db, "inbound")
    return count


def _claim(rt: Runtime) -> list[Unread]:
    """Fresh ones first, together. One that failed is alone: if it kills us, no other pays."""
    now = rt.now()
    again_at = now + timedelta(seconds=FIRST_PAUSE)
    with rt.begin() as db:
        fresh = store.claim_unread(db, now, again_at, BATCH, fresh=True)
        return fresh or store.claim_unread(db, now, again_at, 1, fresh=False)


def _read_apart(rt: Runtime, unread: Unread) -> None:
    """Read one in a transaction of its own; whatever it raises stops no other."""
    if unread.attempts > MAX_READINGS:
        _give_up(rt, unread, "Its reader died each time.")
        return
    try:
        with rt.begin() as db:
            if store.finish(db, unread.id, "done", rt.now()):
                READERS[unread.kind](rt, db, unread)
    except BadCallback as error:
        _give_up(rt, unread, str(error))
    except Exception as error:  # the outermost door of this one callback
        _failed(rt, unread, type(error).__name__)


def _failed(rt: Runtime, unread: Unread, error: str) -> None:
    log.error("callback_failed", inbound=unread.id, attempt=unread.attempts, error=error)
    if unread.attempts >= MAX_READINGS:
        _give_up(rt, unread, f"Reading it failed {unread.attempts} times: {error}.")
        return
    pause = timedelta(seconds=FIRST_PAUSE * 2**unread.attempts)
    with rt.begin() as db:
        store.postpone(db, unread.id, rt.now() + pause, error)


def _give_up(rt: Runtime, unread: Unread, reason: str) -> None:
    with rt.begin() as db:
        store.finish(db, unread.id, "error", rt.now(), reason[:ERROR_LENGTH])


def _read_sms(rt: Runtime, db: Connection, unread: Unread) -> None:
    sms = rt.channel.read_sms(unread.raw)
    store.note_sms(db, unread.id, sms.sender, gsm.clean(sms.text))
    inbound.take_sms(rt, db, unread.id, sms)


def _read_delivery(rt: Runtime, db: Connection, unread: Unread) -> None:
    note_delivery(rt, db, rt.channel.read_delivery(unread.raw))


def _read_call_end(rt: Runtime, db: Connection, unread: Unread) -> None:
    end = rt.channel.read_call_end(unread.raw)
    caller = person_by_phone(db, end.phone, rt.now())
    store.note_sender(db, unread.id, end.phone, caller.id if caller else None)  # whose cost it is
    ussd.end_call(rt, db, end)


def _read_opt_out(rt: Runtime, db: Connection, unread: Unread) -> None:
    people.opt_out(db, rt.channel.read_opt_out(unread.raw).phone)


READERS = {
    "sms": _read_sms,
    "delivery": _read_delivery,
    "call_end": _read_call_end,
    "opt_out": _read_opt_out,
}
