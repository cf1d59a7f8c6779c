"""Which flows a check refuses, remembered by content so that a start does not wait for it."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from smsapp.flow.check import check, check_ladders, shared_keywords
from smsapp.flow.library import FLOW, Library
from smsapp.flow.model import Flow
from smsapp.flow.released import Released
from smsapp.flow.words import WORDS, Words

KEPT = 200  # results remembered: a few versions of each flow


def refused(library: Library, cache: Path) -> dict[str, str]:
    """Flow id -> why it may not be served; `ladders` -> what is wrong there, which stops no flow.

    `cache` is a file that may be lost at any time.
    """
    known = _load(cache)
    fresh = dict(known)
    found: dict[str, str] = {}
    for_all = _for_all(library.words)
    for flow in library.flows.values():
        record = library.released.get(flow.id)
        key = _content(flow, record, for_all)
        if key not in fresh:
            fresh[key] = "; ".join(map(str, check(flow, library.words, record)))
        if fresh[key]:
            found[flow.id] = fresh[key]
    for problem in (*shared_keywords(library), *check_ladders(library)):
        found.setdefault(Path(problem.file).stem, str(problem))
    if fresh != known:
        _save(cache, dict(list(fresh.items())[-KEPT:]))
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
    for source in sorted([*here.glob("*.py"), here.parent / "gsm.py"]):
        seen.update(source.read_bytes())
    return seen.digest()


def _content(flow: Flow, record: Released | None, for_all: bytes) -> str:
    """What the result of one flow rests on: that, the flow itself, and what was released."""
    return hashlib.sha256(for_all + FLOW.dump_json(flow) + repr(record).encode()).hexdigest()


def _load(cache: Path) -> dict[str, str]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    good = isinstance(known, dict) and all(isinstance(why, str) for why in known.values())
    return known if good else {}


def _save(cache: Path, results: dict[str, str]) -> None:
    """Replace the file in one step; where it cannot be written, the next start checks again."""
    beside = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(results, indent=1), encoding="utf-8")
        beside.replace(cache)
    except OSError:
        beside.unlink(missing_ok=True)
