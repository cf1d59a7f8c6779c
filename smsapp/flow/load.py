"""A TOML file becomes a `Flow`, or a `FlowError` naming file, place and cure."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from smsapp.flow.each import expand
from smsapp.flow.model import (
    MAX_CHOICES,
    MAX_TICKS,
    Ask,
    Flow,
    When,
)
from smsapp.flow.parts import texts, whens
from smsapp.flow.products import Product
from smsapp.flow.toml import FlowError as FlowError
from smsapp.flow.toml import read_toml as read_toml
from smsapp.flow.when import read_when

SINGULAR = {  # what a file calls one entry -> the field that holds them all
    "ask": "asks",
    "choice": "choices",
    "line": "lines",
    "class": "classes",
    "effect": "effects",
    "keyword": "keywords",
    "tip": "tips",
}
LETTERS = frozenset("ABCDEFGHJKMNPQRSTUVWXYZ")  # O, I and L look like digits
FLOW = TypeAdapter(Flow)
ID = re.compile(r"[a-z][a-z0-9_]*")


def load_flow(path: Path, products: Mapping[str, Product] | None = None) -> Flow:
    """Read one flow, written out for each of these products where it says so. Raises FlowError."""
    try:
        raw = expand(read_toml(path), products or {})
    except ValueError as error:
        raise FlowError(path.name, "each", str(error)) from None
    try:
        flow = FLOW.validate_json(json.dumps(_plural(raw, path.name)))
    except ValidationError as error:
        found = [(_place(raw, one["loc"]), one["msg"]) for one in error.errors()]
        raise FlowError(path.name, *found[0], *found[1:]) from None
    except (TypeError, ValueError) as error:
        raise FlowError(path.name, "values", f"{error}; write a text, a number or a list") from None
    if flow.id != path.stem:
        raise FlowError(path.name, "id", f'write id = "{path.stem}", the name of the file')
    faults = list(dict.fromkeys(_faults(flow)))
    if faults:
        raise FlowError(path.name, *faults[0], *faults[1:])
    return flow


def _plural(table: Any, file: str) -> Any:
    """The file's tables with the model's field names and every `when` in its one form."""
    if isinstance(table, list):
        return [_plural(one, file) for one in table]
    if not isinstance(table, dict):
        return table
    result: dict[str, Any] = {}
    for key, value in table.items():
        if key in ("when", "hasten", "put"):
            result[key] = read_when(value, file)
        elif key in SINGULAR and isinstance(value, list):
            result[SINGULAR[key]] = _plural(value, file)
        else:
            result[key] = _plural(value, file)
    return result


def _place(raw: dict[str, Any], location: tuple[int | str, ...]) -> str:
    """A pydantic location in the words of the file: `ask 3 (severe), choice 2, text`."""
    singular: dict[str, str] = {many: one for one, many in SINGULAR.items()}
    parts: list[str] = []
    here: Any = raw
    for step in location:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            name = here.get("id", "") if isinstance(here, dict) else ""
            parts[-1] += f" {step + 1}" + (f" ({name})" if name else "")
            continue
        key = str(singular.get(step, step))
        parts.append(key)
        here = here.get(key) if isinstance(here, dict) else None
    return ", ".join(parts) or "file"


def _faults(flow: Flow) -> Iterator[tuple[str, str]]:
    """What the shape alone cannot refuse: a place and its cure."""
    yield from _names(flow)
    for place, text in texts(flow):
        yield from _language_faults(flow, place, text)
    earlier: set[str] = set()
    for ask in flow.asks:
        place = f"ask {ask.id}"
        for wrong, cure in _ask_faults(flow, ask, earlier):
            if wrong:
                yield place, cure
        earlier.add(ask.id)
    for place, when, subjects in whens(flow):
        for subject in set().union(*when) - subjects:
            yield place, f'"{subject}" is not known there; it may test only what comes before'
        for bound in _bounds(when) - flow.params.keys():
            yield place, f'"{bound}" is not a param; a limit is a number or the name of one'


def _bounds(when: When) -> set[str]:
    tests = [test for table in when for test in table.values()]
    return {bound for test in tests for bound in (test.min, test.max) if isinstance(bound, str)}


def _language_faults(flow: Flow, place: str, text: dict[str, str]) -> Iterator[tuple[str, str]]:
    for language in flow.languages:
        if not text.get(language, "").strip():
            yield place, f'write text.{language} = "…"'
    for language in text.keys() - set(flow.languages):
        yield place, f'"{language}" is not in languages; add it there or take it out'


def _names(flow: Flow) -> Iterator[tuple[str, str]]:
    letters = [ask.letter for ask in flow.asks if ask.letter]
    words = {ask.letter for ask in flow.asks if ask.product}
    for letter in letters:
        if letter not in LETTERS and letter not in words:
            yield f"letter {letter}", "use one capital letter, not O, I or L"
        if letters.count(letter) > 1:
            yield f"letter {letter}", "two asks have it; each letter once"
    names = [ask.id for ask in flow.asks] + [one.id for one in flow.classes]
    for name in names:
        if not ID.fullmatch(name):
            yield name or "id", "an id is small letters, digits and _"
        if names.count(name) > 1:
            yield name, "two asks or classes have this id; each once"


def _ask_faults(flow: Flow, ask: Ask, earlier: set[str]) -> Iterator[tuple[bool, str]]:
    """Each rule of an ask: whether it is broken, and the cure."""
    ids = [choice.id for choice in ask.choices]
    chooses = ask.kind in ("one", "ticks", "unit", "danger")
    most = MAX_TICKS if ask.kind == "ticks" else MAX_CHOICES
    bounds = {bound for bound in (ask.min, ask.max) if isinstance(bound, str)}
    yield chooses is not bool(ids), "choices belong to one, ticks, unit and danger, and only there"
    yield len(ids) > most, f"at most {most} choices"
    yield len(set(ids)) < len(ids), "two choices have the same id"
    yield ask.kind == "unit" and ask.scales not in earlier, "scales must name an earlier ask"
    yield (
        (ask.kind == "list") is not bool(ask.offers),
        "offers belongs to a list, and only there",
    )
    yield not set(ask.waits) <= {*ids, *ask.special.values()}, "waits must name answers of this ask"
    yield not bounds <= flow.params.keys(), "a limit is a number or the name of a param"
    yield ask.kind == "danger" and "danger" in _kinds(flow, earlier), "a flow has one danger ask"


def _kinds(flow: Flow, ids: set[str]) -> set[str]:
    return {ask.kind for ask in flow.asks if ask.id in ids}
