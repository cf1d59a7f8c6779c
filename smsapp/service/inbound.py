"""An SMS from a phone: whose it is, whether it is a robot's, and the answers into the outbox."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from smsapp import phone
from smsapp.channels.contract import SmsIn
from smsapp.runtime import Runtime
from smsapp.service import dialogue, outbox, people
from smsapp.service.caller import OWN, holders
from smsapp.service.privacy import is_private
from smsapp.service.sender import Sender, keep, say_who, sender_of
from smsapp.service.texted import Answer
from smsapp.store import inbound as inbox
from smsapp.store.numbers import heard
from smsapp.store.people import Person

log = structlog.get_logger()

LOOP_WINDOW = timedelta(minutes=5)  # reliability D5: robots answer robots
LOOP_LIMIT = 3  # the same text this often in the window is answered; then we are silent


def take_sms(rt: Runtime, db: Connection, row_id: int, sms: SmsIn) -> None:
    """Understand one SMS and put its answers into the outbox, in the transaction that reads it."""
    try:
        sender = phone.parse(sms.sender, rt.settings.country)
    except phone.BadPhone:
        return  # a short code or a name: robots, never answered
    sms = replace(sms, sender=sender)
    here = holders(rt, db, sender)
    named = inbox.sender_before(db, row_id) is not None  # said after it had been answered
    sent = sender_of(rt, db, row_id, here, sms)
    person = sent.person if sent else None
    private = is_private(rt, db, person if sent and sent.line == OWN else None, sms.text)
    inbox.note_sender(db, row_id, sender, person.id if person else None)
    if private:
        inbox.mark_private(db, row_id)
    _note_heard(rt, db, sent)
    looping = inbox.repeats(db, row_id, sender, rt.now() - LOOP_WINDOW) >= LOOP_LIMIT
    if looping:
        log.warning("loop_stopped", inbound=row_id)
        if person is None or person.role == "chw":
            return  # of the others an OK counts all the same
    if sent is None and not here:
        inbox.keep_for_who(db, row_id)
        _tell_stranger(rt, db, sender)
        return
    said, person = _answer(rt, db, row_id, here, sms, sent)
    earlier = inbox.note_unread(db, row_id, "" if private else said.unread)
    name = f"named:{row_id}" if named else f"reply:{row_id}"
    if earlier:  # read once more because a person explained a word
        name = f"again:{row_id}:{rt.now():%Y%m%dT%H%M%S}"
    kind = "danger" if said.refers else "answer"
    for number, text in enumerate([] if looping else said.texts):
        _reply(rt, db, f"{name}:{number}", kind, sender, text, person, private=private)


def _reply(
    rt: Runtime,
    db: Connection,
    key: str,
    kind: str,
    sender: str,
    text: str,
    person: Person | None,
    *,
    private: bool,
) -> None:
    """To the phone that wrote, whichever of hers it is."""
    person_id = person.id if person else None
    outbox.put(
        rt, db, key=key, kind=kind, phone=sender, text=text, person_id=person_id, private=private
    )


def _note_heard(rt: Runtime, db: Connection, sent: Sender | None) -> None:
    """The number is in use, by her whose it is."""
    if sent is not None and not sent.line.borrowed:
        heard(db, sent.person.id, sent.sms.sender, rt.now())


def _answer(
    rt: Runtime,
    db: Connection,
    row_id: int,
    here: Sequence[Person],
    sms: SmsIn,
    sent: Sender | None,
) -> tuple[Answer, Person | None]:
    """What is said, and to whom as far as that is known."""
    if sent is None:
        said, taken_for = keep(rt, db, row_id, here, sms)
        if taken_for:
            inbox.note_sender(db, row_id, sms.sender, taken_for.id)
        return said, taken_for
    if sent.line != OWN and not sent.sms.text.strip():
        return say_who(rt, db, sent), sent.person
    return dialogue.answer_sms(rt, db, sent.person, sent.sms, sent.line), sent.person


def _tell_stranger(rt: Runtime, db: Connection, sender: str) -> None:
    """What to do, once a day: in every language, because hers is not known."""
    name = hashlib.sha256(sender.encode()).hexdigest()[:20]
    text = people.in_every_language(rt, "sms.unknown_sender", phone=rt.settings.help_phone)
    key = f"stranger:{name}:{rt.now():%Y-%m-%d}"
    outbox.put(rt, db, key=key, kind="reply", phone=sender, text=text)
