"""Values of a TOML file, written in place: comments, order and spacing stay as they are.

Entries are found by reading the file piece by piece with tomllib; what comes out is read again and
compared with what was meant, so a layout nobody thought of is refused, never spoilt.
"""

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Where = tuple[str | int, ...]  # ("ask", 2, "choice", 0, "text", "sw")
VALUE = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|\[[^\[\]]*\]', re.S
)


class LayoutError(ValueError):
    """A value cannot be written in place. The message is the cure."""


@dataclass(frozen=True)
class Entry:
    """One `key = value` and its lines, the last one not included."""

    first: int
    last: int
    where: Where
    value: Any


def rewrite(source: str, changes: Mapping[Where, Any]) -> str:
    """The file with these values. Raises LayoutError where that is not possible in place."""
    lines = source.splitlines(keepends=True)
    found = list(_entries(lines))
    known = {entry.where: entry for entry in found}
    put: dict[int, list[str]] = {}  # line -> what stands there instead, or besides
    for where in [one for one in changes if one in known]:
        entry = known[where]
        put |= {number: [] for number in range(entry.first, entry.last)}
        put[entry.last - 1] = [_replaced("".join(lines[entry.first : entry.last]), changes[where])]
    for where in [one for one in changes if one not in known]:
        beside = [one for one in found if one.where[:-1] == where[:-1]]
        if not beside:
            raise LayoutError(f"write {where[-1]} by hand beside the other languages")
        last = beside[-1].last - 1
        put.setdefault(last, [lines[last]]).append(
            _line_like(lines[last], where[-1], changes[where])
        )
    result = "".join("".join(put.get(number, [line])) for number, line in enumerate(lines))
    if tomllib.loads(result) != _meant(tomllib.loads(source), changes):
        raise LayoutError('write it by hand: only `text.xx = "…"` lines are changed in place')
    return result


def _entries(lines: list[str]) -> Iterator[Entry]:
    table: Where = ()
    many: dict[Where, int] = {}  # arrays of tables -> how many so far
    number = 0
    while number < len(lines):
        first, number = number, number + 1
        head = lines[first].strip()
        if not head or head.startswith("#"):
            continue
        if head.startswith("["):
            table = _table(head, many)
            continue
        parsed = _parsed("".join(lines[first:number]))
        while parsed is None and number < len(lines):
            number += 1
            parsed = _parsed("".join(lines[first:number]))
        names = _names(lines[first].partition("=")[0] + "= 0")
        value: Any = parsed
        for name in names:
            value = value[name] if isinstance(value, dict) else None
        yield Entry(first, number, (*table, *names), value)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _names(text: str) -> list[str]:
    """The dotted name of one key or table."""
    names: list[str] = []
    here: Any = _parsed(text) or {}
    while here and isinstance(here, dict | list):
        here = here[0] if isinstance(here, list) else here
        if isinstance(here, dict) and here:
            names += here
            here = here[names[-1]]
    return names


def _table(head: str, many: dict[Where, int]) -> Where:
    """The place that a header opens; a name of an array means its last table."""
    where: Where = ()
    names = _names(head)
    for at, name in enumerate(names, start=1):
        where = (*where, name)
        if at == len(names) and head.startswith("[["):
            many[where] = many.get(where, 0) + 1
        if where in many:
            where = (*where, many[where] - 1)
    return where


def _replaced(statement: str, value: Any) -> str:
    """The statement with another value; a comment behind it stays."""
    key, equals, rest = statement.partition("=")
    room = rest[: len(rest) - len(rest.lstrip())]
    old = VALUE.match(rest.lstrip())
    if not old:
        raise LayoutError("write it by hand: its value is no text in quotes")
    return key + equals + room + json.dumps(value, ensure_ascii=False) + rest.lstrip()[old.end() :]


def _line_like(line: str, name: str | int, value: Any) -> str:
    """A line for another language below this one."""
    before, dot, _ = line.partition("=")[0].rstrip().rpartition(".")
    if not dot:
        raise LayoutError(f"write {name} by hand beside the other languages")
    return f"{before}.{name} = {json.dumps(value, ensure_ascii=False)}\n"


def _meant(tree: dict[str, Any], changes: Mapping[Where, Any]) -> dict[str, Any]:
    meant = copy.deepcopy(tree)
    for where, value in changes.items():
        here: Any = meant
        for step in where[:-1]:
            here = here[step]
        here[where[-1]] = value
    return meant
