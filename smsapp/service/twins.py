"""What is answered to "Same as <ref>?", and what becomes of it where nobody answers.

`1`: the first report stands alone. `2`: the second is recorded, though the answer comes late.
Without an answer a child in danger is recorded as another, with an alert of its own; anything else
stays on her timeline as never finished, and she was told that it is not saved.
"""

import re

import structlog
from sqlalchemy import Connection

from smsapp.flow.judge import judge
from smsapp.flow.reading import Reading
from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.service import outbox, reports
from smsapp.service.given import given_again, given_at_dial
from smsapp.service.texted import Answer, lost, save
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.drafts import Draft
from smsapp.store.people import Person, person_by_id

log = structlog.get_logger()

SAID = re.compile(r"([12])(?:\W*|\W+(\d{6})\W*)")  # 2, or 2 482913
ANOTHER = "2"
AT_ONCE = 200  # questions one tick of the clock looks at; the rest wait for the next


def answer(rt: Runtime, db: Connection, person: Person, body: str) -> Answer | None:
    """Take `1` or `2`. None: it is neither, or she was asked nothing in the last day."""
    said = SAID.fullmatch(normal(body))
    asked = draft_store.twins_of(db, person.id, rt.now()) if said else []
    if said is None or not asked:
        return None
    refs = {one.id: store.report_by_id(db, one.report_id or 0).ref for one in asked}
    meant = [one for one in asked if said[2] in (None, refs[one.id])]
    waiting = [one for one in meant if one.state == "open"]
    if len({refs[one.id] for one in waiting}) > 1 or not meant:
        return lost(rt, db, person, "sms.twin_which", ref=refs[asked[0].id])
    draft = (waiting or meant)[0]
    return _take(rt, db, person, draft, refs[draft.id], another=said[1] == ANOTHER)


def _take(
    rt: Runtime, db: Connection, person: Person, draft: Draft, ref: str, *, another: bool
) -> Answer:
    locked = draft_store.draft_of_origin(db, draft.origin)
    origin = store.find_origin(db, draft.origin)
    if origin is not None or locked is None:  # answered before, or recorded without an answer
        own = store.report_by_id(db, origin.report_id).ref if origin else ref
        return lost(rt, db, person, "sms.already" if another else "sms.twin_saved", ref=own)
    if another:
        return _record(rt, db, person, locked)
    draft_store.settle_draft(db, draft.origin, "settled")
    return lost(rt, db, person, "sms.already", ref=ref)


def _record(rt: Runtime, db: Connection, person: Person, draft: Draft) -> Answer:
    flow = rt.flows.flows[draft.flow]
    given = given_again(rt, flow, draft, given_at_dial(rt, db, person, "sms"))
    filling = reports.Filling(
        flow=flow,
        origin=draft.origin,
        session=draft.session,
        n=int(draft.origin.rpartition(":")[2]),
        source="sms",
        text_length=draft.text_length,
        given=given,
        answers=given.answers,
        began_at=draft.began_at,
    )
    reading = Reading(given.answers, (), judge(flow, given.answers, given))
    return save(rt, db, person, filling, reading)


def record_due(rt: Runtime) -> int:
    """What the clock does: a child in danger of whom nobody said which it is, is another one."""
    with rt.read() as db:
        due = draft_store.twins_due(db, rt.now(), AT_ONCE)
    return sum(_record_apart(rt, draft) for draft in due)


def _record_apart(rt: Runtime, draft: Draft) -> bool:
    """One question in a transaction of its own: one that cannot be recorded stops no other."""
    try:
        with rt.begin() as db:
            return _record_unanswered(rt, db, draft.origin)
    except Exception as error:  # the outermost door of this one question
        log.error("question_not_settled", draft=draft.id, error=type(error).__name__)
        return False


def _record_unanswered(rt: Runtime, db: Connection, origin: str) -> bool:
    draft = draft_store.draft_of_origin(db, origin)
    if draft is None or draft.state != "open":
        return False  # answered since it was listed
    person = person_by_id(db, draft.person_id, rt.now())
    if person is None or not person.active or draft.flow not in rt.flows.flows:
        return draft_store.expire_draft(db, draft.id, rt.now())
    said = _record(rt, db, person, draft)
    for number, text in enumerate(said.texts):
        outbox.put(
            rt,
            db,
            key=f"twin:{draft.id}:{number}",
            kind="danger" if said.refers else "reply",
            phone=person.phone,
            text=text,
            person_id=person.id,
        )
    return True
