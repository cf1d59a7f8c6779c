"""Cases with expected answers (`tests/data/vectors.md`), played through both faces of a flow."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from smsapp.flow.given import Given
from smsapp.flow.judge import Judgement, judge
from smsapp.flow.keyword import Opening
from smsapp.flow.model import Ask, Flow
from smsapp.flow.reading import read
from smsapp.flow.walk import begin, next_ask, step

STRICT = ConfigDict(extra="forbid", strict=True)
MOST_HOPS = 40  # a case that needs more goes in circles
Yes = bool | Literal["unsure"]
Days = int | Literal["unsure"] | None
SIGNS = {  # what a case says -> the ask and choice it ticks, which is also the danger class
    "convulsions": ("severe", "convulsions"),
    "cannot_drink": ("severe", "cannot_drink"),
    "vomits_all": ("severe", "vomits_all"),
    "sleepy": ("severe", "sleepy"),
    "indrawing": ("danger_look", "indrawing"),
    "both_feet": ("danger_look", "both_feet"),
    "blood": ("danger_look", "blood_stool"),
    "other": ("danger_look", "other"),
}
PROBLEMS = {"cough": "cough", "diar": "diarrhoea", "fever": "fever"}
RDT = {
    "pos": "positive",
    "neg": "negative",
    "invalid": "invalid",
    "later": "waiting",
    "none": "no_test",
}
UNSURE = {"severe": "unsure_severe", "danger_look": "unsure_look", "long": "unsure_long"}
NOT_A_SIGN = "newborn"  # the class that stands for an age below the card's


class VectorError(Exception):
    """A line of the file is wrong. The message is `file: line n: what to do`."""


@checked(frozen=True, config=STRICT)
class Child:
    """What was found. Absent: asked, and answered no."""

    age_m: int | None = None
    age_y: int | None = None  # typed as years
    cough: bool = False
    cough_d: Days = None
    diar: bool = False
    diar_d: Days = None
    fever: bool = False
    fever_d: Days = None
    blood: Yes = False
    convulsions: Yes = False
    cannot_drink: Yes = False
    vomits_all: Yes = False
    indrawing: Yes = False
    sleepy: Yes = False
    both_feet: Yes = False
    other: Yes = False
    muac: Literal["red", "yellow", "green", "not_measured"] = "green"
    bpm: int | None = None
    rdt: Literal["pos", "neg", "invalid", "later", "none"] | None = None


@checked(frozen=True, config=STRICT)
class Expected:
    """What must come of it."""

    classification: str
    danger: list[str]
    actions: list[str]


@checked(frozen=True, config=STRICT)
class Vector:
    """One line of the file."""

    id: str
    source: str
    protocol: dict[str, int | bool]
    case: Child
    expect: Expected
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What one face made of a case. `left`: what it could not take, empty where all is well."""

    judged: Judgement
    left: str = ""


VECTOR = TypeAdapter(Vector)


def load_vectors(path: Path) -> list[Vector]:
    """Read the file. Raises VectorError at the first line that is wrong."""
    try:
        rows = path.read_bytes().split(b"\n")
    except OSError as error:
        raise VectorError(f"{path.name}: cannot be read: {error.strerror}") from None
    vectors = []
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        try:
            vectors.append(VECTOR.validate_json(row))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"]) or "line"
            raise VectorError(f"{path.name}: line {number}: {place}: {first['msg']}") from None
    if not vectors:
        raise VectorError(f"{path.name}: no case in it; write one JSON object a line")
    return vectors


def mismatches(flow: Flow, vector: Vector) -> Iterator[str]:
    """A line for each face and part that is not as expected."""
    unknown = sorted(vector.protocol.keys() - flow.params.keys())
    if unknown:
        yield f"{vector.id}: the flow has no param {', '.join(unknown)}"
        return
    params = {name: param.value for name, param in flow.params.items()} | vector.protocol
    pairs, by_keys = play_keys(flow, vector.case, Given("en", params=params))
    by_sms = play_sms(flow, pairs, Given("en", face="sms", params=params))
    for face, found in (("ussd", by_keys), ("sms", by_sms)):
        if found.left:
            yield f"{vector.id}: {face}: {found.left}"
        for part, wanted, got in _compared(flow, vector, found.judged):
            if wanted != got:
                yield f"{vector.id}: {face}: {part}: expected {_show(wanted)}, got {_show(got)}"


def play_keys(flow: Flow, case: Child, given: Given) -> tuple[list[tuple[Ask, str]], Found]:
    """The asks that were put with what was typed, and what the keys came to."""
    walked = begin(given)
    pairs: list[tuple[Ask, str]] = []
    for _ in range(MOST_HOPS):
        ask, _facts = next_ask(flow, walked, given)
        if ask is None:
            return pairs, Found(judge(flow, walked.answers, given))
        key = typed(ask, case, given)
        walked = step(flow, walked, key, given)
        if walked.notice:
            return pairs, Found(judge(flow, walked.answers, given), f"{ask.id} refuses {key}")
        if ask.kind != "danger":
            pairs.append((ask, key))
    return pairs, Found(judge(flow, walked.answers, given), "the asks do not end")


def play_sms(flow: Flow, pairs: list[tuple[Ask, str]], given: Given) -> Found:
    """What the same answers come to in one SMS."""
    body = " ".join(ask.letter + key for ask, key in pairs)
    reading = read(flow, Opening(flow=flow.id, rest=body), given)
    left = [f"not understood: {one}" for one in reading.unknown]
    left += [f"missing: {ask.id}" for ask in reading.judged.missing]
    return Found(reading.judged, ", ".join(left))


def typed(ask: Ask, case: Child, given: Given) -> str:
    """What a CHW with this child in front of her types at this ask."""
    if ask.id == "age":
        number = case.age_y if case.age_y is not None else case.age_m
        return "99" if number is None else str(number)
    if ask.id == "breaths":
        return str(case.bpm or 0)
    return (
        "".join(
            str(place)
            for place, choice in enumerate(ask.choices, start=1)
            if choice.id in _ticked(ask, case, given)
        )
        or "0"
    )


def _ticked(ask: Ask, case: Child, given: Given) -> set[str]:
    if ask.id == "unit":
        return {"months" if case.age_y is None else "years"}
    if ask.id == "muac":
        return {case.muac}
    if ask.id == "problems":
        return {name for said, name in PROBLEMS.items() if getattr(case, said)}
    if ask.id == "rdt":
        return {RDT[case.rdt] if case.rdt else "not_done"}
    if ask.kind == "danger":
        return {ask.choices[0].id}
    if ask.id == "long":
        return set(_too_long(case, given))
    return {
        tick if value is True else "unsure"
        for sign, (where, tick) in SIGNS.items()
        if where == ask.id and (value := getattr(case, sign))
    }


def _too_long(case: Child, given: Given) -> Iterator[str]:
    for said, name in PROBLEMS.items():
        days = getattr(case, f"{said}_d")
        if not getattr(case, said) or days is None:
            continue
        if days == "unsure":
            yield "unsure"
        elif days >= given.params[f"{name}_days"]:
            yield f"{name}_long"


def _compared(
    flow: Flow, vector: Vector, judged: Judgement
) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each part with what is wanted and what was found, in class ids."""
    kinds: dict[str, set[str]] = {"classification": set(), "danger": set(), "action": set()}
    for one in flow.classes:
        if one.kind in kinds and one.id in judged.classes:
            kinds[one.kind].add(one.id)
    expect = vector.expect
    yield "classification", {expect.classification.lower()}, kinds["classification"]
    yield "danger", _classes_of(vector), kinds["danger"] - {NOT_A_SIGN}
    yield "actions", {name.lower() for name in expect.actions}, kinds["action"]


def _classes_of(vector: Vector) -> set[str]:
    """The danger classes of the expected signs: a not-sure tick stands for its sign."""
    places = {tick: (where, sign) for sign, (where, tick) in SIGNS.items()}
    places |= {f"{name}_long": ("long", f"{said}_d") for said, name in PROBLEMS.items()}
    places |= {name: ("", "") for name in vector.expect.danger if name not in places}
    wanted = set()
    for name in vector.expect.danger:
        where, sign = places[name]
        unsure = bool(sign) and getattr(vector.case, sign) == "unsure"
        wanted.add(UNSURE[where] if unsure else name)
    return wanted


def _show(ids: set[str]) -> str:
    return json.dumps(sorted(ids))
