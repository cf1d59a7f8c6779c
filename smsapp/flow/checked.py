"""What a check found, remembered by content: no start and no command waits for it twice."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

from pydantic import TypeAdapter

from smsapp.flow.check import Checking, Problem, check, check_ladders, shared_keywords
from smsapp.flow.library import FLOW, Library
from smsapp.flow.model import Flow
from smsapp.flow.released import Released
from smsapp.flow.words import WORDS, Words

CHECKED_FILE = "checked.json"  # in var_dir: it may be lost at any time
BESIDE = ("gsm.py", "phone.py", "ref.py")  # what the flows read with, beside their own program
KEPT = 200  # results remembered: a few versions of each flow
Found = tuple[str, str, str, str]  # a problem as it is kept: file, place, code, cure
RESULTS = TypeAdapter(dict[str, list[Found]])


def remembering(library: Library, cache: Path) -> Checking:
    """Checks the flows of this library that no process has checked before, as they stand."""
    known = _load(cache)
    for_all = _for_all(library.words)

    def one_flow(flow: Flow) -> list[Problem]:
        record = library.released.get(flow.id)
        key = _content(flow, record, for_all)
        if key not in known:
            known[key] = [astuple(one) for one in check(flow, library.words, record)]
            _save(cache, dict(list(known.items())[-KEPT:]))
        return [Problem(*one) for one in known[key]]

    return one_flow


def refused(library: Library, cache: Path) -> dict[str, str]:
    """Flow id -> why it may not be served; `ladders` -> what is wrong there: that stops no flow."""
    one_flow = remembering(library, cache)
    told = {name: "; ".join(map(str, one_flow(flow))) for name, flow in library.flows.items()}
    found = {name: why for name, why in told.items() if why}
    for problem in (*shared_keywords(library), *check_ladders(library)):
        found.setdefault(Path(problem.file).stem, str(problem))
    return found


def wrong_params(library: Library, chosen: Mapping[str, int | bool]) -> dict[str, str]:
    """Flow id -> why the values a country has chosen (`iccm.cough_days`) cannot be in force."""
    found: dict[str, str] = {}
    for name, value in chosen.items():
        flow_id, _, param_name = name.partition(".")
        flow = library.flows.get(flow_id)
        params = library.ladders.params if flow_id == library.ladders.id else None
        params = flow.params if flow else params
        param = params.get(param_name) if params else None
        if param is None:
            if params is not None:
                found[flow_id] = f"flow_params: {name}: {flow_id} has no such param"
            continue
        low = param.value if param.min is None else param.min
        high = param.value if param.max is None else param.max
        if isinstance(param.value, bool):
            if not isinstance(value, bool):
                found[flow_id] = f"flow_params: {name}: write true or false"
        elif isinstance(value, bool) or not low <= value <= high:
            found[flow_id] = f"flow_params: {name}: write a number from {low} to {high}"
    return found


def _for_all(words: Words) -> bytes:
    """What the result of every flow rests on: the words, and the program that checks."""
    seen = hashlib.sha256(WORDS.dump_json(words))
    here = Path(__file__).parent
    for source in sorted([*here.glob("*.py"), *(here.parent / one for one in BESIDE)]):
        seen.update(source.read_bytes())
    return seen.digest()


def _content(flow: Flow, record: Released | None, for_all: bytes) -> str:
    """What the result of one flow rests on: that, the flow itself, and what was released."""
    return hashlib.sha256(for_all + FLOW.dump_json(flow) + repr(record).encode()).hexdigest()


def _load(cache: Path) -> dict[str, list[Found]]:
    try:
        return RESULTS.validate_json(cache.read_bytes())
    except (OSError, ValueError):
        return {}


def _save(cache: Path, results: dict[str, list[Found]]) -> None:
    """Replace the file in one step; where it cannot be written, the next start checks again."""
    beside = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(results, indent=1), encoding="utf-8")
        beside.replace(cache)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
