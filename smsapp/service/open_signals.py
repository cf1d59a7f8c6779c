"""Signals of villages as an operator sees them: what those told have read, and nothing more."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.people import next_told
from smsapp.service.verdict import ACT, WATCH, Line, Verdict, count, gravest, next_step, span
from smsapp.store import signal_list as store
from smsapp.store.signal_list import Listed

LISTED = 50  # signals on one page
LANGUAGE = "en"  # of the console
JOINS = "join_signal"  # the effect whose ask names the triggers

NOTHING = "No signal waits. Every one of those below was answered."
NONE = "Nothing was told of any village yet."


@dataclass(frozen=True)
class OpenSignals:
    """What the page shows, and how each trigger is called there."""

    now: datetime
    signals: tuple[Listed, ...]
    triggers: dict[str, str]


def open_signals(rt: Runtime) -> OpenSignals:
    """Those that nobody has answered first."""
    with rt.read() as db:
        signals = tuple(_who_is_next(rt, db, one) for one in store.listed(db, LISTED))
        return OpenSignals(rt.now(), signals, _triggers(rt))


def _who_is_next(rt: Runtime, db: Connection, one: Listed) -> Listed:
    """With who is told next, where nobody has answered."""
    if one.state != "raised":
        return one
    return replace(one, next_roles=next_told(db, one.person_id, one.rungs, rt.now()))


def _triggers(rt: Runtime) -> dict[str, str]:
    """Trigger -> its words on the card."""
    asks = [
        flow.ask(effect.ask)
        for flow in rt.flows.flows.values()
        for effect in flow.effects
        if effect.do == JOINS
    ]
    return {one.id: one.text[LANGUAGE] for ask in asks if ask for one in ask.choices}


def judge(seen: OpenSignals, zone: ZoneInfo) -> Verdict:
    """Say what is so, gravest first. An answered signal is the district's to close."""
    waiting = [one for one in seen.signals if one.state == "raised"]
    lines = [_unanswered(seen.now, one, zone) for one in waiting]
    answered = sum(one.state == "acknowledged" for one in seen.signals)
    if answered:
        verb = "waits" if answered == 1 else "wait"
        sentence = f"{count(answered, 'answered signal')} {verb} for the district's last word."
        lines.append(Line(WATCH, sentence, patient=True))
    return gravest(lines, NOTHING if seen.signals else NONE)


def _unanswered(now: datetime, one: Listed, zone: ZoneInfo) -> Line:
    age = span(now - one.raised_at)
    if one.climb_at is None:
        sentence = f"Signal {one.ref} has no answer for {age} and nobody is left to tell."
        return Line(ACT, sentence, "Call the district officer now.")
    return Line(WATCH, f"Signal {one.ref} has no answer for {age}; {next_step(one, zone)}.")
