"""What a roster must keep to, row against row and against what the database holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from smsapp.service.places import twice
from smsapp.service.table import Problem
from smsapp.store.roster import KnownPerson, KnownPlace

PLACED = {"facility": "facility", "district": "district"}  # role -> kind of its place


@dataclass(frozen=True)
class Entry:
    """A row of the roster, read; None in an optional column the file has not got."""

    line: int
    code: str
    name: str
    short: str
    phone: str  # E.164; empty: none
    role: str
    language: str
    place: str
    supervisor: str | None
    active: bool | None
    training: bool | None
    training_until: datetime | None


@dataclass(frozen=True)
class Known:
    """What the database holds before the import."""

    people: Mapping[str, KnownPerson]
    places: Mapping[str, KnownPlace]

    def supervisors(self) -> dict[str, str]:
        """Code -> code of the supervisor; empty: none."""
        codes = {one.id: one.code for one in self.people.values()}
        return {one.code: codes.get(one.supervisor_id or 0, "") for one in self.people.values()}


def problems_of(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Every row that cannot be imported as it is, with its cure."""
    yield from twice(entries)
    yield from _phones(entries, known)
    yield from _places(entries, known)
    yield from _supervisors(entries, known)


def _phones(entries: Sequence[Entry], known: Known) -> Iterator[Problem]:
    """Two people cannot share a phone: an SMS would not say who wrote it."""
    listed = {one.code for one in entries}
    held = {one.phone: one.code for one in known.people.values() if one.code not in listed}
    first: dict[str, int] = {}
    for one in entries:
        if not one.phone:
            continue
        if one.phone in held:
            cure = f"{held[one.phone]} in the database has this number; correct one of the two"
            yield Problem(one.line, "phone", cure)
        elif first.setdefault(one.phone, one.line) != one.line:
            cure = f"line {first[one.phone]} has the same number; correct line {first[one.phone]}"
            yield Problem(one.line, "phone", f"{cure} or line {one.line}")


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


def over(entries: Sequence[Entry], known: Known) -> dict[str, str]:
    """Everybody's supervisor as it would be after the import."""
    named = {one.code: one.supervisor for one in entries if one.supervisor is not None}
    return known.supervisors() | named


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
