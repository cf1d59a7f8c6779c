"""An order is taken back while nobody has packed it; what is packed she is asked to collect."""

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service import supply
from smsapp.service.texted import Answer, lost
from smsapp.store.people import Person, person_by_id
from smsapp.store.reports import report_by_ref
from smsapp.store.requests import Request, of_person, of_ref, of_report


def cancel_order(rt: Runtime, db: Connection, person: Person, ref: str) -> Answer | None:
    """Why `CANCEL` is not taken, or what it took of an old report: the order alone.

    None: there is no order under this ref, or the whole report may still be taken back: nobody
    has answered it.
    """
    report = report_by_ref(db, person.id, ref)
    request = of_report(db, report.id) if report else _part(db, person, ref)
    if request is None:
        return None
    if request.state == "ready" and request.answered_by:
        by = person_by_id(db, request.answered_by, rt.now())
        place = by.place_short if by else ""
        return lost(rt, db, person, "order.packed", ref=ref, place=place)
    if report and request.state != "stocked_out":
        age = rt.now() - (report.closed_at or report.opened_at)
        if age.total_seconds() <= rt.settings.correct_seconds:
            return None
    taken = supply.withdraw(rt, db, person, request.report_id)
    if report and not taken:
        return None
    if request.state == "received":
        return lost(rt, db, person, "order.arrived", text=ref)
    return lost(rt, db, person, "order.cancelled", ref=ref)


def _part(db: Connection, person: Person, ref: str) -> Request | None:
    """What was missing of an order of hers: it has the ref of who said so."""
    return next((one for one in of_ref(db, ref) if one.person_id == person.id), None)


def open_orders(db: Connection, person: Person) -> list[str]:
    """The refs of her orders that nobody has packed."""
    found = of_person(db, person.id, supply.NOT_PACKED, training=person.training)
    return [one.ref for one in found]
