"""`texts.csv`: a row for each text of each language, for translators and who signs them."""

import csv
import io
from collections.abc import Iterator
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


def signing_sheet(library: Library, folder: Path) -> str:
    """The file as it should be. What was said of a text stands while the text does."""
    old = {(row["flow"], row["place"], row["language"]): row for row in _rows(folder)}
    told = {
        (row["flow"], row["language"], row["digest"]): row["confidence"] for row in _rows(folder)
    }
    rows = [_row(*one, old.get(one[:3]), told) for one in _texts(library)]
    for row in rows:
        if row["place"] == WHOLE:
            row["confidence"] = _lowest(rows, row)
    out = io.StringIO()
    writer = csv.DictWriter(out, SIGNED_COLUMNS, lineterminator="\n")
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
    kept = old if old and old["digest"] == mark else {}
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
