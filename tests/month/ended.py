"""Where each alert, order and referral of a programme ended: the person it is with, or was."""

from collections.abc import Iterator

from sqlalchemy import text

from smsapp.runtime import Runtime

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


def ended(rt: Runtime) -> Iterator[str]:
    """One line each: what it is, its ref, its state, and the person; `nobody` is a fault."""
    with rt.read() as db:
        for query in QUERIES:
            for what, ref, state, answered, told in db.execute(text(query)):
                yield f"{what} {ref} {state.strip()}: {answered or told or NOWHERE}"
