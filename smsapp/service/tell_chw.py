"""What a CHW hears of her alert: somebody has seen it, nobody answers, it is over."""

from sqlalchemy import Connection

from smsapp.flow.answerback import append_echo
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.about import about
from smsapp.service.people import help_phone, language_of, text_for
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert
from smsapp.store.deaths import is_recorded
from smsapp.store.leaving import HANDED
from smsapp.store.people import Person, people_by_ids, person_by_id
from smsapp.store.signals import reporters

DANGER = "danger"  # the kind of an alert of somebody who must go
UNTOLD = "untold"  # nobody is there to hear what became of it
SIGNAL = "signal"  # the kind of an alert that is about a village


def tell_chw(
    rt: Runtime, db: Connection, alert: Alert, word: str, what: str, **values: str
) -> None:
    """Put an SMS about her alert to the CHW, each by the ref she knows; `what` is one of a kind.

    Of a CHW who has left her successor hears it; where nobody does, the alert's history says so.
    """
    if alert.kind != SIGNAL and is_recorded(db, about(rt, db, alert.report_id).id):
        return  # after a death nobody tells her to go
    absent = {person_id for _, person_id in noted_absent(db, alert)}
    again = sum(event.what == "reopened" for event in store.events(db, alert.id))
    part = f"chw:{what}:{again}" if again else f"chw:{what}"
    plain = f"{word}.plain"  # nobody else is sent anywhere
    said = plain if alert.kind != DANGER and plain in rt.flows.words.word else word
    here = _chws(rt, db, alert)
    if not here:
        _note_untold(rt, db, alert)
    for chw, ref, whose in here:
        values["phone"] = help_phone(rt, db, chw, absent)
        text = text_for(rt, db, chw, said, ref=ref, **values)
        line = rt.flows.say("alert.whose", language_of(rt, chw), chw=whose) if whose else ""
        outbox.put(
            rt,
            db,
            key=f"alert:{alert.id}:{part}" + ("" if chw.id == alert.person_id else f":{chw.id}"),
            kind="alert",
            phone=chw.phone,
            text=append_echo(text, line),
            person_id=chw.id,
            alert_id=alert.id,
        )


def listener(rt: Runtime, db: Connection, alert: Alert) -> Person | None:
    """Who hears what becomes of it: she who told it, else another. None: nobody is there."""
    here = [one for one, _, _ in _chws(rt, db, alert)]
    return next((one for one in here if one.id == alert.person_id), here[0] if here else None)


def _chws(rt: Runtime, db: Connection, alert: Alert) -> list[tuple[Person, str, str]]:
    """Who told it and can be told, of a signal everybody who did; and who follows one who left,
    with the name of the one who told it first.
    """
    joined = reporters(db, alert.id) if alert.kind == SIGNAL else []
    refs = {one.person_id: one.ref for one in joined} or {alert.person_id: alert.ref}
    heirs = {e.person_id for e in store.events(db, alert.id) if e.what == HANDED} - refs.keys()
    first = person_by_id(db, alert.person_id, rt.now()) if heirs else None
    found = people_by_ids(db, refs.keys() | heirs, rt.now())
    return [
        (one, refs.get(one.id, alert.ref), first.short if first and one.id in heirs else "")
        for one in found
        if one.phone
    ]


def _note_untold(rt: Runtime, db: Connection, alert: Alert) -> None:
    if not any(event.what == UNTOLD for event in store.events(db, alert.id)):
        store.add_event(db, alert.id, rt.now(), UNTOLD, level=alert.level)


def noted_absent(db: Connection, alert: Alert) -> set[tuple[int, int]]:
    """The levels and people whose SMS cannot arrive, as noted so far."""
    events = store.events(db, alert.id)
    return {(e.level, e.person_id) for e in events if e.what == "unreachable"}
