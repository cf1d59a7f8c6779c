"""One person for an operator: found by phone, code or ref, with everything that happened."""

from dataclasses import dataclass
from datetime import UTC, datetime

from smsapp.phone import BadPhone, parse
from smsapp.ref import is_ref
from smsapp.runtime import Runtime
from smsapp.store import timeline as store
from smsapp.store.people import Person, person_by_id
from smsapp.store.timeline import PAGE, Cursor, Entry, Found

QUERY_LENGTH = 60  # characters of a search: no phone, code or ref is longer

LARGEST_ID = 2**63 - 1  # what an id column holds


@dataclass(frozen=True)
class PersonPage:
    """A person and one page of her history. `older` continues it; None: this is all."""

    person: Person
    supervisor: Person | None
    entries: tuple[Entry, ...]
    older: Cursor | None


def person_page(rt: Runtime, person_id: int, before: Cursor | None = None) -> PersonPage | None:
    """What the page of a person shows; None if there is nobody of this id."""
    with rt.read() as db:
        person = person_by_id(db, person_id, rt.now())
        if person is None:
            return None
        above = person.supervisor_id
        supervisor = None if above is None else person_by_id(db, above, rt.now())
        entries = store.timeline(db, person_id, before)
    older = entries[PAGE - 1].cursor if len(entries) > PAGE else None
    return PersonPage(person, supervisor, tuple(entries[:PAGE]), older)


def find_people(rt: Runtime, words: str) -> list[Found]:
    """Whom these words name: a ref, a code of the programme, or a phone number."""
    query = words.replace("\0", "").strip()[:QUERY_LENGTH]
    if not query:
        return []
    with rt.read() as db:
        found = store.by_code(db, query)
        if is_ref(query):
            found += store.by_ref(db, query)
        phone = _phone(rt, query)
        if phone:
            found += store.by_phone(db, phone)
    return list({one.id: one for one in found}.values())


def _phone(rt: Runtime, query: str) -> str:
    try:
        return parse(query, rt.settings.country)
    except BadPhone:
        return ""


def write_cursor(cursor: Cursor) -> str:
    """A cursor as an address carries it."""
    return f"{cursor.at.astimezone(UTC).isoformat()}~{cursor.source}~{cursor.id}"


def read_cursor(text: str) -> Cursor | None:
    """The cursor of an address, or None if it is none of ours."""
    try:
        at, source, number = text.split("~")
        moment = datetime.fromisoformat(at)
        row_id = int(number)
        known = moment.tzinfo is not None and 0 <= row_id <= LARGEST_ID
        return Cursor(moment, source, row_id) if known else None
    except (ValueError, OverflowError):
        return None
