"""The translator's sheet: every text once, all languages side by side, and what comes back of it.

Beside each language stand, for reading: its septets of those available, the confidence in it (H, M
or L, which may be changed), who signed it and when, and its digest, which tells a stale sheet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smsapp import gsm
from smsapp.flow.library import WHOLE, Library, digest
from smsapp.flow.products import NAME_WIDTH, SHORT_WIDTH
from smsapp.flow.room import rooms, word_rooms
from smsapp.flow.signing import LEVELS, Levels, Row, as_csv, signing_rows
from smsapp.flow.written import PRODUCTS, Place, Text, sheet_texts

KEY_COLUMNS = ("flow", "place")
EACH = ("septets", "confidence", "signed", "digest")  # columns of each language, behind the texts
MARK = "#"  # before a digest, so that no spreadsheet takes it for a number
Table = Sequence[tuple[int, list[str]]]  # rows with their first line in the file


@dataclass(frozen=True)
class Change:
    """A text that the sheet says otherwise."""

    line: int
    flow: str
    place: str
    language: str
    text: str


@dataclass
class Told:
    """What a sheet says: new texts, new confidences, and what is wrong with it."""

    changes: list[Change] = field(default_factory=list)
    levels: Levels = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def write_sheet(library: Library, folder: Path) -> str:
    """Every text of every flow; what is said of each product stands once, as it is written."""
    languages, said = library.words.spoken, sheet_texts(library, folder)
    home = {(flow, one): (flow, place) for (flow, place), text in said.items() for one in text.at}
    marks: dict[Place, dict[str, list[Row]]] = {}
    for row in signing_rows(library, folder):
        key = (row["flow"], row["place"])
        marks.setdefault(home.get(key, key), {}).setdefault(row["language"], []).append(row)
    room = {(name, *key): each for name, found in _rooms(library) for key, each in found.items()}
    rows = []
    for (flow, place), of_languages in marks.items():
        text = said.get((flow, place))
        row = {"flow": flow, "place": place, **(text.said if text else {})}
        for language, found in of_languages.items():
            rooms_of = [room.get((flow, one, language)) for one in (text.at if text else ())]
            row |= {f"{language}_{name}": value for name, value in _beside(found, rooms_of).items()}
            if text:
                row[f"{language}_digest"] = MARK + digest(text.said[language])
        rows.append(row)
    return as_csv(columns(languages), [*rows, *_names(said)])


def _names(said: Mapping[Place, Text]) -> Iterator[Row]:
    """The names of products, which are signed as part of each text that says them."""
    for (flow, place), text in said.items():
        if flow == PRODUCTS:
            width = SHORT_WIDTH if place.startswith("treatment") else NAME_WIDTH
            row = {"flow": flow, "place": place, **text.said}
            for language, now in text.said.items():
                row[f"{language}_septets"] = f"{gsm.measure(now).units} of {width}"
                row[f"{language}_digest"] = MARK + digest(now)
            yield row


def _beside(found: Sequence[Row], rooms_of: Iterable[tuple[int, int] | None]) -> Row:
    """What stands beside a text. Said of each product: of the one with the least room."""
    known = [one for one in rooms_of if one]
    used = min(known, key=lambda one: one[1] - one[0], default=None)
    first = found[0]  # of a whole, earlier approvals follow
    levels = [row["confidence"] for row in (found[:1] if first["place"] == WHOLE else found)]
    return {
        "septets": f"{used[0]} of {used[1]}" if used else "",
        "confidence": max(levels, key=LEVELS.find),
        "signed": f"{first['approved_by']} {first['approved_on']}".strip(),
        "digest": MARK + first["digest"],
    }


def columns(languages: Sequence[str]) -> list[str]:
    """The columns of a sheet in these languages, texts first."""
    return [*KEY_COLUMNS, *languages, *(f"{one}_{each}" for each in EACH for one in languages)]


def _rooms(library: Library) -> Iterator[tuple[str, dict[tuple[str, str], tuple[int, int]]]]:
    for flow in library.flows.values():
        yield flow.id, rooms(flow, library.words)
    yield library.words.id, word_rooms(library.words)


def read_sheet(library: Library, folder: Path, table: Table) -> Told:
    """What a sheet says otherwise than the files. Its columns may be any that a sheet has."""
    told = Told()
    (_, names), *rows = table
    names = [name.strip().lower() for name in names]
    languages = [one for one in library.words.spoken if one in names]
    unknown = [one for one in names if one and one not in columns(library.words.spoken)]
    if unknown or not languages or names[:2] != list(KEY_COLUMNS):
        cure = "the first line is flow, place, then languages; `smsapp texts export` writes it"
        told.faults.append(f"line 1: {', '.join(unknown) or 'columns'}: {cure}")
        return told
    known = sheet_texts(library, folder)
    levels = {
        (row["flow"], row["place"], row["language"]): row["confidence"]
        for row in signing_rows(library, folder)
    }
    for line, cells in rows:
        row = dict(zip(names, cells, strict=False))
        key = (row.get("flow", "").strip(), row.get("place", "").strip())
        if key[1] == WHOLE:
            continue
        if key not in known:
            told.faults.append(f"line {line}: no text stands at {key[0]}, {key[1]}; export anew")
            continue
        for language in languages:
            _read_text(told, line, key, language, row, known[key].said)
            places = [(key[0], place, language) for place in known[key].at]
            if places:
                _read_level(told, line, places, row, levels)
    return told


def _read_text(
    told: Told, line: int, key: Place, language: str, row: Mapping[str, str], now: Mapping[str, str]
) -> None:
    """One cell. Empty: nothing is said. A sheet older than the text changes nothing."""
    cell = row.get(language, "").replace("\r\n", "\n")
    if not cell.strip() or cell == now.get(language):
        return
    for one in (language, next(iter(now))):  # its own text, and the one it is translated from
        mark = row.get(f"{one}_digest", "").strip().removeprefix(MARK)
        if mark and mark != digest(now.get(one, "")):
            cure = f"the text in {one} has changed since this sheet was exported; export anew"
            told.faults.append(f"line {line}, {language}: {cure}")
            return
    told.changes.append(Change(line, *key, language, cell))


def _read_level(
    told: Told,
    line: int,
    places: Sequence[tuple[str, str, str]],
    row: Mapping[str, str],
    levels: Levels,
) -> None:
    """A confidence that the sheet says otherwise; a changed text begins at the usual one."""
    language = places[0][2]
    level = row.get(f"{language}_confidence", "").strip().upper()
    now = max((levels[one] for one in places if one in levels), key=LEVELS.find, default="")
    if not level or level == now:
        return
    if level not in LEVELS:
        told.faults.append(f"line {line}, {language}_confidence: write H, M or L")
    elif row.get(language, "").strip():
        told.levels |= dict.fromkeys(places, level)
