"""What a CHW hears of her alert: somebody has seen it, nobody answers, it is over."""

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.about import about
from smsapp.service.people import help_phone, text_for
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert
from smsapp.store.deaths import is_recorded
from smsapp.store.people import Person, people_by_ids
from smsapp.store.signals import reporters

DANGER = "danger"  # the kind of an alert of somebody who must go
SIGNAL = "signal"  # the kind of an alert that is about a village


def tell_chw(
    rt: Runtime, db: Connection, alert: Alert, word: str, what: str, **values: str
) -> None:
    """Put an SMS about her alert to the CHW, each by the ref she knows; `what` is one of a kind."""
    if alert.kind != SIGNAL and is_recorded(db, about(rt, db, alert.report_id).id):
        return  # after a death nobody tells her to go
    absent = {person_id for _, person_id in noted_absent(db, alert)}
    again = sum(event.what == "reopened" for event in store.events(db, alert.id))
    part = f"chw:{what}:{again}" if again else f"chw:{what}"
    plain = f"{word}.plain"  # nobody else is sent anywhere
    said = plain if alert.kind != DANGER and plain in rt.flows.words.word else word
    for chw, ref in _chws(rt, db, alert):
        values["phone"] = help_phone(rt, db, chw, absent)
        outbox.put(
            rt,
            db,
            key=f"alert:{alert.id}:{part}" + ("" if chw.id == alert.person_id else f":{chw.id}"),
            kind="alert",
            phone=chw.phone,
            text=text_for(rt, db, chw, said, ref=ref, **values),
            person_id=chw.id,
            alert_id=alert.id,
        )


def _chws(rt: Runtime, db: Connection, alert: Alert) -> list[tuple[Person, str]]:
    """Who told it and can be told; of a signal everybody who did."""
    joined = reporters(db, alert.id) if alert.kind == SIGNAL else []
    refs = {one.person_id: one.ref for one in joined} or {alert.person_id: alert.ref}
    found = people_by_ids(db, refs.keys(), rt.now())
    return [(one, refs[one.id]) for one in found if one.phone]


def noted_absent(db: Connection, alert: Alert) -> set[tuple[int, int]]:
    """The levels and people whose SMS cannot arrive, as noted so far."""
    events = store.events(db, alert.id)
    return {(e.level, e.person_id) for e in events if e.what == "unreachable"}
