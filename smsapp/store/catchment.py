"""The places of a CHW's catchment: those under her own, or her own alone."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from smsapp.store.tables import place


@dataclass(frozen=True)
class Village:
    """A place as a list offers it."""

    id: int
    code: str
    short: str


UNDER = select(place.c.id).where(place.c.parent_id == bindparam("top")).cte("under", recursive=True)
UNDER = UNDER.union_all(select(place.c.id).join(UNDER, place.c.parent_id == UNDER.c.id))
_COLUMNS = select(place.c.id, place.c.code, place.c.short)
VILLAGES = _COLUMNS.where(place.c.id.in_(select(UNDER.c.id))).order_by(place.c.id)
ONE = _COLUMNS.where(place.c.id == bindparam("top"))


def villages(db: Connection, top: int) -> list[Village]:
    """Every place under this one, in the order they were imported: a number never changes its
    village. Where there is none, this one."""
    found = [Village(row.id, row.code, row.short) for row in db.execute(VILLAGES, {"top": top})]
    return found or [own(db, top)]


def own(db: Connection, place_id: int) -> Village:
    """One place by itself."""
    row = db.execute(ONE, {"top": place_id}).one()
    return Village(row.id, row.code, row.short)


def lock(db: Connection, place_id: int) -> None:
    """Nobody else joins or raises a signal of this place before this transaction ends."""
    query = select(place.c.id).where(place.c.id == place_id)
    db.execute(query.with_for_update(key_share=True))
