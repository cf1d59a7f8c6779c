"""The demonstration's first facility with real people, whose month is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from smsapp.ref import make_ref
from smsapp.service.indicators import Row
from smsapp.service.manager_month import tables
from smsapp.service.period import Period
from smsapp.store.tables import person, report
from tests.rig.stage import Stage

MARCH = Period(2026, 3)
PLACE = "DEMO-F1"
WHO = "SELECT id, place_id, phone FROM person WHERE role = 'chw' ORDER BY id"


class District:
    """The demonstration's first facility, its people real and known since January."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        with stage.rt.begin() as db:
            values = {"training": False, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
            db.execute(update(person).values(values))
        places = {row.id: row for row in stage.rows("SELECT id, code, parent_id FROM place")}
        (facility,) = (one.id for one in places.values() if one.code == PLACE)
        self.chws = [
            row.id
            for row in stage.rows(WHO)
            if facility in (row.place_id, places[row.place_id].parent_id)
        ]

    def report(self, who: int, day: int, flow: str = "iccm", **values: Any) -> int:
        at = datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(days=day - 1)
        row = {
            "ref": make_ref(),
            "person_id": self.chws[who],
            "flow": flow,
            "version": 1,
            "source": "ussd",
            "state": "closed",
            "training": False,
            "params": {},
            "answers": {},
            "classes": [],
            "place_id": 1,
            "opened_at": at,
            "changed_at": at,
            **values,
        }
        with self.stage.rt.begin() as db:
            return db.scalars(insert(report).values(row).returning(report.c.id)).one()

    def add(self, table: Any, **values: Any) -> None:
        with self.stage.rt.begin() as db:
            db.execute(insert(table).values(values))

    def row(self, code: str, period: Period = MARCH) -> Row:
        (table,) = tables(self.stage.rt, period, PLACE)
        (found,) = (row for row in table.rows if row.code == code)
        return found

    def counts(self, code: str) -> tuple[object, object]:
        row = self.row(code)
        return row.numerator, row.denominator
