"""A translator's changes written into the flow files: all of them, or none."""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smsapp.flow.check import Problem, check_all
from smsapp.flow.checked import remembering
from smsapp.flow.layout import LayoutError, Where, rewrite
from smsapp.flow.library import SIGNED_FILE, WORDS_FILE, Library, load_library
from smsapp.flow.products import PRODUCTS_FILE
from smsapp.flow.sheet import Change, Told
from smsapp.flow.signing import signing_sheet
from smsapp.flow.written import places, sheet_texts


def bring_in(folder: Path, library: Library, told: Told, cache: Path) -> list[str]:
    """Write what a sheet says into the files of the folder; where anything is wrong, nothing.

    Gives what is wrong, each with the lines of the sheet and the cure. `cache`: where what a check
    found is remembered.
    """
    faults = [*told.faults, *_gaps(library, folder, told.changes)]
    if faults:
        return faults
    with tempfile.TemporaryDirectory() as name:
        there = Path(name)
        for path in (*folder.glob("*.toml"), *folder.glob(SIGNED_FILE)):
            shutil.copy(path, there)
        try:
            changed = [_write(there, library, flow, told) for flow in _flows(told)]
        except LayoutError as error:
            return [str(error)]
        after = load_library(there)
        # words and products stand in many flows: where one changes, every flow is looked at
        files = () if {WORDS_FILE, PRODUCTS_FILE} & {*changed} else changed
        found = check_all(after, files, remembering(after, cache))
        if found:
            return [_with_lines(one, told.changes) for one in found]
        sheet = signing_sheet(after, there, told.levels)
        for file in changed:
            _replace(folder / file, (there / file).read_text(encoding="utf-8"))
    _replace(folder / SIGNED_FILE, sheet)
    return []


def _flows(told: Told) -> list[str]:
    return list(dict.fromkeys(one.flow for one in told.changes))


def _write(there: Path, library: Library, flow_id: str, told: Told) -> str:
    """The name of the file that now holds these changes."""
    changes = [one for one in told.changes if one.flow == flow_id]
    path = there / f"{flow_id}.toml"
    source = path.read_text(encoding="utf-8")
    where = dict(places(tomllib.loads(source)))
    for one in changes:
        if one.place not in where:  # a line below one that is written out for each product
            cure = "write it by hand"
            raise LayoutError(f"line {one.line}: {path.name}: {one.place}: {cure}")
    values: dict[Where, Any] = {(*where[one.place], one.language): one.text for one in changes}
    new = _new_languages(library, flow_id, changes)
    if new:
        values[("languages",)] = [*library.flows[flow_id].languages, *new]
    try:
        path.write_text(rewrite(source, values), encoding="utf-8")
    except LayoutError as error:
        lines = ", ".join(str(one.line) for one in changes)
        raise LayoutError(f"lines {lines}: {path.name}: {error}") from None
    return path.name


def _new_languages(library: Library, flow_id: str, changes: list[Change]) -> list[str]:
    """The languages that these changes bring to a flow; the words have theirs already."""
    flow = library.flows.get(flow_id)
    asked = dict.fromkeys(one.language for one in changes)
    return [one for one in asked if flow and one not in flow.languages]


def _gaps(library: Library, folder: Path, changes: list[Change]) -> Iterator[str]:
    """A flow speaks a language whole, or not at all."""
    known = sheet_texts(library, folder)
    for flow_id in library.flows:
        of_flow = [one for one in changes if one.flow == flow_id]
        for language in _new_languages(library, flow_id, of_flow):
            lines = {one.place: one.line for one in of_flow if one.language == language}
            lacking = [place for flow, place in known if flow == flow_id and place not in lines]
            if lacking:
                said = f"{len(lines)} of {len(lines) + len(lacking)} texts are written in it"
                cure = f"{said}; write all, next at {lacking[0]}, or none"
                yield f"line {min(lines.values())}, {language}: {flow_id}: {cure}"


def _with_lines(problem: Problem, changes: list[Change]) -> str:
    """A problem with the lines of the sheet that brought it."""
    place, _, language = problem.place.rpartition(", ")
    of_file = [one for one in changes if problem.file == f"{one.flow}.toml"]
    near = [one for one in of_file if one.language == language and one.place.startswith(place)]
    lines = ", ".join(str(one.line) for one in near or of_file or changes)
    return f"line {lines}: {problem}"


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
