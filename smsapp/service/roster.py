"""Import of people: the roster of a programme, by the programme's own codes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.leaving import leave
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
from smsapp.service.roster_cells import read_products, read_training, read_yes
from smsapp.service.roster_numbers import Holder, as_held, read_numbers, write_numbers
from smsapp.service.roster_rules import Entry, Known, over, problems_of, warnings_of
from smsapp.service.table import BadTable, Cells, Line, Problem, read_table
from smsapp.store import roster as store
from smsapp.store.audit import add_audit
from smsapp.store.numbers import everybodys
from smsapp.store.people import person_by_id
from smsapp.store.roster import KnownPerson

REQUIRED = ("code", "name", "phone", "role", "language", "place")
OPTIONAL = (
    "supervisor",
    "deputy",
    "shared",
    "products",
    "training_until",
    "active",
    "short",
)
ROLES = ("chw", "supervisor", "facility", "district", "desk", "operator")


def import_roster(rt: Runtime, path: Path, dry_run: bool = False) -> Outcome:
    """Add and change people by code; none that the file leaves out is touched."""
    try:
        lines, problems = read_table(path, REQUIRED, OPTIONAL)
    except BadTable as error:
        return Outcome((error.problem,))
    entries = [_read(rt, line, problems) for line in lines]
    with rt.read() if dry_run else rt.begin() as db:
        known = _known(db)
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


def _known(db: Connection) -> Known:
    return Known(
        store.known_people(db), store.known_places(db), everybodys(db), store.known_products(db)
    )


def _read(rt: Runtime, line: Line, problems: list[Problem]) -> Entry:
    cells = Cells(line, problems)
    name = cells.read("name", read_name)
    training, until = read_training(rt, cells)
    active = read_yes(cells, "active", empty=True)
    return Entry(
        line=line.number,
        code=cells.read("code", read_code),
        name=name,
        short=read_short(cells, name, initial=True),
        numbers=read_numbers(rt, cells, active),
        shared=read_yes(cells, "shared"),
        role=cells.one_of("role", ROLES),
        language=cells.one_of("language", rt.flows.words.spoken),
        place=cells.text("place"),
        supervisor=cells.text("supervisor") if cells.has("supervisor") else None,
        deputy=cells.text("deputy") if cells.has("deputy") else None,
        products=read_products(rt, cells),
        active=active,
        training=training,
        training_until=until,
    )


def _columns(one: Entry, known: Known) -> dict[str, Any]:
    """The row as the database will hold it, but for the supervisor."""
    old = known.people.get(one.code)
    place = known.places.get(one.place)
    active, training, until = one.active, one.training, one.training_until
    if training is None:
        training, until = (old.training, old.training_until) if old else (False, None)
    here = (old.active if old else True) if active is None else active
    return {
        "code": one.code,
        "name": one.name,
        "short": one.short,
        "phone": one.phone or None if here else None,  # who left is told nothing any more
        "role": one.role,
        "language": one.language,
        "place_id": place.id if place else 0,
        "active": here,
        "training": training,
        "training_until": until,
    }


def _preview(
    entries: Sequence[Entry], rows: Sequence[dict[str, Any]], known: Known
) -> Iterator[Preview]:
    before = known.named(), known.named("deputy")
    after = over(entries, known), over(entries, known, "deputy")
    for one, row in zip(entries, rows, strict=True):
        old = known.people.get(one.code)
        held = known.numbers.get(old.id, {}) if old else {}
        products = known.products.get(old.id, ()) if old else ()
        stored = old and {name: getattr(old, name) for name in row}
        stored = stored and stored | _beside(one.code, before, held, products)
        wanted = as_held(one.numbers, held) if row["active"] else {}
        kept = products if one.products is None else one.products
        word = does(stored, row | _beside(one.code, after, wanted, kept))
        yield Preview(one.line, one.code, one.short, word)


def _beside(
    code: str,
    people: tuple[Mapping[str, str], Mapping[str, str]],
    numbers: object,
    products: object,
) -> dict[str, Any]:
    """What stands in no column of a person: who is over and beside her, numbers, products."""
    named = {"over": people[0].get(code, ""), "deputy": people[1].get(code, "")}
    return named | {"numbers": numbers, "products": products}


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
    _set_people_named(db, entries, people)
    products = {people[one.code].id: one.products for one in entries if one.products is not None}
    store.change_products(db, products)
    write_numbers(rt, db, _holders(entries, rows, known, people))
    for row in rows:
        old = known.people.get(row["code"])
        gone = person_by_id(db, old.id, now) if old and old.active and not row["active"] else None
        if gone:
            leave(rt, db, gone)


def _holders(
    entries: Sequence[Entry],
    rows: Sequence[dict[str, Any]],
    known: Known,
    people: Mapping[str, KnownPerson],
) -> list[Holder]:
    found = []
    for one, row in zip(entries, rows, strict=True):
        old = known.people.get(one.code)
        found.append(
            Holder(
                id=people[one.code].id,
                phone=row["phone"] or "",
                numbers=one.numbers if row["active"] else (),
                before=known.numbers.get(old.id, ()) if old else (),
                phone_before=(old.phone or "") if old else None,
            )
        )
    return found


def _set_people_named(
    db: Connection, entries: Sequence[Entry], people: Mapping[str, KnownPerson]
) -> None:
    """Supervisors and deputies, once everybody is there; a column that is missing stays."""
    ids = {code: one.id for code, one in people.items()}
    for column in ("supervisor", "deputy"):
        named = {one.code: getattr(one, column) for one in entries}
        rows = [
            {"id": ids[code], f"{column}_id": ids.get(other)}
            for code, other in named.items()
            if other is not None
        ]
        if rows:
            store.change_people(db, rows)
