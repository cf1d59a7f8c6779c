"""SMS as CHWs type them, with what a person reads in them (`tests/data/typed_sms.csv`).

`means`: the plain SMS that says the same, reports between ` / `; `#482913 R1` is an answer to an
earlier report, `!stop` a command, `SOS ?` an SOS whose signs cannot be read. `asks`: the letters to
be asked for. `person`: whether a person who knows the card could read all of it; then the service
should, and otherwise it must ask back.

An answer that is not in `means` is read wrong, of whichever row.
"""

import csv
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from smsapp.flow.keyword import Opening, open_all
from smsapp.flow.model import Flow, Value
from smsapp.flow.reading import read
from tests.flow.build import DATA, LIBRARY, given

BY_WORD = {
    keyword.word: (flow, keyword.sets)
    for flow in LIBRARY.flows.values()
    for keyword in flow.keywords
}
ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\n|\\t")
LEAST_READ = 0.97  # of those that a person can read
MOST_SECONDS = 0.002  # of processor for one SMS, in the middle


@dataclass(frozen=True)
class Meant:
    """What one report in an SMS says. `what`: the flow, command or ref."""

    what: str
    answers: dict[str, Value]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    typed: str
    meant: tuple[Meant, ...]
    person: bool
    kind: str


def unescape(text: str) -> str:
    """`\\n`, `\\t`, `\\u200b` in the table as the characters they are."""
    plain = {r"\n": "\n", r"\t": "\t"}
    return ESCAPE.sub(lambda found: plain.get(found[0]) or chr(int(found[1], 16)), text)


def value(flow: Flow, letter: str, digits: str) -> tuple[str, Value]:
    """A letter and its digits as they are stored, said without the reader that is tested."""
    ask = next(ask for ask in flow.asks if ask.letter == letter)
    if ask.kind == "number":
        return ask.id, ask.special.get(digits, int(digits))
    if ask.kind != "ticks":
        return ask.id, ask.special.get(digits) or ask.choices[int(digits) - 1].id
    places = [int(digit) for digit in digits if digit != "0"]
    ids = [ask.choices[place - 1].id for place in places]
    return ask.id, ids


def split(piece: str) -> tuple[str, str]:
    """`LA15` is LA and 15."""
    letter = piece.rstrip("0123456789")
    return letter, piece[len(letter) :]


def meant(text: str, asks: str) -> Meant:
    first, *rest = text.split()
    if first.startswith("!"):
        return Meant(first, {})
    if first.startswith("#"):
        answers = dict(value(LIBRARY.flows["iccm"], *split(one)) for one in rest)
        return Meant(first, answers)
    flow, sets = BY_WORD[first]
    answers = dict(sets)
    for one in rest:
        if one == "?":
            answers["unclear"] = "unclear"
        elif one.isdigit():
            answers[next(ask.id for ask in flow.asks if ask.kind == "list")] = one
        else:
            name, stored = value(flow, *split(one))
            answers[name] = stored
    return Meant(flow.id, answers, tuple(asks.split()))


def table() -> Iterator[Row]:
    with (DATA / "typed_sms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = [part.strip() for part in row["means"].split("/")] if row["means"] else []
            asks = [part.strip() for part in row["asks"].split("/")]
            asks += [""] * (len(parts) - len(asks))
            told = tuple(meant(part, ask) for part, ask in zip(parts, asks, strict=False))
            yield Row(unescape(row["typed"]), told, row["person"] == "yes", row["kind"])


def understood(opening: Opening) -> Meant | None:
    """What the service makes of one report."""
    if opening.command:
        return Meant(f"!{opening.command}", {})
    name = "iccm" if opening.ref else opening.flow
    flow = LIBRARY.flows.get(name)
    if flow is None:
        return None
    found = read(flow, opening, given(flow, face="sms"))
    missing = tuple(ask.letter for ask in found.judged.missing)
    if opening.ref:
        return Meant(f"#{opening.ref}", found.answers)
    return Meant(flow.id, found.answers, missing)


def reads(row: Row) -> tuple[Meant, ...]:
    openings = open_all(LIBRARY, row.typed)
    return tuple(one for opening in openings if (one := understood(opening)))


def is_wrong(row: Row, found: tuple[Meant, ...]) -> bool:
    """Whether anything was taken for what nobody typed, or danger was not seen."""
    if len(found) > len(row.meant):
        return True
    for got, wanted in zip(found, row.meant, strict=False):
        if got.what != wanted.what:
            return True
        if any(wanted.answers.get(name) != said for name, said in got.answers.items()):
            return True
    return False


ROWS = list(table())


def test_there_are_enough() -> None:
    assert len(ROWS) >= 150
    assert sum(row.person for row in ROWS) >= 150
    assert len({row.typed for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row.typed)[:60])
def test_none_is_read_wrong(row: Row) -> None:
    assert not is_wrong(row, reads(row)), reads(row)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.person], ids=lambda row: repr(row.typed)[:60]
)
def test_what_nobody_can_read_is_asked(row: Row) -> None:
    asked = [set(one.asks) for one in reads(row)]
    wanted = [set(one.asks) for one in row.meant]
    assert all(want <= got for want, got in zip(wanted, asked, strict=True))


def test_what_a_person_can_read_is_read(capsys: Any) -> None:
    readable = [row for row in ROWS if row.person]
    unread = [row for row in readable if reads(row) != row.meant]
    wrong = [row for row in ROWS if is_wrong(row, reads(row))]
    share = 1 - len(unread) / len(readable)
    with capsys.disabled():
        print(
            f"\nSMS as they are typed: {len(ROWS)}; a person can read {len(readable)}, "
            f"of those read right {share:.1%}; of all read wrong {len(wanted(wrong))}"
        )
        for row in unread:
            print(f"  asked back: {row.typed!r}")
    assert share >= LEAST_READ
    assert not wrong


def wanted(rows: list[Row]) -> list[str]:
    return [row.typed for row in rows]


def test_reading_is_quick() -> None:
    times = []
    for row in ROWS:
        begun = time.process_time()
        reads(row)
        times.append(time.process_time() - begun)
    assert sorted(times)[len(times) // 2] < MOST_SECONDS
