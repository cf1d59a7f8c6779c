"""What a dropped call had to tell of a village: told as it stands once she may no longer go on.

She has been asked to finish it until then. It is marked unconfirmed, and she hears what was saved.
"""

from dataclasses import replace

import structlog
from sqlalchemy import Connection

from smsapp.flow.judge import holds, judge
from smsapp.flow.model import Flow
from smsapp.flow.reading import Reading
from smsapp.runtime import Runtime
from smsapp.service import effects, outbox
from smsapp.service.given import given_at_dial
from smsapp.service.texted import save, take_up
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.drafts import Draft
from smsapp.store.people import Person, person_by_id

log = structlog.get_logger()

AT_ONCE = 200  # drafts one tick of the clock looks at; the rest wait for the next


def tell_due(rt: Runtime) -> int:
    """What the clock does with such drafts whose time is over."""
    names = [flow.id for flow in rt.flows.flows.values() if tells_of_village(flow)]
    with rt.read() as db:
        due = draft_store.drafts_due(db, rt.now(), AT_ONCE, of=names)
    return sum(_tell_apart(rt, draft) for draft in due)


def tells_of_village(flow: Flow) -> bool:
    """Whether its reports make a community alert."""
    return any(effect.do == "join_signal" for effect in flow.effects)


def _tell_apart(rt: Runtime, draft: Draft) -> bool:
    """One draft in a transaction of its own: one that cannot be told stops no other."""
    try:
        with rt.begin() as db:
            return _tell(rt, db, draft)
    except Exception as error:  # the outermost door of this one draft
        log.error("draft_not_told", draft=draft.id, error=type(error).__name__)
        return False


def _tell(rt: Runtime, db: Connection, listed: Draft) -> bool:
    draft = draft_store.draft_of_origin(db, listed.origin)
    if draft is None or draft.state != "open" or draft.due_at > rt.now():
        return False  # taken up again, or finished, since it was listed
    person = person_by_id(db, draft.person_id, rt.now())
    if person is None or not person.active or not _record(rt, db, person, draft):
        draft_store.expire_draft(db, draft.id, rt.now())
    return True


def _record(rt: Runtime, db: Connection, person: Person, draft: Draft) -> bool:
    """Save it as an SMS of the same letters would be. False: what was seen is not known."""
    flow = rt.flows.flows[draft.flow]
    filling = take_up(rt, draft, flow, given_at_dial(rt, db, person, "sms"))
    given = replace(filling.given, lists={})  # nothing of them was answered
    filling = replace(filling, given=given, source=draft.origin.partition(":")[0])
    judged = judge(flow, filling.answers, given)
    tells = [one for one in flow.effects if one.do == "join_signal"]
    if judged.missing or not any(holds(one.when, judged.facts) for one in tells):
        return False
    said = save(rt, db, person, filling, Reading(filling.answers, (), judged))
    origin = store.find_origin(db, draft.origin)
    if origin is not None:
        store.change_report(db, origin.report_id, unconfirmed=True)
        effects.mark_unconfirmed(db, origin.report_id)
    for number, text in enumerate(said.texts):
        key = f"untold:{draft.id}:{number}"
        outbox.put(
            rt, db, key=key, kind="danger", phone=person.phone, text=text, person_id=person.id
        )
    return True
