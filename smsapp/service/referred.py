"""Children who were sent: the facility says who has arrived, and the CHW hears it once."""

from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Item
from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import outbox, tasks
from smsapp.service.filled import Case, Done
from smsapp.service.mistyped import as_outcome
from smsapp.service.naming import when_seen
from smsapp.service.people import text_for
from smsapp.store import referrals as store
from smsapp.store.catchment import own
from smsapp.store.deaths import is_recorded
from smsapp.store.people import Person, person_by_id
from smsapp.store.referrals import Referral

LISTED_FOR = timedelta(days=30)  # who was sent longer ago is told of by ref: programme's choice


def referred_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`482913 Chalo 10:42`: who was sent from below and is not known to have arrived."""
    return tuple(
        Item(one.ref, _item(rt, person.language, one)) for one in _sent_lately(rt, db, person)
    )


def _sent_lately(rt: Runtime, db: Connection, person: Person) -> list[Referral]:
    since = rt.now() - LISTED_FOR
    return store.open_under(db, person.place_id, since, training=person.training)


def _item(rt: Runtime, language: str, one: Referral) -> str:
    at = when_seen(rt, language, one.opened_at)
    return rt.flows.say("item.alert", language, ref=one.ref, place=one.place_short, time=at)


def arrive(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The child has come: nobody is asked or reminded any more. Without a ref, the only one sent.

    `already`: it is known what became of the child, or the report was taken back.
    """
    me, ref = case.person, case.filling.answers.get(effect.ask)
    if ref is None:
        found = _sent_lately(rt, db, me)
    else:
        done.values["ref"] = str(ref)
        found = store.of_ref(db, me.place_id, str(ref), training=me.training)
    meant = [one for one in found if one.state == "open"] or found[:1]
    if len(meant) == 1:
        done.outcomes[effect.id] = _end(rt, db, case, meant[0], done)
    elif meant:
        done.outcomes[effect.id] = "several"
    elif ref is None:
        done.outcomes[effect.id] = "none_open"
    else:
        sent = [one.ref for one in _sent_lately(rt, db, me)]
        done.outcomes[effect.id] = as_outcome(str(ref), sent, done)


def _end(rt: Runtime, db: Connection, case: Case, one: Referral, done: Done) -> str:
    chw = person_by_id(db, one.person_id, rt.now())
    done.values |= {"ref": one.ref, "chw": chw.short if chw else ""}
    if one.told_by == case.person.id:
        return "done"  # his own earlier word is no news
    if one.withdrawn or is_recorded(db, one.report_id):
        return "already"
    if not tasks.arrived(rt, db, one.report_id, case.report.id):
        return "already"
    if chw is not None and chw.phone:
        _tell(rt, db, case.person, chw, one)
    return "done"


def _tell(rt: Runtime, db: Connection, by: Person, chw: Person, one: Referral) -> None:
    """Where the child is: at the place of the facility that says so, else at hers."""
    at = by.place_short
    if by.role != "facility" and chw.facility_id is not None:
        at = own(db, chw.facility_id).short
    outbox.put(
        rt,
        db,
        key=f"arrived:{one.task_id}",
        kind="reply",
        phone=chw.phone,
        text=text_for(rt, db, chw, "referral.arrived", ref=one.ref, place=at),
        person_id=chw.id,
    )
