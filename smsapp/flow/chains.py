"""The reminders (`flows/reminders.toml`): of each kind a chain of steps that ends at a person."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from smsapp import gsm
from smsapp.flow.load import FlowError, read_toml
from smsapp.flow.model import STRICT
from smsapp.flow.rules import Found
from smsapp.flow.words import Words

CHAINS_FILE = "reminders.toml"
HERSELF = "chw"
ALONE = {"tip", "own_month"}  # nobody waits for an answer: these end with her
LAST_DAY = 28  # of a month: every month has it
NOUN_ROOM = 14  # septets of what is overdue: `follow-up`, in one SMS about many people


@dataclass(frozen=True, config=STRICT)
class Step:
    """One message of a chain: to whom, when, what it says.

    `day`: counted from the day the thing is due; `minutes`: after the step before, or after the
    moment it is due. `text`: the name of a word; the whole SMS to the CHW, to anybody above her
    what is overdue in one word, for the one SMS a day about all her colleagues too.
    """

    to: Literal["chw", "supervisor", "facility", "district"]
    text: str
    day: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, config=STRICT)
class Chain:
    """What reminds of one kind of thing.

    `needs`: the flow by which she does it; where that is not open to her, nothing reminds her.
    `day_of_month`: the clock begins it each month from that day on; `about_last`: it is about the
    month before. `nudge`: no child waits for it, so it has its weekly cap and rests after a death.
    """

    source: str
    useful_for: int  # hours after its time in which a step that was missed is still sent
    steps: tuple[Step, ...]
    lane: Literal["urgent", "bulk"] = "bulk"
    nudge: bool = False
    needs: str = ""
    day_of_month: int | None = None
    about_last: bool = False


@dataclass(frozen=True, config=STRICT)
class Chains:
    """Every chain, by kind."""

    id: Literal["reminders"]
    version: int
    reminder: dict[str, Chain]


CHAINS = TypeAdapter(Chains)


def load_chains(folder: Path) -> dict[str, Chain]:
    """The chains of a folder; none where it has no such file. Raises FlowError."""
    path = folder / CHAINS_FILE
    if not path.exists():
        return {}
    raw = read_toml(path)
    for chain in raw.get("reminder", {}).values():
        if isinstance(chain, dict):
            chain["steps"] = chain.pop("step", [])
    try:
        return CHAINS.validate_json(json.dumps(raw, default=str)).reminder
    except ValidationError as error:
        found = [(_place(one["loc"]), one["msg"]) for one in error.errors()]
        raise FlowError(path.name, *found[0], *found[1:]) from None


def _place(location: tuple[int | str, ...]) -> str:
    """`reminder, stock_count, step 2, to`."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, int):
            parts[-1] = f"step {part + 1}"
        else:
            parts.append(part)
    return ", ".join(parts) or "file"


def problems(chains: dict[str, Chain], words: Words) -> Iterator[Found]:
    """What is wrong with each chain: a place, a code and the cure."""
    for kind, chain in chains.items():
        yield from faults(kind, chain, words)


def faults(kind: str, chain: Chain, words: Words) -> Iterator[Found]:
    """What is wrong with one chain."""
    place = f"reminder {kind}"
    if not chain.source.strip():
        yield place, "source", 'write source = "…": who says when and to whom'
    if chain.useful_for < 1:
        yield place, "chain", "useful_for is in hours, 1 or more"
    if chain.day_of_month is not None and not 1 <= chain.day_of_month <= LAST_DAY:
        yield place, "chain", f"day_of_month is from 1 to {LAST_DAY}"
    if kind not in ALONE and (not chain.steps or chain.steps[-1].to == HERSELF):
        yield place, "chain", "end it at somebody above the CHW: supervisor, facility, district"
    yield from _steps(place, chain, words)


def _steps(place: str, chain: Chain, words: Words) -> Iterator[Found]:
    last = 0
    for number, step in enumerate(chain.steps, start=1):
        here = f"{place}, step {number}"
        if (step.day is None) is (step.minutes is None):
            yield here, "chain", "write day or minutes, one of them"
        if min(step.day or 0, step.minutes or 0) < 0 or (step.day or last) < last:
            yield here, "chain", "no step comes before the one above it"
        last = max(last, step.day or 0)
        if step.text and step.text not in words.word:
            yield here, "value", f'there is no word "{step.text}" in words.toml; write it there'
        elif step.text and step.to != HERSELF:
            yield from _noun(here, step.text, words)


def _noun(here: str, name: str, words: Words) -> Iterator[Found]:
    """What is overdue stands in a list with others: its room is that of a word or two."""
    if words.word[name].where != "line":
        yield here, "chain", f'"{name}" is said in a list: give it where = "line"'
    for language in words.spoken:
        text = words.word[name].text.get(language, "")
        if gsm.measure(text).units > NOUN_ROOM:
            yield f"{here}, {language}", "long", f"at most {NOUN_ROOM} septets: shorten {text!r}"
