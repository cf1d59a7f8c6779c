"""`texts.csv`: a row for each text of each language, for translators and who signs them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from smsapp.flow.library import (
    SIGNED_COLUMNS,
    SIGNED_FILE,
    WHOLE,
    Library,
    text_rows,
    word_rows,
)

LEVELS = "HML"  # confidence in a wording: high, middle, low
Row = dict[str, str]
Levels = dict[tuple[str, str, str], str]  # flow, place, language -> confidence


def signing_sheet(library: Library, folder: Path, levels: Levels | None = None) -> str:
    """The file as it should be. What was said of a text stands while the text does.

    `levels`: what a translator says of her texts now.
    """
    return as_csv(SIGNED_COLUMNS, signing_rows(library, folder, levels))


def signing_rows(library: Library, folder: Path, levels: Levels | None = None) -> list[Row]:
    """A row for each text and each whole; below a whole, what was approved of it before."""
    before = _rows(folder)
    old = {(row["flow"], row["place"], row["language"], row["digest"]): row for row in before}
    told = {(row["flow"], row["language"], row["digest"]): row["confidence"] for row in before}
    rows = [_row(*one, old.get(one[:4]), told) for one in _texts(library)]
    for row in rows:
        key = (row["flow"], row["place"], row["language"])
        row["confidence"] = (levels or {}).get(key, row["confidence"])
    for row in rows:
        if row["place"] == WHOLE:
            row["confidence"] = _lowest(rows, row)
    current = {(row["flow"], row["place"], row["language"], row["digest"]) for row in rows}
    past = [row for key, row in old.items() if key not in current and is_approval(row)]
    return [one for row in rows for one in (row, *_earlier(row, past))]


def is_approval(row: Row) -> bool:
    """Whether somebody has signed a whole."""
    return row["place"] == WHOLE and bool(row["approved_by"])


def _earlier(row: Row, past: list[Row]) -> list[Row]:
    """Approvals of earlier contents of this whole: the file is its own history."""
    if row["place"] != WHOLE:
        return []
    key = (row["flow"], row["language"])
    return [one for one in past if (one["flow"], one["language"]) == key]


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Rows as a file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _texts(library: Library) -> Iterator[tuple[str, str, str, str, str]]:
    """Flow, place, language, digest, and the confidence in a text of which nothing was said."""
    words = library.words

    def usual(language: str, first: str) -> str:
        if language in words.drafts:
            return LEVELS[-1]
        return LEVELS[0] if language == first else LEVELS[1]

    for flow in library.flows.values():
        for place, language, mark in text_rows(flow):
            yield flow.id, place, language, mark, usual(language, flow.languages[0])
    for place, language, mark in word_rows(words):
        yield words.id, place, language, mark, usual(language, words.languages[0])


def _row(
    flow: str,
    place: str,
    language: str,
    mark: str,
    usual: str,
    old: Row | None,
    told: dict[tuple[str, str, str], str],
) -> Row:
    """A text that moved to another place of its flow keeps its confidence, not its signature."""
    kept = old or {}
    confidence = kept.get("confidence") or told.get((flow, language, mark))
    return {
        "flow": flow,
        "place": place,
        "language": language,
        "digest": mark,
        "confidence": confidence or usual,
        "approved_by": kept.get("approved_by", ""),
        "approved_on": kept.get("approved_on", ""),
    }


def _lowest(rows: list[Row], whole: Row) -> str:
    """The confidence in a flow's language is that in its worst text."""
    found = [row["confidence"] for row in rows
             if row["place"] != WHOLE and row["flow"] == whole["flow"]
             and row["language"] == whole["language"]]  # fmt: skip
    return max(found, key=LEVELS.find, default=whole["confidence"])


def _rows(folder: Path) -> list[Row]:
    path = folder / SIGNED_FILE
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return [{name: row.get(name) or "" for name in SIGNED_COLUMNS} for row in reader]
