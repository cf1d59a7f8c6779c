"""Signals of a village: reports of one trigger and place join one alert, which the district closes.

The first report speaks. The alert speaks again at the second, when the cases told have doubled, and
at any death; what else joins is written down, and the CHW is told how many are known.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from smsapp.flow.fill import fill
from smsapp.flow.judge import limit, lines
from smsapp.flow.model import Answers, Effect, Flow, Line
from smsapp.runtime import Runtime
from smsapp.service import alerts
from smsapp.service.filled import Case, Done
from smsapp.service.ladder import speak_again, widen
from smsapp.service.naming import local_day
from smsapp.service.tell_chw import SIGNAL
from smsapp.store import alerts as alert_store
from smsapp.store import catchment
from smsapp.store import signals as store
from smsapp.store.alerts import Texts
from smsapp.store.catchment import Village
from smsapp.store.reports import Report
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
    if part is None:
        alert_id, outcome = _tell(rt, db, case, effect, news)
    elif (part.cases, part.deaths) != (news.cases, news.deaths):
        alert_id, outcome = part.alert_id, _correct(rt, db, case, effect, news, part.alert_id)
    else:  # the same report once more
        alert_id, outcome = part.alert_id, "again" if part.spoke else "known"
        first = alert_store.locked(db, alert_id).report_id == case.report.id
        outcome = "done" if first else outcome
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
    _know(rt, db, case, effect, news, old, spoke=spoke)
    return "again" if spoke else "known"


def _correct(
    rt: Runtime, db: Connection, case: Case, effect: Effect, news: News, alert_id: int
) -> str:
    """There are more than this report told first: those told hear of it."""
    store.change_report(
        db, alert_id, case.report.id, cases=news.cases, deaths=news.deaths, spoke=True
    )
    old = store.of_alert(db, alert_id)
    if old is None:
        raise LookupError("the signal of a report that tells of one is gone")
    _know(rt, db, case, effect, news, old, spoke=True)
    return "again"


def _know(
    rt: Runtime,
    db: Connection,
    case: Case,
    effect: Effect,
    news: News,
    old: Signal,
    *,
    spoke: bool,
) -> None:
    """What all reports make now, noted and, where it speaks, told."""
    known = Known(*store.totals(db, old.alert_id))
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


def is_correctable(db: Connection, flow: Flow, report: Report, new: Answers) -> bool:
    """Whether a correction of what was seen in a village only tells of more: never of less, of
    another thing or place, or of what the district has closed."""
    state = store.state_of(db, report.id)
    if not state or state == "closed":
        return not state
    old = report.answers
    same = [effect.ask for effect in flow.effects if effect.do == "join_signal"] + [VILLAGE]
    if any(old.get(name) != new.get(name) for name in same):
        return False
    return all(_number(old.get(name)) <= _number(new.get(name)) for name in (CASES, DEATHS))


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
