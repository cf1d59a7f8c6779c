"""Who is told of an alert, and who next when nobody answers (`flows/ladders.toml`)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from smsapp.flow.model import STRICT, Flow, Param
from smsapp.flow.toml import FlowError, read_toml

LADDERS_FILE = "ladders.toml"
ROLES = ("supervisor", "facility", "deputy", "district")  # whom a rung may tell
NEEDS = ("raise_alert", "join_signal")  # effects whose kind names a ladder
Found = tuple[str, str, str]  # place, code, cure


@dataclass(frozen=True, config=STRICT)
class Rung:
    """One level: who is told, how long one of them may take to answer, by which text."""

    tell: tuple[str, ...]
    minutes: int | str  # the name of a param
    text: Literal["first", "climbed"]


@dataclass(frozen=True, config=STRICT)
class Ladders:
    """The whole file: kind of alert -> its levels, lowest first."""

    id: Literal["ladders"] = "ladders"
    version: int = 1
    params: dict[str, Param] = field(default_factory=dict)
    ladder: dict[str, tuple[Rung, ...]] = field(default_factory=dict)

    def rungs(self, kind: str, chosen: Mapping[str, int | bool]) -> list[dict[str, Any]]:
        """The levels of a kind as its alert keeps them; nobody where it has none.

        `chosen`: what this country has in force (`ladders.danger_minutes`).
        """
        return [
            {"roles": list(one.tell), "minutes": self.wait(one, chosen), "text": one.text}
            for one in self.ladder.get(kind, ())
        ]

    def wait(self, rung: Rung, chosen: Mapping[str, int | bool]) -> int:
        """Minutes in force, never beyond the limits of their param."""
        if isinstance(rung.minutes, int):
            return rung.minutes
        param = self.params[rung.minutes]
        value = int(chosen.get(f"ladders.{rung.minutes}", param.value))
        low = value if param.min is None else param.min
        return max(low, value if param.max is None else min(value, param.max))


FILE = TypeAdapter(Ladders)


def load_ladders(path: Path) -> Ladders:
    """Read the file. Raises FlowError."""
    try:
        ladders = FILE.validate_json(json.dumps(read_toml(path)))
    except ValidationError as error:
        first = error.errors()[0]
        place = ", ".join(str(step) for step in first["loc"])
        raise FlowError(path.name, place or "file", first["msg"]) from None
    except (TypeError, ValueError) as error:
        raise FlowError(path.name, "values", f"{error}; write a text, a number or a list") from None
    for kind, rungs in ladders.ladder.items():
        for rung in rungs:
            if isinstance(rung.minutes, str) and rung.minutes not in ladders.params:
                cure = f'"{rung.minutes}" is not a param; minutes are the name of one'
                raise FlowError(path.name, f"ladder {kind}", cure)
    return ladders


def problems(ladders: Ladders, flows: Iterable[Flow] | None) -> Iterator[Found]:
    """What is wrong in the file. `flows`: all there are; None where some could not be read."""
    raised = {kind for flow in flows or () for kind in kinds(flow)}
    for kind, rungs in ladders.ladder.items():
        place = f"ladder {kind}"
        if not rungs:
            yield place, "ladder", "write at least one rung: whom to tell"
        if flows is not None and kind not in raised:
            yield place, "ladder", "no flow raises such an alert: correct its name, or take it out"
        for level, rung in enumerate(rungs, start=1):
            yield from _rung(f"{place}, level {level}", rung)
    for name, param in ladders.params.items():
        if not param.source.strip():
            yield f"param {name}", "source", 'write source = "who says so"'
        low = param.value if param.min is None else param.min
        high = param.value if param.max is None else param.max
        if isinstance(param.value, bool) or not low <= param.value <= high:
            yield f"param {name}", "param", f"write a number from {low} to {high}"


def _rung(place: str, rung: Rung) -> Iterator[Found]:
    if not rung.tell:
        yield place, "ladder", f"write whom to tell: {', '.join(ROLES)}"
    for role in rung.tell:
        if role not in ROLES:
            yield place, "role", f"{role} is nobody; write one of {', '.join(ROLES)}"
    if isinstance(rung.minutes, int):
        yield place, "source", "make the time a param with a source"


def without_ladder(ladders: Ladders, flow: Flow) -> Iterator[Found]:
    """The alerts of a flow of which nobody would ever be told."""
    for effect in flow.effects:
        if effect.do in NEEDS and not ladders.ladder.get(effect.kind):
            cure = f'kind = "{effect.kind}" has no ladder in {LADDERS_FILE}: name one that has'
            yield f"effect {effect.id}", "ladder", cure


def kinds(flow: Flow) -> list[str]:
    """The kinds of alert that a flow raises."""
    return [one.kind for one in flow.effects if one.do in NEEDS]
