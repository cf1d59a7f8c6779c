"""What was printed and trained with: a released digit, letter or word keeps its meaning."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from smsapp.flow.load import FLOW, FlowError
from smsapp.flow.model import STRICT, Flow
from smsapp.flow.rules import Found
from smsapp.flow.words import Words

RELEASED_FILE = "released.json"
SAYINGS = {"text", "title", "help", "source", "languages", "version"}  # no part of the meaning
DIGEST_LENGTH = 16  # hex digits: to notice a change, not to resist an attack


@dataclass(frozen=True, config=STRICT)
class Released:
    """One flow as it was released."""

    version: int
    meaning: str  # a digest of all but texts, sources and the version
    printed: dict[str, str] = field(default_factory=dict)  # `letter A` -> `age`


RECORDS = TypeAdapter(dict[str, Released])


def release(flow: Flow) -> Released:
    """The record of a flow as it stands."""
    return Released(flow.version, meaning(flow), dict(sorted(printed(flow))))


def release_words(words: Words) -> Released:
    """The record of the commands: their words are on cards too."""
    said = {
        f"word {word}": f"command {name}"
        for name, command in sorted(words.command.items())
        for word in command.words
    }
    return Released(words.version, digest(said), said)


def printed(flow: Flow) -> Iterator[tuple[str, str]]:
    """Each digit, letter and word of a card, with what it means."""
    for keyword in flow.keywords:
        sets = "".join(f" {name}={value}" for name, value in sorted(keyword.sets.items()))
        yield f"word {keyword.word}", f"{flow.id}{sets}"
    for ask in flow.asks:
        if ask.letter:
            yield f"letter {ask.letter}", ask.id
        for typed, name in ask.special.items():
            yield f"{ask.id} {typed}", name
        for place, choice in enumerate(ask.choices, start=1):
            yield f"{ask.id} {place}", f"{choice.id} {choice.flow}".strip()
            if choice.suffix:
                yield f"suffix {choice.suffix}", f"{ask.id} {choice.id}"


def meaning(flow: Flow) -> str:
    """What changes when the flow says or does something else, and not when it is reworded."""

    def prune(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: prune(one) for key, one in value.items() if key not in SAYINGS}
        return [prune(one) for one in value] if isinstance(value, (list, tuple)) else value

    return digest(prune(FLOW.dump_python(flow, mode="json", exclude_defaults=True)))


def digest(content: Any) -> str:
    """What changes when this does."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def problems(now: Released, record: Released | None) -> Iterator[Found]:
    """How something breaks with its released form; `record` is None where there is none."""
    if record is None:
        return
    for key, was in record.printed.items():
        if now.printed.get(key) != was:
            told = f"now means {now.printed[key]}" if key in now.printed else "is gone"
            yield key, "printed", f"it was released as {was} and {told}: keep it, add at the end"
    same = now.version == record.version and now.meaning != record.meaning
    if same or now.version < record.version:
        cure = f"its meaning changed since its release: write version = {record.version + 1}"
        yield "version", "version", cure


def read_released(folder: Path) -> dict[str, Released]:
    """The records of a folder, none where nothing was released. Raises FlowError."""
    path = folder / RELEASED_FILE
    try:
        return RECORDS.validate_json(path.read_bytes()) if path.exists() else {}
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        raise FlowError(path.name, place, f"{first['msg']}; put back the file as it was") from None


def write_released(folder: Path, records: dict[str, Released]) -> None:
    """Replace the records in one step."""
    path = folder / RELEASED_FILE
    beside = path.with_suffix(".new")
    ordered = RECORDS.dump_python(dict(sorted(records.items())), mode="json")
    beside.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
