"""What a `when` is: tables of tests on what was answered, what it means, and who answers."""

from functools import cached_property

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid", strict=True)

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
