"""Where each alert, order, referral and silence of a programme ended: with whom it is, or was."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection, bindparam, text

from smsapp.runtime import Runtime
from smsapp.store.tables import UtcTime

NOWHERE = "nobody"  # what a line says where no person has it
QUERIES = (  # kind, ref, state, who had the last word, whom it was told last
    """SELECT 'alert', alert.ref, alert.state, answered.short,
              (SELECT max(person.short) FROM alert_told JOIN person ON person.id = person_id
               WHERE alert_id = alert.id AND alert_told.level = alert.level)
       FROM alert LEFT JOIN person AS answered ON answered.id = alert.acknowledged_by
       ORDER BY alert.id""",
    """SELECT 'order', request.ref, request.state,
              (SELECT max(person.short) FROM request_event JOIN person ON person.id = person_id
               WHERE request_id = request.id AND what = request.state),
              (SELECT max(person.short) FROM request_told JOIN person ON person.id = person_id
               WHERE request_id = request.id)
       FROM request ORDER BY request.id""",
    """SELECT 'referral', report.ref, task.state || ' ' || task.outcome, teller.short,
              (SELECT person.short FROM reminder JOIN person ON person.id = reminder.told_id
               WHERE reminder.report_id = report.id AND reminder.kind = 'referral'
                     AND person.id <> task.person_id
               ORDER BY reminder.step DESC LIMIT 1)
       FROM task JOIN report ON report.id = task.report_id
       LEFT JOIN report AS told ON told.id = task.done_in
       LEFT JOIN person AS teller ON teller.id = told.person_id
       WHERE task.kind = 'referral' ORDER BY task.id""",
)
SILENT = text(
    """SELECT chw.short,
              (SELECT above.short FROM reminder JOIN person AS above ON above.id = told_id
               WHERE reminder.person_id = chw.id AND kind = 'report_overdue'
                     AND told_id <> chw.id AND settled_at >= :since
               ORDER BY step DESC LIMIT 1),
              EXISTS (SELECT 1 FROM reminder
                      WHERE person_id = chw.id AND kind = 'report_overdue' AND state = 'planned')
       FROM person AS chw
       WHERE role = 'chw' AND active AND created_at < :since
         AND NOT EXISTS (SELECT 1 FROM report
                         WHERE person_id = chw.id AND opened_at >= :since)
         AND NOT EXISTS (SELECT 1 FROM inbound
                         WHERE person_id = chw.id AND kind = 'sms' AND received_at >= :since)
       ORDER BY chw.code"""
).bindparams(bindparam("since", type_=UtcTime))


def ended(rt: Runtime) -> Iterator[str]:
    """One line each: what it is, its ref, its state, and the person; `nobody` is a fault."""
    with rt.read() as db:
        for query in QUERIES:
            for what, ref, state, answered, told in db.execute(text(query)):
                yield f"{what} {ref} {state.strip()}: {answered or told or NOWHERE}"
        yield from _silences(rt, db)


def _silences(rt: Runtime, db: Connection) -> Iterator[str]:
    """Who has told of nothing, whether anything was planned of it or not, by who heard of it last.

    Who has just begun to be silent is asked first; that each facility has its turn is waited for.
    """
    days = rt.settings.silent_days + rt.settings.stagger_days
    ends: defaultdict[str, list[str]] = defaultdict(list)
    for chw, told, asked in db.execute(SILENT, {"since": rt.now() - timedelta(days=days)}):
        ends[told or (asked and "asked herself") or NOWHERE].append(chw)
    for person, silent in ends.items():
        yield f"silence {', '.join(silent)}: {person}"
