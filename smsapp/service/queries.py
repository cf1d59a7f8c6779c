"""Queries: what a person asks a desk, her supervisor or her facility, and what they answer.

Of a private one every SMS is neutral and marked private: kind, name and answer are on screens only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.answered import NONE_OPEN, SEVERAL, Answered, Outcome
from smsapp.service.filled import Case
from smsapp.service.mistyped import as_answered
from smsapp.service.numbers import move_number, problem
from smsapp.service.people import contacts, help_phone, reached, text_for, text_from
from smsapp.store import queries as store
from smsapp.store.people import Person, person_by_id
from smsapp.store.queries import OPEN, Asked, Query

KINDS = {  # what an effect answers -> the kinds of query
    "desk": ("pay", "concern"),
    "call": ("call",),
    "number": ("number",),
}
BECOMES = {  # answer -> the state it leads to; any other: answered
    "payroll": "with_desk",
    "done": "done",
    "yes": "done",
    "no": "refused",
}
TOLD = {  # kind -> who is told when those told before have gone
    "pay": ("desk",),
    "concern": ("desk",),
    "call": ("supervisor", "facility"),
    "number": ("supervisor",),
}
BEFORE = {"desk": (*OPEN, "answered")}  # what may be answered anew: a desk may correct itself
AT_ONCE = 200  # queries one sweep reads together


def ask_for(
    rt: Runtime,
    db: Connection,
    case: Case,
    kind: str,
    *,
    about: str,
    phone: str,
    roles: Sequence[str],
    texts: Mapping[str, str],
) -> str:
    """Write a query down and tell who may answer it: `done`, `nobody`, `taken` or `same`."""
    if store.of_report(db, case.report.id):
        return "done"
    wrong = problem(rt, db, case.person, phone) if phone else ""
    people = [] if wrong else reached(rt, db, case.person, roles)
    if wrong or not people:
        return wrong or "nobody"
    query_id = store.add_query(
        db,
        ref=case.report.ref,
        report_id=case.report.id,
        person_id=case.person.id,
        kind=kind,
        about=about,
        private=case.filling.flow.private,
        training=case.person.training,
        phone=phone,
        state="received",
        asked_at=rt.now(),
    )
    query = store.query_by_id(db, query_id)
    for one in people:
        _tell(rt, db, query, one, "asked", "" if query.private else text_from(rt, db, one, texts))
    return "done"


def _tell(rt: Runtime, db: Connection, query: Query, one: Person, why: str, text: str = "") -> None:
    """From now on this person may answer, and she knows. Without a text: that something waits."""
    store.add_told(db, query.id, one.id, rt.now())
    code = rt.settings.service_code
    text = text or text_for(rt, db, one, "query.waits", ref=query.ref, code=code)
    _put(rt, db, query, f"query:{query.id}:{why}:{one.id}", one, text)


def _put(rt: Runtime, db: Connection, query: Query, key: str, one: Person, text: str) -> None:
    outbox.put(
        rt,
        db,
        key=key,
        kind="reply",
        phone=one.phone,
        text=text,
        person_id=one.id,
        private=query.private,
    )


def answer(
    rt: Runtime, db: Connection, case: Case, kind: str, ref: str | None, word: str
) -> Answered:
    """Take what she answers to a query; without a ref, to the one that is open for her.

    `near`, or `not_yours` for a ref she was not told, whether or not it exists.
    """
    if kind == "mine":
        return _settle(rt, db, case, ref, word)
    meant = [one.query for one in store.told_to(db, case.person.id, KINDS[kind], ref=ref)]
    before = BEFORE.get(kind, OPEN) if ref else OPEN
    waiting = [one for one in meant if one.state in before and not _said(one, word)]
    if len(waiting) > 1:
        return SEVERAL
    if waiting:
        return _take(rt, db, case, waiting[0], before, word)
    if meant:
        return _already(rt, db, meant[-1])
    mine = [one.query.ref for one in waiting_for(db, case.person, kind)]
    return NONE_OPEN if ref is None else as_answered(ref, mine)


def _said(query: Query, word: str) -> bool:
    """Whether this very answer stands, so that nobody is told twice."""
    return query.answer == word and query.state != "reopened"


def _take(
    rt: Runtime, db: Connection, case: Case, query: Query, before: Sequence[str], word: str
) -> Answered:
    now, state = rt.now(), BECOMES.get(word, "answered")
    given = {"answer": word, "answered_at": now, "answered_by": case.person.id}
    if not store.move(db, query.id, before, state=state, **given):
        return _already(rt, db, store.query_by_id(db, query.id))
    if query.kind == "number" and word == "yes" and not move_number(rt, db, query, case.person):
        store.move(db, query.id, ("done",), state="refused", answer="taken")
        word = "taken"
    _tell_news(rt, db, query, word, case.report.id)
    outcome: Outcome = "taken" if word == "taken" else "done"
    return Answered(outcome, query.ref, case.person.short, now, query.person_id)


def _tell_news(rt: Runtime, db: Connection, query: Query, word: str, report_id: int) -> None:
    """Who asked hears of it; of a call she has had, and of a number, nothing more."""
    news = "query.news" if query.private else f"number.{word}" if query.kind == "number" else ""
    chw = person_by_id(db, query.person_id, rt.now())
    if news and word != "yes" and chw and chw.phone:
        code, phone = rt.settings.service_code, help_phone(rt, db, chw)
        text = text_for(rt, db, chw, news, ref=query.ref, code=code, phone=phone)
        _put(rt, db, query, f"query:{query.id}:news:{report_id}", chw, text)


def _settle(rt: Runtime, db: Connection, case: Case, ref: str | None, word: str) -> Answered:
    """She agrees with an answer, or asks again."""
    meant = store.asked_by(db, case.person.id, ("answered",), ref=ref)
    if len(meant) > 1:
        return SEVERAL
    if not meant or not store.move(db, meant[0].id, ("answered",), state=word):
        before = store.asked_by(db, case.person.id, (word,), ref=ref) if ref else []
        return Answered("done", before[0].ref) if before else NONE_OPEN  # the same hop again
    if word == "reopened":
        for one in reached(rt, db, case.person, TOLD[meant[0].kind]):
            _tell(rt, db, meant[0], one, f"again:{case.report.id}")
    return Answered("done", meant[0].ref, case.person.short, rt.now())


def _already(rt: Runtime, db: Connection, query: Query) -> Answered:
    if query.state == "agreed":
        return NONE_OPEN
    if query.answer == "taken":
        return Answered("taken", query.ref)
    by = person_by_id(db, query.answered_by, rt.now()) if query.answered_by else None
    name, at = by.short if by else "", query.answered_at
    return Answered("already", query.ref, name, at, query.person_id, query.answered_by)


def waiting_for(db: Connection, person: Person, kind: str) -> list[Asked]:
    """The open queries of this kind that this person may answer, oldest first."""
    return store.told_to(db, person.id, KINDS[kind])


def answered_of(db: Connection, person: Person) -> list[Query]:
    """Her queries whose answer waits for her word, newest first."""
    return store.asked_by(db, person.id, ("answered",))


def open_of(db: Connection, person: Person) -> list[Query]:
    """Her queries that nobody has answered yet, newest first."""
    return store.asked_by(db, person.id, OPEN)


def somebody(rt: Runtime, db: Connection, person: Person, kind: str) -> bool:
    """Whether anybody could answer such a query of hers."""
    return bool(contacts(db, person, TOLD[kind], rt.now()))


def days(query: Query, now: datetime) -> int:
    """How old a query is."""
    return (now - query.asked_at).days


def hand_over(rt: Runtime, at_once: int = AT_ONCE) -> int:
    """Open queries whose people have gone, or whose numbers are long silent, are told to those who
    can be told now. Gives how many there were."""
    since = rt.now() - timedelta(days=rt.settings.number_days)
    count, after = 0, 0
    while True:
        with rt.read() as db:
            left = store.orphans(db, after, at_once, since)
        for query in left:
            with rt.begin() as db:
                chw = person_by_id(db, query.person_id, rt.now())
                for one in reached(rt, db, chw, TOLD[query.kind]) if chw else ():
                    _tell(rt, db, query, one, "handed")
        count += len(left)
        if len(left) < at_once:
            return count
        after = left[-1].id
