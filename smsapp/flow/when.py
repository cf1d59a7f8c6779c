"""What a `when` is: tables of tests on what was answered, what it means, and who answers."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from smsapp.flow.toml import FlowError

STRICT = ConfigDict(extra="forbid", strict=True)
NAMESPACES = ("param", "person", "list", "known", "outcome")

Scalar = bool | int | str


@dataclass(frozen=True, config=STRICT)
class Test:
    """What one subject must be. Limits are whole numbers or the name of a param."""

    equals: tuple[Scalar, ...] = ()  # one of these
    min: int | str | None = None
    max: int | str | None = None
    has: tuple[str, ...] = ()  # any of these
    lacks: tuple[str, ...] = ()  # none of these

    @cached_property
    def wanted(self) -> frozenset[str]:
        """`has`, to be compared quickly."""
        return frozenset(self.has)

    @cached_property
    def banned(self) -> frozenset[str]:
        """`lacks`, to be compared quickly."""
        return frozenset(self.lacks)


When = tuple[dict[str, Test], ...]  # any of the tables, all of a table; () always holds


def read_when(value: Any, file: str) -> list[dict[str, Any]]:
    """A `when` as a file writes it, in its one form. Raises FlowError."""
    tables = value if isinstance(value, list) else [value]
    if not tables or not all(isinstance(table, dict) and table for table in tables):
        raise FlowError(file, "when", "write a table of tests, or a list of such tables")
    return [{subject: _test(test) for subject, test in _subjects(table)} for table in tables]


def _subjects(table: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """`param.malaria_area = true` is a table in TOML and one subject here."""
    for key, value in table.items():
        if key in NAMESPACES and isinstance(value, dict):
            for name, test in value.items():
                yield f"{key}.{name}", test
        else:
            yield key, value


def _test(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        names = {"with": "has", "without": "lacks"}
        return {
            names.get(str(key), str(key)): [one] if key in names and isinstance(one, str) else one
            for key, one in value.items()
        }
    return {"equals": value if isinstance(value, list) else [value]}
