"""Signals of a village: reports of one trigger and place join one alert, which the district closes.

The first report speaks. The alert speaks again at the second, when the cases told have doubled, and
at any death; what else joins is written down, and the CHW is told how many are known.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from smsapp.flow.fill import fill
from smsapp.flow.judge import limit, lines
from smsapp.flow.model import Effect, Line
from smsapp.runtime import Runtime
from smsapp.service import alerts
from smsapp.service.filled import Case, Done
from smsapp.service.ladder import speak_again, widen
from smsapp.service.naming import local_day
from smsapp.service.tell_chw import SIGNAL, tell_chw
from smsapp.store import alerts as alert_store
from smsapp.store import catchment
from smsapp.store import signals as store
from smsapp.store.alerts import Alert, Texts
from smsapp.store.catchment import Village
from smsapp.store.signals import Signal

CASES, DEATHS, ONSET, VILLAGE = "cases", "deaths", "onset", "village"  # the asks of a signal
SECOND = 2  # the report that shows that the first was no accident
DOUBLED = 2  # times the cases that were known when the alert spoke last


@dataclass(frozen=True)
class News:
    """What one report tells of a village. `onset_on` None: not known."""

    kind: str
    village: Village
    cases: int
    deaths: int
    onset_on: date | None


@dataclass(frozen=True)
class Known:
    """What all reports of a signal make together."""

    reports: int
    cases: int
    deaths: int


def join(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Raise an alert (`done`), or join the one that stands (`again`, `known`); or `nobody`."""
    news = _news(rt, db, case, effect)
    catchment.lock(db, news.village.id)
    part = store.of_report(db, case.report.id, news.kind, news.village.id)
    if part:  # the same report once more
        alert_id, outcome = part.alert_id, "again" if part.spoke else "known"
    else:
        alert_id, outcome = _tell(rt, db, case, effect, news)
    alert = alert_store.locked(db, alert_id)
    if alert.report_id == case.report.id:
        outcome = "done"
    known = Known(*store.totals(db, alert_id))
    done.outcomes[effect.id] = outcome if alert_store.told(db, alert_id) else "nobody"
    done.values |= {
        "place": news.village.short,
        "reports": str(known.reports), "affected": str(known.cases), "dead": str(known.deaths),
    }  # fmt: skip


def speaks(known: Known, told_cases: int, deaths: int) -> bool:
    """Whether those told hear of one report more, which tells these deaths."""
    return known.reports == SECOND or known.cases >= DOUBLED * told_cases or deaths > 0


def _news(rt: Runtime, db: Connection, case: Case, effect: Effect) -> News:
    answers = case.filling.answers
    kind, began = str(answers[effect.ask]), answers.get(ONSET)
    deaths = _number(answers.get(DEATHS))
    cases = max(_number(answers.get(CASES)), deaths, 1)  # no number told: one at least
    deaths = cases if kind in effect.fatal else deaths
    today = local_day(rt, case.report.opened_at)
    onset_on = today - timedelta(days=began) if isinstance(began, int) else None
    village = _village(db, case, str(answers.get(VILLAGE, "")))
    return News(kind, village, cases, deaths, onset_on)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _village(db: Connection, case: Case, code: str) -> Village:
    """The place of her catchment by its code, or by its number in her list; else her own."""
    offered = catchment.villages(db, case.person.place_id)
    by_name = {str(at): one for at, one in enumerate(offered, start=1)}
    by_name |= {one.code: one for one in offered}
    return by_name.get(code) or catchment.own(db, case.person.place_id)


def _tell(rt: Runtime, db: Connection, case: Case, effect: Effect, news: News) -> tuple[int, str]:
    """The alert that this report raised or joined, and whether it spoke."""
    since = rt.now() - timedelta(days=limit(effect.days, case.judged.facts, 0))
    training = case.person.training
    old = None
    if news.kind not in effect.apart:
        old = store.open_signal(db, news.kind, news.village.id, since, training=training)
    if old:
        return old.alert_id, _add(rt, db, case, effect, news, old)
    return _begin(rt, db, case, effect, news), "done"


def _begin(rt: Runtime, db: Connection, case: Case, effect: Effect, news: News) -> int:
    n = 1 if case.fresh else alerts.next_number(db, case.report.id)
    ladder = rt.flows.ladders.rungs(effect.kind, rt.settings.flow_params)
    texts = _texts(rt, case, effect, news, Known(1, news.cases, news.deaths), case.report.ref)
    alerts.raise_alert(
        rt, db, case.person, case.report.id, case.report.ref,
        kind=SIGNAL, texts=texts, ladder=ladder, n=n, fresh=case.fresh,
    )  # fmt: skip
    alert = alert_store.numbered(db, case.report.id, n)
    if alert is None:
        raise LookupError("the alert raised a moment ago is gone")
    store.add(
        db,
        alert_id=alert.id,
        kind=news.kind,
        place_id=news.village.id,
        cases=news.cases,
        deaths=news.deaths,
        onset_on=news.onset_on,
        told_cases=news.cases,
        last_at=rt.now(),
    )
    _add_report(db, case, news, alert.id, spoke=True)
    return alert.id


def _add_report(db: Connection, case: Case, news: News, alert_id: int, *, spoke: bool) -> None:
    store.add_report(
        db, alert_id, case.report.id, cases=news.cases, deaths=news.deaths, spoke=spoke
    )


def _add(rt: Runtime, db: Connection, case: Case, effect: Effect, news: News, old: Signal) -> str:
    """One report more of what is known: `again` where those told hear of it."""
    before = store.totals(db, old.alert_id)
    known = Known(before[0] + 1, before[1] + news.cases, before[2] + news.deaths)
    spoke = speaks(known, old.told_cases, news.deaths)
    _add_report(db, case, news, old.alert_id, spoke=spoke)
    days = [day for day in (old.onset_on, news.onset_on) if day]
    store.change(
        db,
        old.alert_id,
        cases=known.cases,
        deaths=known.deaths,
        onset_on=min(days, default=None),
        told_cases=known.cases if spoke else old.told_cases,
        last_at=rt.now(),
    )
    alert = alert_store.locked(db, old.alert_id)
    alert_store.set_texts(db, alert.id, _texts(rt, case, effect, news, known, alert.ref))
    if spoke:
        speak_again(rt, db, alert_store.locked(db, alert.id))
    widen(rt, db, alert_store.locked(db, alert.id), case.person)
    return "again" if spoke else "known"


def _texts(rt: Runtime, case: Case, effect: Effect, news: News, known: Known, ref: str) -> Texts:
    """What those told read: trigger, village, numbers; community words, of no person."""
    flow = case.filling.flow
    values = {
        **case.filling.given.values,
        "ref": ref,
        "place": news.village.short,
        "affected": known.cases,
        "dead": known.deaths,
        "reports": known.reports,
    }

    def said(candidates: tuple[Line, ...], language: str) -> str:
        text = "\n".join(lines(candidates, case.judged.facts, language))
        return fill(text, {**values, "trigger": _trigger(case, effect, news.kind, language)})

    languages = rt.flows.languages(flow, training=case.person.training)
    return {
        "first": {language: said(effect.first, language) for language in languages},
        "climbed": {language: said(effect.climbed, language) for language in languages},
    }


def _trigger(case: Case, effect: Effect, kind: str, language: str) -> str:
    """`4 Fever and rash`: the choice as the card prints it."""
    ask = case.filling.flow.ask(effect.ask)
    places = enumerate(ask.choices if ask else (), start=1)
    return next(f"{at} {one.text[language]}" for at, one in places if one.id == kind)


def dismiss(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The district, and nobody else, closes a signal: it is checked, or it is over."""
    ref = str(case.filling.answers.get(effect.ask, ""))
    meant = [one for one in alerts.named(rt, db, case.person, ref) if one.kind == SIGNAL]
    done.values["ref"] = ref
    if not meant:
        done.outcomes[effect.id] = "not_yours"
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
