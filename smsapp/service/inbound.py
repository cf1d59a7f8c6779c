"""An SMS from a phone: whose it is, whether it is a robot's, and the answers into the outbox."""

import hashlib
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from smsapp import phone
from smsapp.channels.contract import SmsIn
from smsapp.runtime import Runtime
from smsapp.service import dialogue, outbox, people
from smsapp.service.privacy import is_private
from smsapp.store import inbound as inbox
from smsapp.store.people import person_by_phone

log = structlog.get_logger()

LOOP_WINDOW = timedelta(minutes=5)  # reliability D5: robots answer robots
LOOP_LIMIT = 3  # the same text this often in the window is answered; then we are silent


def take_sms(rt: Runtime, db: Connection, row_id: int, sms: SmsIn) -> None:
    """Understand one SMS and put its answers into the outbox, in the transaction that reads it."""
    try:
        sender = phone.parse(sms.sender, rt.settings.country)
    except phone.BadPhone:
        return  # a short code or a name: robots, never answered
    person = person_by_phone(db, sender, rt.now())
    inbox.note_sender(db, row_id, sender, person.id if person else None)
    private = is_private(rt, db, person, sms.text)
    if private:
        inbox.mark_private(db, row_id)
    looping = inbox.repeats(db, row_id, sender, rt.now() - LOOP_WINDOW) >= LOOP_LIMIT
    if looping:
        log.warning("loop_stopped", inbound=row_id)
        if person is None or person.role == "chw":
            return  # of the others an OK counts all the same
    if person is None or not person.active:
        _tell_stranger(rt, db, sender)
        return
    said = dialogue.answer_sms(rt, db, person, sms)
    earlier = inbox.note_unread(db, row_id, "" if private else said.unread)
    name = f"reply:{row_id}"
    if earlier:  # read once more because a person explained a word
        name = f"again:{row_id}:{rt.now():%Y%m%dT%H%M%S}"
    for number, text in enumerate([] if looping else said.texts):
        outbox.put(
            rt,
            db,
            key=f"{name}:{number}",
            kind="reply",
            phone=sender,
            text=text,
            person_id=person.id,
            private=private,
        )


def _tell_stranger(rt: Runtime, db: Connection, sender: str) -> None:
    """What to do, once a day: in every language, because hers is not known."""
    name = hashlib.sha256(sender.encode()).hexdigest()[:20]
    text = people.unregistered(rt)
    key = f"stranger:{name}:{rt.now():%Y-%m-%d}"
    outbox.put(rt, db, key=key, kind="reply", phone=sender, text=text)
