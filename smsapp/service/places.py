"""Import of places: country, districts, facilities, communities, by code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.runtime import Runtime
from smsapp.service.table import (
    SHORT_SEPTETS,
    BadTable,
    Cells,
    Line,
    Problem,
    is_short,
    read_table,
    short_name,
)
from smsapp.store import roster as store
from smsapp.store.audit import add_audit
from smsapp.store.roster import KnownPlace

KINDS = ("country", "district", "facility", "community")  # each may stand only under an earlier one
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")  # 40: the column's width
NAME_LENGTH = 120  # characters: the column's width


@dataclass(frozen=True)
class Preview:
    """What an import does with one row."""

    line: int
    code: str
    short: str
    does: str  # new, changed, same


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do. With problems, nothing at all was imported."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    rows: tuple[Preview, ...] = ()

    def count(self, does: str) -> int:
        return sum(row.does == does for row in self.rows)


@dataclass(frozen=True)
class Entry:
    """A row of the file, read."""

    line: int
    code: str
    name: str
    short: str
    kind: str
    parent: str  # a code; empty: none


def import_places(rt: Runtime, path: Path, dry_run: bool = False) -> Outcome:
    """Add and change places by code; none that the file leaves out is touched."""
    try:
        lines, problems = read_table(path, ("code", "name", "kind", "parent"), ("short",))
    except BadTable as error:
        return Outcome((error.problem,))
    entries = [_read(line, problems) for line in lines]
    with rt.read() if dry_run else rt.begin() as db:
        known = store.known_places(db)
        problems += [*twice(entries), *_parents(entries, known)]
        outcome = Outcome(in_order(problems), (), tuple(_preview(entries, known)))
        if not problems and not dry_run:
            _write(db, entries, known)
            add_audit(db, rt.now(), **audit_words("places", outcome))
    return outcome


def audit_words(what: str, outcome: Outcome) -> dict[str, str]:
    """The audit row of an import."""
    counts = f"{outcome.count('new')} new, {outcome.count('changed')} changed"
    return {"actor": "command line", "action": "import", "object": what, "after": counts}


def in_order(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """By line, as somebody mends a file."""
    return tuple(sorted(problems, key=lambda one: one.line))


def read_code(text: str) -> str:
    """A code. Raises ValueError with the cure."""
    if not CODE.fullmatch(text):
        raise ValueError("write a code of 1 to 40 letters, digits and . _ / - (a letter first)")
    return text


def read_name(text: str) -> str:
    """A name. Raises ValueError with the cure; a formula is none."""
    if not text or len(text) > NAME_LENGTH or not text[0].isalnum():
        raise ValueError(f"write a name of 1 to {NAME_LENGTH} characters that begins with a letter")
    return text


def read_short(cells: Cells, name: str, *, initial: bool) -> str:
    """The short name given, else made of the name."""
    given = gsm.fold(cells.text("short"))
    if given and (not is_short(given) or not given[0].isalnum()):
        cells.fault("short", f"write at most {SHORT_SEPTETS} letters that a basic phone shows")
    made = given or short_name(name, initial=initial)
    if name and not made:
        cells.fault("name", f"fill column short with a name of at most {SHORT_SEPTETS} letters")
    return made


class Coded(Protocol):
    """A row with a code."""

    @property
    def line(self) -> int: ...
    @property
    def code(self) -> str: ...


def twice(entries: Sequence[Coded]) -> Iterator[Problem]:
    """Rows whose code another row has too."""
    first: dict[str, int] = {}
    for one in entries:
        if one.code and first.setdefault(one.code, one.line) != one.line:
            cure = f"line {first[one.code]} has the same code; keep one of them"
            yield Problem(one.line, "code", cure)


def _read(line: Line, problems: list[Problem]) -> Entry:
    cells = Cells(line, problems)
    name = cells.read("name", read_name)
    return Entry(
        line=line.number,
        code=cells.read("code", read_code),
        name=name,
        short=read_short(cells, name, initial=False),
        kind=cells.one_of("kind", KINDS),
        parent=cells.text("parent"),
    )


def _parents(entries: Sequence[Entry], known: Mapping[str, KnownPlace]) -> Iterator[Problem]:
    """Places under none or under a wrong one, as the whole tree would stand after the import."""
    kinds = {one.code: one.kind for one in known.values()} | {one.code: one.kind for one in entries}
    for one in entries:
        if not one.parent and one.kind in KINDS[1:]:
            yield Problem(
                one.line, "parent", "write the code of the place above; only a country has none"
            )
        elif one.parent and one.parent not in kinds:
            yield Problem(one.line, "parent", "no place has this code, here or in the database")
        elif one.parent and not _stands_under(one.kind, kinds[one.parent]):
            yield Problem(
                one.line, "parent", f"a {one.kind} cannot stand under a {kinds[one.parent]}"
            )
    yield from _left_below(entries, known)


def _left_below(entries: Sequence[Entry], known: Mapping[str, KnownPlace]) -> Iterator[Problem]:
    """Stored places that this file leaves out and whose parent it makes too low for them."""
    by_id = {one.id: one.code for one in known.values()}
    now = {one.code: one for one in entries}
    for child in known.values():
        parent = now.get(by_id.get(child.parent_id or 0, ""))
        if parent and child.code not in now and not _stands_under(child.kind, parent.kind):
            cure = f"a {child.kind} stands under this place; it cannot become a {parent.kind}"
            yield Problem(parent.line, "kind", cure)


def _stands_under(kind: str, parent: str) -> bool:
    if kind not in KINDS or parent not in KINDS:
        return True  # said already, for the kind itself
    return KINDS.index(kind) > KINDS.index(parent)


def _preview(entries: Sequence[Entry], known: Mapping[str, KnownPlace]) -> Iterator[Preview]:
    codes = {one.id: one.code for one in known.values()}
    for one in entries:
        old = known.get(one.code)
        before = old and (old.name, old.short, old.kind, codes.get(old.parent_id or 0, ""))
        yield Preview(
            one.line, one.code, one.short, does(before, (one.name, one.short, one.kind, one.parent))
        )


def does(before: object, after: object) -> str:
    """The word for what happens to a row."""
    if not before:
        return "new"
    return "same" if before == after else "changed"


def _write(db: Connection, entries: Sequence[Entry], known: Mapping[str, KnownPlace]) -> None:
    fresh = [_columns(one) for one in entries if one.code not in known]
    if fresh:
        store.add_places(db, fresh)
    ids = {one.code: one.id for one in store.known_places(db).values()}
    changes = [
        {"id": ids[one.code], **_columns(one), "parent_id": ids.get(one.parent)} for one in entries
    ]
    store.change_places(db, changes)


def _columns(one: Entry) -> dict[str, str]:
    return {"code": one.code, "name": one.name, "short": one.short, "kind": one.kind}
