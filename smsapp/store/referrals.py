"""Children who were sent, as those see them who stand above the CHW."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from smsapp.store.catchment import UNDER
from smsapp.store.tables import UtcTime, person, place, report, task

MOST = 97  # of an offered list: plan, section 4


@dataclass(frozen=True)
class Referral:
    """One child who was sent. `told_by`: who said what became of the child; None: nobody."""

    task_id: int
    report_id: int
    person_id: int  # the CHW
    ref: str
    place_short: str
    opened_at: datetime
    state: str  # open done dropped
    withdrawn: bool
    told_by: int | None


def _referrals() -> Select[Any]:
    said = report.alias("said")
    chosen = select(
        task.c.id.label("task_id"),
        task.c.report_id,
        task.c.person_id,
        report.c.ref,
        place.c.short.label("place_short"),
        report.c.opened_at,
        task.c.state,
        (report.c.state == "withdrawn").label("withdrawn"),
        said.c.person_id.label("told_by"),
    )
    here = (person.c.place_id == bindparam("top")) | person.c.place_id.in_(select(UNDER.c.id))
    return (
        chosen.join(report, report.c.id == task.c.report_id)
        .join(person, person.c.id == task.c.person_id)
        .join(place, place.c.id == person.c.place_id)
        .outerjoin(said, said.c.id == task.c.done_in)
        .where(task.c.kind == "referral", report.c.training == bindparam("training"), here)
        .order_by(report.c.opened_at.desc(), task.c.id.desc())
    )


REFERRALS = _referrals()  # built once: the menu of who answers asks it at each dial
OPEN = (
    REFERRALS.where(task.c.state == "open", report.c.state != "withdrawn")
    .where(report.c.opened_at >= bindparam("since", type_=UtcTime))
    .limit(MOST)
)
OF_REF = REFERRALS.where(report.c.ref == bindparam("wanted"))


def _referral(row: Row[Any]) -> Referral:
    return Referral(**row._mapping)


def open_under(db: Connection, top: int, since: datetime, *, training: bool) -> list[Referral]:
    """Whom the CHWs at or below a place sent since then; nothing is known of them. Latest first."""
    wanted = {"top": top, "since": since, "training": training}
    return [_referral(row) for row in db.execute(OPEN, wanted)]


def of_ref(db: Connection, top: int, ref: str, *, training: bool) -> list[Referral]:
    """Those sent under this ref by CHWs at or below a place, whatever became of them."""
    rows = db.execute(OF_REF, {"top": top, "wanted": ref, "training": training})
    return [_referral(row) for row in rows]
