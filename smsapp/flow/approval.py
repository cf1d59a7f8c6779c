"""A ministry's approval of a flow's whole content in one language, kept in `texts.csv`."""

from datetime import date
from pathlib import Path

from smsapp import gsm
from smsapp.flow.check import check_all
from smsapp.flow.checked import remembering
from smsapp.flow.library import SIGNED_COLUMNS, WHOLE, WORDS_FILE, Library
from smsapp.flow.signing import Row, as_csv, signing_rows

LONGEST_NAME = 80  # letters of who approves: a person and an office


class NotApproved(ValueError):
    """Nothing is recorded. The message is why, with the cure."""


def languages_of(library: Library, name: str) -> tuple[str, ...]:
    """The languages of a flow, or of the words. Raises NotApproved."""
    words = library.words
    if name == words.id:
        return words.spoken
    if name not in library.flows:
        known = ", ".join([*library.flows, words.id])
        raise NotApproved(f"there is no flow {name} that can be read; there are {known}")
    return library.flows[name].languages


def approved(
    library: Library, folder: Path, name: str, lang: str, by: str, on: date, cache: Path
) -> str:
    """`texts.csv` with this approval in it. Raises NotApproved for what may not be approved.

    `cache`: where what a check found is remembered.
    """
    by = " ".join(gsm.clean(by).split())
    if not by or len(by) > LONGEST_NAME:
        raise NotApproved(f"write who approves, in at most {LONGEST_NAME} letters")
    if lang not in languages_of(library, name):
        known = ", ".join(languages_of(library, name))
        raise NotApproved(f"{name} is not in {lang}; it is in {known}")
    _refuse_problems(library, name, lang, cache)
    rows = signing_rows(library, folder)
    row = whole_of(rows, name, lang)
    if row["approved_by"]:
        raise NotApproved(f"approved already, by {row['approved_by']} on {row['approved_on']}")
    row["approved_by"], row["approved_on"] = by, on.isoformat()
    return as_csv(SIGNED_COLUMNS, rows)


def whole_of(rows: list[Row], name: str, lang: str) -> Row:
    """The row of the whole as it stands: the first; approvals of earlier contents follow it."""
    return next(
        row for row in rows if (row["flow"], row["place"], row["language"]) == (name, WHOLE, lang)
    )


def _refuse_problems(library: Library, name: str, lang: str, cache: Path) -> None:
    file = WORDS_FILE if name == library.words.id else f"{name}.toml"
    found = [str(one) for one in check_all(library, [file], remembering(library, cache))]
    lacking = library.words.word.keys() - library.words.written(lang).keys()
    if name == library.words.id and lacking:
        found.append(f"{file}: {len(lacking)} words are not written in {lang}: {min(lacking)}, …")
    if found:
        raise NotApproved("mend these first:\n" + "\n".join(found))
