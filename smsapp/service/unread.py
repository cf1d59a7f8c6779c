"""The workbench of what nobody understood: a person explains a word once, for everybody.

Lists show the first word alone. Whole SMS may hold a name; who opens them is written down.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.store import misspellings as store
from smsapp.store.audit import add_audit
from smsapp.store.misspellings import Misspelling, UnreadSms, UnreadWord

LISTED = timedelta(days=7)  # older ones say nothing about how people write now
READ_AGAIN = timedelta(hours=24)  # what is older was told by another way, or is past helping
SHORTEST, LONGEST = 2, 40  # letters of a word that may be explained; the column's width


class BadWord(Exception):
    """This word cannot be explained so. The message names the cure."""


@dataclass(frozen=True)
class Workbench:
    """What an operator sees: the words of the week, and those explained already."""

    words: tuple[UnreadWord, ...]
    known: tuple[Misspelling, ...]
    keywords: tuple[str, ...]


def workbench(rt: Runtime) -> Workbench:
    """The words of SMS that nobody understood; one explained meanwhile is not shown again."""
    with rt.read() as db:
        known = store.misspellings(db)
        words = store.unread_words(db, rt.now() - LISTED)
    explained = {one.word for one in known}
    left = tuple(one for one in words if one.word not in explained)
    return Workbench(left, tuple(known), keywords(rt))


def keywords(rt: Runtime) -> tuple[str, ...]:
    """Every word that an SMS may begin with."""
    of_flows = {one.word for flow in rt.flows.flows.values() for one in flow.keywords}
    of_commands = {word for one in rt.flows.words.command.values() for word in one.words}
    return tuple(sorted(of_flows | of_commands))


def explain(rt: Runtime, word: str, means: str, actor: str, reason: str, address: str) -> int:
    """From now on `word` means this keyword; what came with it in the last day is read again.

    Gives how many SMS. Raises BadWord.
    """
    wrong, right = _word(rt, word), normal(means)
    if right not in keywords(rt):
        raise BadWord(f"{means.strip()[:LONGEST]!r} is no keyword. These are: {_list(rt)}.")
    now = rt.now()
    with rt.begin() as db:
        before = store.meanings(db).get(wrong, "")
        store.add_misspelling(db, wrong, right, actor, now)
        count = store.read_again(db, wrong, now - READ_AGAIN, now)
        _audit(rt, db, "explain_word", wrong, (actor, reason, address), before, right)
        if count:
            rt.ring(db, "inbound")
    return count


def forget(rt: Runtime, word: str, actor: str, reason: str, address: str) -> None:
    """The word means nothing any more. Raises BadWord."""
    wrong = normal(word)
    with rt.begin() as db:
        before = store.meanings(db).get(wrong, "")
        if not store.drop_misspelling(db, wrong):
            raise BadWord(f"{word.strip()[:LONGEST]!r} was not explained; smsapp words list.")
        _audit(rt, db, "forget_word", wrong, (actor, reason, address), before, "")


def show(rt: Runtime, word: str, actor: str, reason: str, address: str) -> list[UnreadSms]:
    """The whole SMS that begin with this word; that they were opened is written down."""
    with rt.begin() as db:
        found = store.unread_sms(db, word, rt.now() - LISTED)
        _audit(rt, db, "show_unread", word, (actor, reason, address), "", str(len(found)))
    return found


def _word(rt: Runtime, word: str) -> str:
    wrong = normal(word)
    if not (wrong.isascii() and wrong.isalpha() and SHORTEST <= len(wrong) <= LONGEST):
        raise BadWord(f"A word to explain is one word of {SHORTEST} to {LONGEST} letters.")
    if wrong in keywords(rt):
        raise BadWord(f"{wrong} is a keyword itself; it cannot mean another one.")
    return wrong


def _list(rt: Runtime) -> str:
    return ", ".join(keywords(rt))


def _audit(
    rt: Runtime,
    db: Connection,
    action: str,
    word: str,
    by: tuple[str, str, str],
    before: str,
    after: str,
) -> None:
    actor, reason, address = by
    names = {"actor": actor, "action": action, "object": f"word:{word}"}
    add_audit(db, rt.now(), **names, before=before, after=after, reason=reason, address=address)
