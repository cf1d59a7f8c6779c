"""Import of people: the roster of a programme, by the programme's own codes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import compress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.phone import mask, parse
from smsapp.runtime import Runtime
from smsapp.service.people import TRAINING_DAYS
from smsapp.service.places import (
    Outcome,
    Preview,
    audit_words,
    does,
    in_order,
    read_code,
    read_name,
    read_short,
)
from smsapp.service.roster_rules import Entry, Known, over, problems_of, warnings_of
from smsapp.service.table import BadTable, Cells, Line, Problem, read_table
from smsapp.store import roster as store
from smsapp.store.audit import add_audit
from smsapp.store.numbers import hold, release, release_all
from smsapp.store.roster import KnownPerson

REQUIRED = ("code", "name", "phone", "role", "language", "place")
OPTIONAL = ("supervisor", "training_until", "active", "short")
ROLES = ("chw", "supervisor", "facility", "district", "desk", "operator")
YES, NO = ("yes", "oui", "1", "true"), ("no", "non", "0", "false")
ALWAYS = "always"  # training without an end: for the demonstration programme


def import_roster(rt: Runtime, path: Path, dry_run: bool = False) -> Outcome:
    """Add and change people by code; none that the file leaves out is touched."""
    try:
        lines, problems = read_table(path, REQUIRED, OPTIONAL)
    except BadTable as error:
        return Outcome((error.problem,))
    entries = [_read(rt, line, problems) for line in lines]
    with rt.read() if dry_run else rt.begin() as db:
        known = Known(store.known_people(db), store.known_places(db))
        problems += problems_of(entries, known)
        rows = [_columns(one, known) for one in entries]
        outcome = Outcome(
            in_order(problems),
            tuple(warnings_of(entries, known)),
            tuple(_preview(entries, rows, known)),
        )
        if not problems and not dry_run:
            _write(rt, db, *_unlike(outcome, entries, rows), known)
            add_audit(db, rt.now(), **audit_words("people", outcome))
    return outcome


def _read(rt: Runtime, line: Line, problems: list[Problem]) -> Entry:
    cells = Cells(line, problems)
    name = cells.read("name", read_name)
    training, until = _read_training(rt, cells)
    active = _read_active(cells)
    phone = _read_phone(rt, cells, active)
    return Entry(
        line=line.number,
        code=cells.read("code", read_code),
        name=name,
        short=read_short(cells, name, initial=True),
        phone=phone,
        role=cells.one_of("role", ROLES),
        language=cells.one_of("language", rt.flows.words.spoken),
        place=cells.text("place"),
        supervisor=cells.text("supervisor") if cells.has("supervisor") else None,
        active=active,
        training=training,
        training_until=until,
    )


def _read_phone(rt: Runtime, cells: Cells, active: bool | None) -> str:
    if not cells.text("phone"):
        if active is not False:
            cells.fault("phone", "write the phone number, or no in column active")
        return ""
    return cells.read("phone", lambda text: parse(text, rt.settings.country))


def _read_active(cells: Cells) -> bool | None:
    if not cells.has("active"):
        return None
    return not cells.text("active") or cells.one_of("active", YES + NO) in YES


def _read_training(rt: Runtime, cells: Cells) -> tuple[bool | None, datetime | None]:
    """Whether she is in training, and until when; until None: without end."""
    if not cells.has("training_until"):
        return None, None
    text = cells.text("training_until").lower()
    if text == ALWAYS and rt.settings.smsapp_env == "development":
        return True, None
    zone = ZoneInfo(rt.settings.timezone)
    latest = rt.now().astimezone(zone).date() + timedelta(days=TRAINING_DAYS)
    try:
        last = date.fromisoformat(text) if text else None
    except ValueError:
        last = date.max
    if last and last > latest:
        cells.fault(
            "training_until", f"write the last day, at most {latest.isoformat()}, like that"
        )
    if last is None or last > latest:
        return False, None
    return True, datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)


def _columns(one: Entry, known: Known) -> dict[str, Any]:
    """The row as the database will hold it, but for the supervisor."""
    old = known.people.get(one.code)
    place = known.places.get(one.place)
    active, training, until = one.active, one.training, one.training_until
    if training is None:
        training, until = (old.training, old.training_until) if old else (False, None)
    return {
        "code": one.code,
        "name": one.name,
        "short": one.short,
        "phone": one.phone or None,
        "role": one.role,
        "language": one.language,
        "place_id": place.id if place else 0,
        "active": (old.active if old else True) if active is None else active,
        "training": training,
        "training_until": until,
    }


def _preview(
    entries: Sequence[Entry], rows: Sequence[dict[str, Any]], known: Known
) -> Iterator[Preview]:
    above, before = over(entries, known), known.supervisors()
    for one, row in zip(entries, rows, strict=True):
        old = known.people.get(one.code)
        stored = old and {name: getattr(old, name) for name in row} | {"over": before[one.code]}
        word = does(stored, row | {"over": above.get(one.code, "")})
        yield Preview(one.line, one.code, one.short, word)


def _unlike(
    outcome: Outcome, entries: Sequence[Entry], rows: Sequence[dict[str, Any]]
) -> tuple[list[Entry], list[dict[str, Any]]]:
    """What differs from the database: the rest is not written, so that nobody waits for it."""
    differs = [row.does != "same" for row in outcome.rows]
    return list(compress(entries, differs)), list(compress(rows, differs))


def _write(
    rt: Runtime,
    db: Connection,
    entries: Sequence[Entry],
    rows: Sequence[dict[str, Any]],
    known: Known,
) -> None:
    now = rt.now()
    new = [row | {"created_at": now} for row in rows if row["code"] not in known.people]
    changed = [
        {"id": known.people[row["code"]].id} | row for row in rows if row["code"] in known.people
    ]
    if changed:
        store.change_people(db, changed)
    if new:
        store.add_people(db, new)
    people = store.known_people(db)
    _set_supervisors(db, entries, people)
    _set_numbers(db, rows, known, people, now)
    for row in rows:
        if _moves(row, known):
            _note_move(rt, db, known.people[row["code"]], row["phone"])


def _set_numbers(
    db: Connection,
    rows: Sequence[dict[str, Any]],
    known: Known,
    people: Mapping[str, KnownPerson],
    now: datetime,
) -> None:
    """Who is active holds her number; who is not holds none, so that another may have it."""
    ids = {row["code"]: people[row["code"]].id for row in rows}
    moved = [known.people[row["code"]] for row in rows if _moves(row, known)]
    here = [row for row in rows if row["active"] and row["phone"]]
    release_all(db, {ids[row["code"]] for row in rows if not row["active"]}, now)
    release(db, {(one.id, one.phone) for one in moved if one.phone}, now)
    hold(db, {(ids[row["code"]], row["phone"]) for row in here}, now)


def _moves(row: Mapping[str, Any], known: Known) -> bool:
    old = known.people.get(row["code"])
    return old is not None and old.phone != row["phone"]


def _set_supervisors(
    db: Connection, entries: Sequence[Entry], people: Mapping[str, KnownPerson]
) -> None:
    ids = {code: one.id for code, one in people.items()}
    rows = [
        {"id": ids[one.code], "supervisor_id": ids.get(one.supervisor)}
        for one in entries
        if one.supervisor is not None
    ]
    if rows:
        store.change_people(db, rows)


def _note_move(rt: Runtime, db: Connection, old: KnownPerson, phone: str | None) -> None:
    if phone:
        store.move_waiting(db, old.id, phone)
    add_audit(
        db,
        rt.now(),
        actor="command line",
        action="change phone",
        object=f"person:{old.id}",
        before=mask(old.phone) if old.phone else "",
        after=mask(phone) if phone else "",
    )
