"""What a roster must keep to, row against row and against what the database holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smsapp.service.people import STAND_IN
from smsapp.service.places import twice
from smsapp.service.roster_numbers import Number
from smsapp.service.table import Problem
from smsapp.store.roster import KnownPerson, KnownPlace

SHARE = "or write yes in column shared"
NOT_WITH_A_DESK = "a desk needs a phone that nobody else has"
PLACED = {"facility": "facility", "district": "district"}  # role -> kind of its place


@dataclass(frozen=True)
class Entry:
    """A row of the roster, read; None in an optional column the file has not got."""

    line: int
    code: str
    name: str
    short: str
    numbers: tuple[Number, ...]  # the first is the one she is told on
    shared: bool | None  # whether others may have the same number
    role: str
    language: str
    place: str
    supervisor: str | None
    deputy: str | None
    products: tuple[str, ...] | None
    active: bool | None
    training: bool | None
    training_until: datetime | None

    @property
    def phone(self) -> str:
        """The number she is told on; empty: none."""
        return self.numbers[0].phone if self.numbers else ""


@dataclass(frozen=True)
class Known:
    """What the database holds before the import."""

    people: Mapping[str, KnownPerson]
    places: Mapping[str, KnownPlace]
    numbers: Mapping[int, Mapping[str, datetime]]  # person -> number -> since
    products: Mapping[int, tuple[str, ...]]  # person -> ids; who is missing holds all

    def named(self, column: str = "supervisor") -> dict[str, str]:
        """Code -> code of the supervisor, or the deputy; empty: none."""
        codes = {one.id: one.code for one in self.people.values()}
        return {
            one.code: codes.get(getattr(one, f"{column}_id") or 0, "")
            for one in self.people.values()
        }


def problems_of(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Every row that cannot be imported as it is, with its cure."""
    yield from twice(entries)
    yield from _phones(entries, known)
    yield from _places(entries, known)
    yield from _supervisors(entries, known)
    yield from _deputies(entries, known)


def _phones(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Two people share a phone only where the roster says so: it is mostly a slip of the pen."""
    listed = {one.code for one in entries}
    by_id = {one.id: one for one in known.people.values() if one.code not in listed}
    held = {
        phone: by_id[person_id]
        for person_id, phones in known.numbers.items()
        if person_id in by_id
        for phone in phones
    }
    first: dict[str, Entry] = {}
    for one in entries:
        for phone in [number.phone for number in one.numbers if one.active is not False]:
            other = first.setdefault(phone, one)
            cure = _same_line(one, other, phone, known) or _same_held(
                one, held.get(phone), _shares(one, phone, known)
            )
            if cure:
                yield Problem(one.line, "phone", cure)


def _same_line(one: Entry, other: Entry, phone: str, known: Known) -> str:
    if other is one:
        return ""
    said = f"line {other.line} has the same number; "
    if "desk" in (one.role, other.role):
        return said + NOT_WITH_A_DESK
    if _shares(one, phone, known) and _shares(other, phone, known):
        return ""
    return f"{said}correct line {other.line} or line {one.line}, {SHARE} of both"


def _same_held(one: Entry, holder: KnownPerson | None, shares: bool) -> str:
    if holder is None:
        return ""
    said = f"{holder.code} in the database has this number; "
    if "desk" in (one.role, holder.role):
        return said + NOT_WITH_A_DESK
    return "" if shares else f"{said}correct one of the two, {SHARE}"


def _shares(one: Entry, phone: str, known: Known) -> bool:
    """Whether this row may have a number that others have: said now, or said before."""
    old = known.people.get(one.code)
    before = one.shared is None and old is not None and phone in known.numbers.get(old.id, {})
    return bool(one.shared) or before


def _places(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    for one in entries:
        place = known.places.get(one.place)
        if place is None:
            cure = "no place has this code; correct it, or import places first"
            yield Problem(one.line, "place", cure)
        elif place.kind != PLACED.get(one.role, place.kind):
            cure = (
                f"role {one.role} needs a place of kind {PLACED[one.role]}; this is a {place.kind}"
            )
            yield Problem(one.line, "place", cure)


def _supervisors(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    roles = {one.code: one.role for one in known.people.values()}
    roles |= {one.code: one.role for one in entries}
    above = over(entries, known)
    for one in entries:
        if not one.supervisor:
            continue
        if one.supervisor not in roles:
            yield Problem(one.line, "supervisor", "nobody has this code, here or in the database")
        elif roles[one.supervisor] in ("chw", "desk"):  # a desk hears what no supervisor may
            cure = f"this person is a {roles[one.supervisor]}; name a supervisor"
            yield Problem(one.line, "supervisor", cure)
        elif _comes_round(one.code, above):
            yield Problem(one.line, "supervisor", "this person stands below herself; name another")


def _deputies(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Who stands in for another answers for others herself."""
    roles = {one.code: one.role for one in known.people.values()}
    roles |= {one.code: one.role for one in entries}
    for one in entries:
        if not one.deputy:
            continue
        if one.deputy == one.code:
            yield Problem(one.line, "deputy", "nobody stands in for herself; name another")
        elif roles.get(one.deputy, "") not in STAND_IN:
            cure = f"name the code of a {' or '.join(STAND_IN)}, here or in the database"
            yield Problem(one.line, "deputy", cure)
        elif one.role not in STAND_IN:
            cure = f"only a {', '.join(STAND_IN)} has a deputy; leave this cell empty"
            yield Problem(one.line, "deputy", cure)


def over(entries: Sequence[Entry], known: Known, column: str = "supervisor") -> dict[str, str]:
    """Everybody's supervisor, or deputy, as it would be after the import."""
    named = {one.code: getattr(one, column) for one in entries}
    fresh = {code: other for code, other in named.items() if other is not None}
    return known.named(column) | fresh


def _comes_round(code: str, over: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    above = over.get(code, "")
    while above and above != code and above not in seen:
        seen.add(above)
        above = over.get(above, "")
    return bool(code) and above == code


def warnings_of(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Rows that are imported, and that somebody should look at."""
    above = over(entries, known)
    for one in entries:
        if one.role == "chw" and one.active is not False and not above.get(one.code):
            cure = "she has no supervisor; her alerts go to the facility and the district at once"
            yield Problem(one.line, "supervisor", cure)
