"""A CSV file as offices send it: read whole, every fault with its line, column and cure."""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from smsapp import gsm

LARGEST = 20_000_000  # bytes: some 200,000 people; a larger file is a mistake
SHORT_SEPTETS = 12  # of a short name: its place in every text is this wide (plan, section 4)
SEPARATORS = ";,\t"  # what spreadsheets write; the most frequent in the first line
WORKBOOK = b"PK\x03\x04"  # an .xlsx is a zip
SAVE_AS = "save it as CSV UTF-8 (in Excel: File, Save as)"


@dataclass(frozen=True)
class Problem:
    """A fault of the file. It never quotes a value: names and numbers stay in the file."""

    line: int  # 0: the file as a whole
    column: str
    cure: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "file"
        return f"{place}, {self.column}: {self.cure}" if self.column else f"{place}: {self.cure}"


class BadTable(Exception):
    """The file cannot be read as a table at all."""

    def __init__(self, cure: str, line: int = 0, column: str = "") -> None:
        self.problem = Problem(line, column, cure)
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class Line:
    """One row: its first line in the file, and its cells by column, cleaned."""

    number: int
    cells: dict[str, str]


class Cells:
    """Reads the cells of one row; each fault becomes a problem, and the row is read to its end."""

    def __init__(self, line: Line, problems: list[Problem]) -> None:
        self.line = line
        self.problems = problems

    def fault(self, column: str, cure: str) -> None:
        self.problems.append(Problem(self.line.number, column, cure))

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self.line.cells

    def text(self, column: str) -> str:
        return self.line.cells.get(column, "")

    def read(self, column: str, reader: Callable[[str], str]) -> str:
        """The cell as `reader` gives it; its ValueError is the cure. Empty where it is wrong."""
        try:
            return reader(self.text(column))
        except ValueError as error:
            self.fault(column, str(error))
            return ""

    def one_of(self, column: str, words: Collection[str]) -> str:
        """The cell where it is one of these words, in any case."""
        word = self.text(column).lower()
        if word not in words:
            self.fault(column, f"write one of: {', '.join(words)}")
        return word


def read_table(
    path: Path, required: Sequence[str], optional: Sequence[str]
) -> tuple[list[Line], list[Problem]]:
    """The rows of a file with these columns, in any order, and the rows that are no rows.

    Raises BadTable, one clear line, for a file that is no such table.
    """
    rows = read_rows(path)
    header = _header(rows[0], required, optional)
    if len(rows) == 1:
        raise BadTable("the file has column names but no rows below them")
    lines, problems = [], []
    for number, row in rows[1:]:
        try:
            lines.append(Line(number, _cells(row, header)))
        except ValueError as error:
            problems.append(Problem(number, "", str(error)))
    return lines, problems


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Every row that is not empty, with its first line in the file. Raises BadTable."""
    text = _decode(_bytes(path))
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    rows = list(_rows(text, separator))
    if not rows:
        raise BadTable("the file is empty; write a first line with the names of the columns")
    return rows


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise BadTable(f"{path.name} cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST:
        raise BadTable(f"the file is larger than {LARGEST // 1_000_000} MB; split it by district")
    if raw.startswith(WORKBOOK):
        raise BadTable(f"this is a spreadsheet file, not CSV; {SAVE_AS}")
    if b"\0" in raw:
        raise BadTable(f"this is not a CSV file in UTF-8; {SAVE_AS}")
    return raw


def _decode(raw: bytes) -> str:
    """UTF-8 with or without its mark, else what Windows in English and French writes."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BadTable(f"the letters of this file cannot be read; {SAVE_AS}")


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    number = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield number, row
            number = reader.line_num + 1
    except csv.Error:
        raise BadTable('a quote (") is not closed, or a cell is too long', number) from None


def _header(
    row: tuple[int, list[str]], required: Sequence[str], optional: Sequence[str]
) -> list[str]:
    number, names = row[0], [gsm.clean(name).strip().lower() for name in row[1]]
    while names and not names[-1]:
        names.pop()  # spreadsheets write empty columns at the end
    known = f"the columns are: {', '.join([*required, *optional])}"
    for place, name in enumerate(names, start=1):
        if name not in (*required, *optional):
            raise BadTable(f"its name is not known; {known}", number, f"column {place}")
        if names.count(name) > 1:
            raise BadTable("this column stands twice; keep one", number, name)
    for name in required:
        if name not in names:
            raise BadTable(f"this column is missing; {known}", number, name)
    return names


def _cells(row: list[str], header: Sequence[str]) -> dict[str, str]:
    if len(row) < len(header) or any(cell.strip() for cell in row[len(header) :]):
        cells = f"it has {len(row)} cells, the first line {len(header)}"
        raise ValueError(f"{cells}; put a text that holds the separator in quotes")
    cleaned = (" ".join(gsm.clean(cell).split()) for cell in row)
    return dict(zip(header, cleaned, strict=False))


def short_name(name: str, *, initial: bool) -> str:
    """A name in at most 12 septets, made of whole words. Empty where that is not possible.

    With `initial`, a long name keeps its first letter and last word (`G Mwalwanda`), else its first
    words (`Ngala Health`).
    """
    words = gsm.fold(name).split()
    tries = [" ".join(words)]
    if initial and len(words) > 1:
        tries += [f"{words[0][0]} {words[-1]}", words[-1]]
    tries += [" ".join(words[:end]) for end in range(len(words) - 1, 0, -1)]
    return next((one for one in tries if one and is_short(one)), "")


def is_short(text: str) -> bool:
    """Whether a text is GSM-7 and fits the place of a short name."""
    size = gsm.measure(text)
    return size.encoding == "GSM-7" and size.units <= SHORT_SEPTETS
