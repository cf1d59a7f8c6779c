"""What became of an alert: checked, all done about it, closed with an outcome."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import alerts, deaths, tasks
from smsapp.service.about import about
from smsapp.service.filled import Case, Done
from smsapp.service.mistyped import as_outcome
from smsapp.service.tell_chw import SIGNAL, listener, tell_chw
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert
from smsapp.store.people import person_by_id

STEPS = ("verified", "responded")  # said of an alert that goes on
MAY_STEP = ("facility", "district")  # who says them
SEEN = ("treated", "sent_on")  # outcomes that say that somebody above has seen the person
DIED = "died"
ENDED = ("closed", "dismissed")  # events that end an alert


def close(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Note a step, or close the alert with an outcome; who closes it unanswered answers it too.

    `untold`: done, and no CHW is there to hear it; `already`: this was said before; `over`:
    somebody has closed it.
    """
    named = str(case.filling.answers.get(effect.ask, ""))
    news = str(case.filling.answers.get(effect.answer, ""))
    done.values["ref"] = named
    meant = alerts.named(rt, db, case.person, named)
    if not meant:
        open_to_me = [one.ref for one in store.standing_of(db, case.person.id)]
        done.outcomes[effect.id] = as_outcome(named, open_to_me, done)
        return
    standing = [one for one in meant if one.state != "closed"]
    alert = store.locked(db, (standing or meant)[-1].id)
    outcome = _say(rt, db, case, alert, news, done)
    hears = listener(rt, db, alert)
    chw = hears or person_by_id(db, alert.person_id, rt.now())
    done.values["chw"] = chw.short if chw else ""
    untold = outcome == "done" and news not in STEPS and hears is None
    done.outcomes[effect.id] = "untold" if untold else outcome


def _say(rt: Runtime, db: Connection, case: Case, alert: Alert, news: str, done: Done) -> str:
    role = case.person.role
    allowed = role in MAY_STEP if news in STEPS else alert.kind != SIGNAL or role == "district"
    if not allowed:
        return "not_allowed"
    said = _said(rt, db, alert, ENDED if alert.state == "closed" else (news,), done)
    same = news == (alert.ends or news)
    if said == case.person.id and same:  # his own earlier word is no news
        return "done"
    if said is not None:
        return "over" if alert.state == "closed" else "already"
    if alert.state == "closed":
        return "not_yours"  # taken back as a mistake: there is nothing to close
    if news in STEPS:
        alerts.answer_alert(rt, db, case.person, alert.ref)  # who has checked it has seen it
        _note(rt, db, case, alert, news)
    else:
        _end(rt, db, case, alert, news)
    return "done"


def _said(
    rt: Runtime, db: Connection, alert: Alert, what: tuple[str, ...], done: Done
) -> int | None:
    """Who said this of the alert first, with name and time for the reply."""
    for event in store.events(db, alert.id):
        if event.what in what and event.person_id is not None:
            by = person_by_id(db, event.person_id, rt.now())
            local = event.at.astimezone(ZoneInfo(rt.settings.timezone))
            done.values |= {"name": by.short if by else "", "time": f"{local:%H:%M}"}
            return int(event.person_id)
    return None


def _note(rt: Runtime, db: Connection, case: Case, alert: Alert, what: str) -> None:
    store.add_event(db, alert.id, rt.now(), what, level=alert.level, person_id=case.person.id)


def _end(rt: Runtime, db: Connection, case: Case, alert: Alert, outcome: str) -> None:
    others = store.standing(db, alert.report_id)  # of one ref: what was told before a correction
    for one in [alert, *(one for one in others if one.id != alert.id)]:
        if store.acknowledge(db, one.id, case.person.id, rt.now()):
            _note(rt, db, case, one, "acknowledged")
        _note(rt, db, case, one, "dismissed" if alert.kind == SIGNAL else "closed")
        store.close(db, one.id, outcome)
    word = "alert.closed" if alert.kind == SIGNAL else f"alert.over.{outcome}"
    tell_chw(rt, db, alert, word, "closed", name=case.person.short)
    if alert.kind != SIGNAL:
        _follow(rt, db, case, alert, outcome)


def _follow(rt: Runtime, db: Connection, case: Case, alert: Alert, outcome: str) -> None:
    """What an outcome says of the person: seen, so that nobody is asked; or dead, once."""
    sent = about(rt, db, alert.report_id)
    if outcome in SEEN:
        tasks.arrived(rt, db, sent.id, case.report.id)
    elif outcome == DIED:
        deaths.record_heard(rt, db, sent)
