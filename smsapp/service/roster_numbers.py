"""The numbers of a roster: one or several in a cell, read, compared, written down as held."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.phone import mask, parse
from smsapp.runtime import Runtime
from smsapp.service.table import Cells
from smsapp.store.audit import add_audit
from smsapp.store.numbers import date_since, hold, release
from smsapp.store.roster import move_waiting

BETWEEN = re.compile(r"[/;,|]")  # two numbers of one cell
SINCE = re.compile(r"\s+since\s+", re.IGNORECASE)
MOST = 5  # numbers of one person: more are a mistake


@dataclass(frozen=True)
class Number:
    """A number of somebody; `since` where the roster says from which day on it is hers."""

    phone: str  # E.164
    since: datetime | None = None


def read_numbers(rt: Runtime, cells: Cells, active: bool | None) -> tuple[Number, ...]:
    """Her numbers; on the first she is told. Empty only for somebody who is not active."""
    text = cells.text("phone")
    if not text:
        if active is not False:
            cells.fault("phone", "write the phone number, or no in column active")
        return ()
    try:
        found = [_number(rt, piece) for piece in BETWEEN.split(text)]
    except ValueError as error:
        cells.fault("phone", str(error))
        return ()
    if len({one.phone for one in found}) < len(found) or len(found) > MOST:
        cells.fault("phone", f"write at most {MOST} numbers with / between them, each once")
        return ()
    return tuple(found)


def _number(rt: Runtime, text: str) -> Number:
    """`0991000001`, or `0991000001 since 2026-11-02`. Raises ValueError with the cure."""
    typed, *days = SINCE.split(text.strip())
    phone = parse(typed, rt.settings.country)
    if not days:
        return Number(phone)
    zone = ZoneInfo(rt.settings.timezone)
    today = rt.now().astimezone(zone).date()
    try:
        day = date.fromisoformat(days[0])
    except ValueError:
        day = date.max
    if len(days) > 1 or day > today:
        raise ValueError("write the day, today at the latest, as in 0991000001 since 2026-11-02")
    return Number(phone, datetime.combine(day, time(), tzinfo=zone))


def as_held(
    numbers: Sequence[Number], before: Mapping[str, datetime]
) -> dict[str, datetime | None]:
    """The numbers as they will be held: since the day the roster says, else since she has them."""
    return {one.phone: one.since or before.get(one.phone) for one in numbers}


@dataclass(frozen=True)
class Holder:
    """Somebody after an import, with what she held before it."""

    id: int
    phone: str  # on which she is told from now on; empty: none
    numbers: Sequence[Number]  # hers from now on; of somebody who is not active: none
    before: Collection[str]
    phone_before: str | None  # None: she is new


def write_numbers(rt: Runtime, db: Connection, holders: Collection[Holder]) -> None:
    """Who is active holds her numbers; who is not holds none, so that another may have them."""
    now = rt.now()
    wanted = {(one.id, number.phone): number.since for one in holders for number in one.numbers}
    held = {(one.id, phone) for one in holders for phone in one.before}
    release(db, held - wanted.keys(), now)
    hold(db, wanted.keys() - held, now)
    date_since(db, {pair: since for pair, since in wanted.items() if since})
    for one in holders:
        if one.phone_before is not None and one.phone != one.phone_before:
            _note_move(db, one, one.phone_before, now)


def _note_move(db: Connection, one: Holder, before: str, now: datetime) -> None:
    """Her number changed by the operator's word: what waits for her goes to the new one."""
    if one.phone:
        move_waiting(db, one.id, one.phone)
    add_audit(
        db,
        now,
        actor="command line",
        action="change phone",
        object=f"person:{one.id}",
        before=mask(before) if before else "",
        after=mask(one.phone) if one.phone else "",
    )
