"""What nobody understood, by its first word, and what a person has said that a word means."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from smsapp.store.connect import insert_into
from smsapp.store.tables import inbound, misspelling, person

WORDS_LIMIT = 100  # words listed on one page
MESSAGES_LIMIT = 50  # SMS shown of one word


@dataclass(frozen=True)
class UnreadWord:
    """The first word of SMS that nobody understood."""

    word: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Misspelling:
    """A word, and the keyword that it means."""

    word: str
    means: str
    by: str
    at: datetime


@dataclass(frozen=True)
class UnreadSms:
    """One SMS that nobody understood, and who sent it."""

    id: int
    text: str
    received_at: datetime
    person_id: int
    name: str
    role: str


def unread_words(db: Connection, since: datetime) -> list[UnreadWord]:
    """The words, most frequent first; nothing of what is for a desk alone."""
    count = func.count().label("count")
    query = (
        select(inbound.c.unread.label("word"), count, func.max(inbound.c.received_at))
        .where(inbound.c.unread != "", inbound.c.received_at >= since)
        .where(inbound.c.private.is_(False))
        .group_by(inbound.c.unread)
        .order_by(count.desc(), inbound.c.unread)
        .limit(WORDS_LIMIT)
    )
    return [UnreadWord(*row) for row in db.execute(query)]


def unread_sms(db: Connection, word: str, since: datetime) -> list[UnreadSms]:
    """The SMS that begin with this word, newest first."""
    query = (
        select(
            inbound.c.id,
            inbound.c.text,
            inbound.c.received_at,
            inbound.c.person_id,
            person.c.name,
            person.c.role,
        )
        .join(person, person.c.id == inbound.c.person_id)
        .where(inbound.c.unread == word, inbound.c.unread != "", inbound.c.received_at >= since)
        .where(inbound.c.private.is_(False))
        .order_by(inbound.c.received_at.desc(), inbound.c.id.desc())
        .limit(MESSAGES_LIMIT)
    )
    return [UnreadSms(**row) for row in db.execute(query).mappings()]


def read_again(db: Connection, word: str, since: datetime, now: datetime) -> int:
    """These SMS are due to be read once more. Gives how many."""
    again = (
        update(inbound)
        .where(inbound.c.unread == word, inbound.c.received_at >= since)
        .where(inbound.c.state == "done", inbound.c.private.is_(False))
        .values(state="new", attempts=0, due_at=now)
    )
    return db.execute(again).rowcount


def misspellings(db: Connection) -> list[Misspelling]:
    """Every word that has been explained."""
    rows = db.execute(select(misspelling).order_by(misspelling.c.word)).mappings()
    return [Misspelling(**row) for row in rows]


def meanings(db: Connection) -> dict[str, str]:
    """Word -> the keyword it means."""
    rows = db.execute(select(misspelling.c.word, misspelling.c.means))
    return {row.word: row.means for row in rows}


def add_misspelling(db: Connection, word: str, means: str, by: str, at: datetime) -> None:
    """From now on this word means that keyword."""
    values = {"means": means, "by": by, "at": at}
    adding = insert_into(db, misspelling).values(word=word, **values)
    db.execute(adding.on_conflict_do_update(index_elements=["word"], set_=values))


def drop_misspelling(db: Connection, word: str) -> bool:
    """It means nothing any more. False: it meant nothing."""
    return db.execute(delete(misspelling).where(misspelling.c.word == word)).rowcount == 1
