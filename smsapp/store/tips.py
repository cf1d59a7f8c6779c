"""Who gets the week's tip, a batch at a time; how far this week's planning has come."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from smsapp.store.connect import insert_into
from smsapp.store.tables import person, reminder, tick

NAME = "tips"  # of the slots: week and the last person planned


def planned_up_to(db: Connection, week: str) -> int:
    """The last person for whom this week's tip is planned; 0 for nobody."""
    mine = (tick.c.name == NAME) & tick.c.slot.between(f"{week}:", f"{week};")
    last = db.scalar(select(func.max(tick.c.slot)).where(mine))
    return int(last.rpartition(":")[2]) if last else 0


def next_people(db: Connection, after: int, limit: int) -> list[int]:
    """The next active CHWs who want tips, by id."""
    wants = person.c.active & person.c.tips & person.c.phone.is_not(None)
    query = (
        select(person.c.id)
        .where(person.c.id > after, person.c.role == "chw", wants, person.c.opted_out.is_(False))
        .order_by(person.c.id)
        .limit(limit)
    )
    return list(db.scalars(query))


def plan(db: Connection, week: str, due: Sequence[tuple[int, datetime]]) -> None:
    """One tip a person and week, at these moments; what is planned already stays."""
    rows = [
        {"person_id": one, "kind": "tip", "period": week, "state": "planned", "due_at": at}
        for one, at in due
    ]
    db.execute(insert_into(db, reminder).on_conflict_do_nothing(), rows)
