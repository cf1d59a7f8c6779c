"""Whom a report is about: what is told of a person later is a report of its own."""

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.store.reports import Report, report_by_id, report_by_ref


def about(rt: Runtime, db: Connection, report_id: int) -> Report:
    """The report in which this person was told first: another one, where this one names it."""
    said = report_by_id(db, report_id)
    flow = rt.flows.flows.get(said.flow)
    for effect in flow.effects if flow else ():
        ref = said.answers.get(effect.ask) if effect.do == "task" else None
        first = report_by_ref(db, said.person_id, ref) if isinstance(ref, str) else None
        if first is not None:
            return first
    return said
