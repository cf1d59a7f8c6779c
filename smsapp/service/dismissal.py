"""The district, and nobody else, closes a signal: it is checked, or it is over."""

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import alerts
from smsapp.service.filled import Case, Done
from smsapp.service.mistyped import as_outcome
from smsapp.service.tell_chw import SIGNAL, tell_chw
from smsapp.store import alerts as alert_store
from smsapp.store.alerts import Alert


def dismiss(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The effect `answer_signal`: `done`, `already`, `near`, `not_yours`, or `not_allowed`."""
    ref = str(case.filling.answers.get(effect.ask, ""))
    meant = [one for one in alerts.named(rt, db, case.person, ref) if one.kind == SIGNAL]
    done.values["ref"] = ref
    if not meant:
        standing = alert_store.standing_of(db, case.person.id)
        signals = [one.ref for one in standing if one.kind == SIGNAL]
        done.outcomes[effect.id] = as_outcome(ref, signals, done)
        return
    if case.person.role != "district":
        done.outcomes[effect.id] = "not_allowed"
        return
    done.outcomes[effect.id] = _close(rt, db, case, alert_store.locked(db, meant[-1].id))


def _close(rt: Runtime, db: Connection, case: Case, alert: Alert) -> str:
    person = case.person
    if alert.state == "closed":  # her own earlier word is no news
        events = alert_store.events(db, alert.id)
        hers = any(one.what == "dismissed" and one.person_id == person.id for one in events)
        return "done" if hers else "already"
    now = rt.now()
    alert_store.add_event(db, alert.id, now, "dismissed", level=alert.level, person_id=person.id)
    alert_store.close(db, alert.id, "dismissed")
    tell_chw(rt, db, alert, "alert.closed", "closed", name=person.short)
    return "done"
