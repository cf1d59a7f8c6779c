"""What a report obliges is done here, in its transaction; doing it twice does it once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.flow.fill import fill
from smsapp.flow.judge import Judgement, holds, limit, lines
from smsapp.flow.model import Effect, Flow, Line
from smsapp.runtime import Runtime
from smsapp.service import (
    alerts,
    closing,
    deaths,
    dismissal,
    errands,
    me,
    months,
    ordering,
    packing,
    queries,
    recalls,
    receipt,
    referred,
    registering,
    remind,
    signals,
    tasks,
    uses,
    visits,
    which_order,
)
from smsapp.service.answered import Answered
from smsapp.service.filled import Case, Done, Filling
from smsapp.service.numbers import tail
from smsapp.store import alerts as alert_store
from smsapp.store.people import Person, person_by_id
from smsapp.store.reports import Report


def apply(
    rt: Runtime,
    db: Connection,
    person: Person,
    filling: Filling,
    judged: Judgement,
    report: Report,
    *,
    finished: bool,
    fresh: bool = False,
    anew: bool = False,
) -> Done:
    """Do every effect whose `when` holds. Danger is told at once, the rest when it is finished.

    `anew`: a correction added danger, so that it is told though an alert stands.
    """
    case = Case(person, filling, judged, report, finished, fresh, anew)
    done = Done()
    if filling.withdrawn and not judged.dangers:
        alerts.correct_alert(rt, db, report.id)
    for effect in filling.flow.effects:
        if effect.do in AT_ONCE or finished:
            if holds(effect.when, judged.facts) is True:
                DO[effect.do](rt, db, case, effect, done)
            elif effect.do in UNDO and not fresh:
                UNDO[effect.do](rt, db, case, effect)
    return done


def _raise_alert(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """One alert for each time danger first held; later facts change its words, and may hurry it."""
    texts = {
        "first": _texts(rt, case, effect.first),
        "climbed": _texts(rt, case, effect.climbed),
    }
    if not case.fresh and not case.anew and alerts.is_over(db, case.report.id, texts):
        done.outcomes[effect.id] = "done"
        return
    standing = [] if case.fresh else alert_store.standing(db, case.report.id)
    if not standing or (case.anew and standing[0].state == "acknowledged"):
        done.outcomes[effect.id] = alerts.raise_alert(
            rt,
            db,
            case.person,
            case.report.id,
            case.report.ref,
            kind=effect.kind,
            texts=texts,
            ladder=rt.flows.ladders.rungs(effect.kind, rt.settings.flow_params),
            n=1 if case.fresh else alerts.next_number(db, case.report.id),
            fresh=case.fresh,
        )
        return
    old = standing[0]
    hasten = bool(effect.hasten) and holds(effect.hasten, case.judged.facts) is True
    if old.texts != texts or case.anew:
        hasten = hasten or case.anew
        alerts.change_alert(rt, db, case.report.id, texts, hasten)
    done.outcomes[effect.id] = "done" if alert_store.told(db, old.id) else "nobody"


def _answer_alert(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    answered = alerts.answer_alert(rt, db, case.person, _ref(case, effect.ask))
    _note(rt, db, case, effect, done, answered)


def _answer_request(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    answers = case.filling.answers
    word = packing.as_word(answers[effect.answer])
    said = {
        ask.product: value if isinstance(value, int) else None
        for ask in case.filling.flow.asks
        if ask.product and (value := answers.get(ask.id)) is not None
    }
    known = not case.fresh
    ref = _ref(case, effect.ask)
    own = (case.report.id, case.report.ref)
    answered = packing.answer_request(rt, db, case.person, ref, word, said, own=own, known=known)
    _note(rt, db, case, effect, done, answered)
    if answered.outcome == "foreign":
        done.values |= which_order.shown(rt, db, case.person, answered.ref)


def _follow_up(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    for bound in effect.minutes:
        minutes = limit(bound, case.judged.facts, 0)
        period = f"{case.report.ref}:{minutes}"
        due_at = case.report.opened_at + timedelta(minutes=minutes)
        remind.begin(rt, db, effect.kind, case.person.id, period, due_at, case.report.id)
    done.outcomes[effect.id] = "done"


def _query(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    phone = _ref(case, effect.ask) or ""
    done.outcomes[effect.id] = queries.ask_for(
        rt,
        db,
        case,
        effect.kind,
        about=_ref(case, effect.answer) or "",
        phone=phone,
        roles=effect.roles,
        texts=_texts(rt, case, effect.first, tail=tail(phone)),
    )


def _answer_query(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    word = _ref(case, effect.answer) if effect.answer else "done"
    if word is None or word == "later":
        return
    answered = queries.answer(rt, db, case, effect.kind, _ref(case, effect.ask), word)
    if effect.kind == "mine":
        done.outcomes[effect.id] = answered.outcome
    else:
        _note(rt, db, case, effect, done, answered)


def _set_person(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    value = _ref(case, effect.ask) or ""
    done.outcomes[effect.id] = me.set_person(rt, db, case.person, effect.kind, value)


def _no_follow_up(rt: Runtime, db: Connection, case: Case, effect: Effect) -> None:
    remind.drop(rt, db, case.report.id, effect.kind)


def _ref(case: Case, ask: str) -> str | None:
    value = case.filling.answers.get(ask)
    return value if isinstance(value, str) else None


def _note(
    rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done, answered: Answered
) -> None:
    """The outcome and its words. Her own earlier answer is no news: she is thanked again."""
    again = answered.outcome == "already" and answered.by_id == case.person.id
    done.outcomes[effect.id] = "done" if again else answered.outcome
    done.values |= {"ref": answered.ref, "name": answered.by_short, "near": answered.near}
    if answered.at:
        local = answered.at.astimezone(ZoneInfo(rt.settings.timezone))
        done.values["time"] = f"{local:%H:%M}"
    chw = person_by_id(db, answered.chw_id, rt.now()) if answered.chw_id else None
    if chw:
        done.values |= {"chw": chw.short, "chw_phone": chw.phone}


def _texts(rt: Runtime, case: Case, candidates: tuple[Line, ...], **more: str) -> dict[str, str]:
    """The lines that hold, filled in, in every language that those who are told may read."""
    flow: Flow = case.filling.flow
    values = {**case.filling.given.values, **more, "ref": case.report.ref}
    return {
        language: fill("\n".join(lines(candidates, case.judged.facts, language)), values)
        for language in rt.flows.languages(flow, training=case.person.training)
    }


def mark_unconfirmed(db: Connection, report_id: int) -> None:
    """She never finished: those who were told see it."""
    alert_store.mark_unconfirmed(db, report_id)


DO = {
    "raise_alert": _raise_alert,
    "answer_alert": _answer_alert,
    "move_stock": receipt.move,
    "compare_use": uses.compare,
    "request": ordering.request,
    "answer_request": _answer_request,
    "answer_recall": recalls.answer,
    "follow_up": _follow_up,
    "task": tasks.plan,
    "answer_task": tasks.answer,
    "arrive": referred.arrive,
    "record_death": deaths.record_told,
    "record_month": months.record,
    "query": _query,
    "answer_query": _answer_query,
    "set_person": _set_person,
    "join_signal": signals.join,
    "answer_signal": dismissal.dismiss,
    **visits.EFFECTS,
    **errands.EFFECTS,
    **registering.EFFECTS,
    "close_alert": closing.close,
}
UNDO = {  # where it no longer holds
    "follow_up": _no_follow_up,
    "move_stock": receipt.forget,
    "request": ordering.take_back,
    "task": tasks.forget,
    "answer_task": tasks.take_back,
}
AT_ONCE = {"raise_alert", "task", "answer_task"}  # at the hop at which danger is told
