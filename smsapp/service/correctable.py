"""Which report FIX and CANCEL mean, and whether it may still be changed."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Given
from smsapp.flow.judge import Judgement, holds, judge
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Flow
from smsapp.flow.reading import MOST_DIGITS
from smsapp.flow.spelling import normal
from smsapp.ref import is_ref
from smsapp.runtime import Runtime
from smsapp.service.given import given_in
from smsapp.service.mistyped import mistyped
from smsapp.service.texted import Answer, lost
from smsapp.store import reports as store
from smsapp.store.people import Person
from smsapp.store.reports import Report
from smsapp.store.requests import OPEN, of_report
from smsapp.store.sent import lately

SAID = re.compile(r"\W*(\d+)(.*)", re.DOTALL)  # the ref, and what is to be changed
CORRECTABLE = {  # a change can follow
    "raise_alert", "follow_up", "request", "task", "answer_task", "record_month",
    "join_signal", "move_stock", "compare_use",
}  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """The report that an SMS names, and what it says of it."""

    report: Report
    flow: Flow
    letters: str


def meant_by(
    rt: Runtime,
    db: Connection,
    person: Person,
    opening: Opening,
    base: Given,
    how: str,
    more: Collection[str] = (),
    danger: str = "",
) -> Meant | Answer:
    """The report of this ref, if she may still change it; else what she can do.

    `more`: refs that she may also have meant. `danger`: the ending of a sentence that also says
    when to refer, for letters that nobody takes may say danger.
    """
    said = SAID.fullmatch(normal(opening.rest))
    if said is None:
        return lost(rt, db, person, how)
    ref = said[1]
    if not any(rt.flows.flows[name].danger_classes for name in base.flows):
        danger = ""  # she reports no patients
    report = store.report_by_ref(db, person.id, ref) if is_ref(ref) else None
    if report is None:
        mine = {*_changeable(rt, db, person, base), *more}
        word, values = mistyped(ref[:MOST_DIGITS], mine, "sms.not_hers", danger)
        return lost(rt, db, person, word, **values)
    if report.private:  # her supervisor is not whom to call about it
        return lost(rt, db, person, "sms.not_found", ref=ref)
    flow = rt.flows.flows.get(report.flow) if report.flow in base.flows else None
    if flow and not flow.danger_classes:
        danger = ""
    if report.state == "withdrawn":
        return lost(rt, db, person, f"sms.withdrawn{danger}", ref=ref)
    if flow is None or not _is_changeable(rt, db, flow, report, base):
        return lost(rt, db, person, f"sms.too_late{danger}", ref=ref, phone=base.values["phone"])
    return Meant(report, flow, said[2])


def _changeable(rt: Runtime, db: Connection, person: Person, base: Given) -> Iterator[str]:
    """The refs of all that she may still change. Nothing for a desk alone."""
    since = rt.now() - timedelta(seconds=rt.settings.correct_seconds)
    for one in lately(db, person.id, since):
        flow = rt.flows.flows.get(one.flow) if one.flow in base.flows else None
        if flow and not one.private and _is_changeable(rt, db, flow, one, base):
            yield one.ref


def _is_changeable(rt: Runtime, db: Connection, flow: Flow, report: Report, base: Given) -> bool:
    """Whether it is fresh, and nobody has acted on it in a way that an SMS cannot undo."""
    age = rt.now() - (report.closed_at or report.opened_at)
    request = of_report(db, report.id)
    return (
        age.total_seconds() <= rt.settings.correct_seconds
        and is_correctable(flow, judge(flow, report.answers, given_in(rt, flow, base)))
        and (request is None or request.state in OPEN)
    )


def is_correctable(flow: Flow, judged: Judgement) -> bool:
    """Whether every effect of these answers can follow a change: a death told stays told."""
    others = [effect for effect in flow.effects if effect.do not in CORRECTABLE]
    return not any(holds(effect.when, judged.facts) for effect in others)
