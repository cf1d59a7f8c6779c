"""Where each text stands in a flow file as it is written, and which it says of each product."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smsapp.flow.layout import Where
from smsapp.flow.library import Library
from smsapp.flow.parts import texts

Place = tuple[str, str]  # flow or words, place
PRODUCT = re.compile(r"(?<![a-z0-9])product(?=,|$)")  # of a place: `ask left_product, line 1`
PRODUCTS = "products"  # what the file of products is in the sheet, beside the flows and the words
CALLED = (("product", "name"), ("product", "unit"), ("treatment", "name"))  # of that file: texts


@dataclass(frozen=True)
class Text:
    """A text by language. `at`: its place in the flow, or its places where it is written out."""

    said: Mapping[str, str]
    at: tuple[str, ...]


def places(raw: dict[str, Any]) -> Iterator[tuple[str, Where]]:
    """Where each text stands in a file, by the name `flow/parts.py` gives its place."""
    yield "title", ("title",)
    yield "help", ("help",)
    for at, ask in enumerate(raw.get("ask", ())):
        name = f"ask {ask.get('id')}"
        yield name, ("ask", at, "text")
        yield from _numbered(f"{name}, line", ("ask", at, "line"), ask.get("line", ()))
        for number, choice in enumerate(ask.get("choice", ())):
            yield f"{name}, choice {choice.get('id')}", ("ask", at, "choice", number, "text")
    for at, effect in enumerate(raw.get("effect", ())):
        for key in ("first", "climbed"):
            name = f"effect {effect.get('id')}, {key}"
            yield from _numbered(name, ("effect", at, key), effect.get(key, ()))
    yield from _numbered("reply", ("reply",), raw.get("reply", ()))
    for at, choice in enumerate(raw.get("then", ())):
        yield f"then {choice.get('id')}", ("then", at, "text")
    yield from _numbered("tip", ("tip",), raw.get("tip", ()))
    for name in raw.get("word", ()):
        yield f"word {name}", ("word", name, "text")
    yield from _called(raw)


def _called(raw: dict[str, Any]) -> Iterator[tuple[str, Where]]:
    """Where products, what is counted of them and treatments are called by their names."""
    for table, key in CALLED:
        for at, one in enumerate(raw.get(table, ())):
            yield f"{table} {one.get('id')}, {key}", (table, at, key)


def _numbered(name: str, where: Where, lines: Sequence[Any]) -> Iterator[tuple[str, Where]]:
    """Lines by their number, as far as the file's numbers are those of the flow."""
    for number, line in enumerate(lines):
        if "each" in line:
            return
        yield f"{name} {number + 1}", (*where, number, "text")


def all_texts(library: Library) -> dict[Place, Mapping[str, str]]:
    """Flow and place -> language -> text, as people hear them."""
    found: dict[Place, Mapping[str, str]] = {
        (flow.id, place): text for flow in library.flows.values() for place, text in texts(flow)
    }
    words = library.words
    return found | {(words.id, f"word {name}"): one.text for name, one in words.word.items()}


def sheet_texts(library: Library, folder: Path) -> dict[Place, Text]:
    """Every text as a translator writes it: what is said of each product stands once."""
    heard = all_texts(library)
    once: dict[Place, tuple[Place, Text]] = {}
    for flow in library.flows:
        for place, written in _repeated(folder / f"{flow}.toml"):
            copies = [(flow, PRODUCT.sub(one, place)) for one in library.products]
            if (flow, place) not in heard and heard.keys() >= {*copies}:
                text = Text(written, tuple(copy for _, copy in copies))
                once |= dict.fromkeys(copies, ((flow, place), text))
    pairs = (once.get(key) or (key, Text(said, (key[1],))) for key, said in heard.items())
    return {**dict(pairs), **dict(_names(library))}


def _names(library: Library) -> Iterator[tuple[Place, Text]]:
    """How products, what is counted of them and treatments are called."""
    for one in library.products.values():
        yield (PRODUCTS, f"product {one.id}, name"), Text(one.name, ())
        yield (PRODUCTS, f"product {one.id}, unit"), Text(one.unit, ())
    for treatment in library.treatments:
        yield (PRODUCTS, f"treatment {treatment.id}, name"), Text(treatment.name, ())


def _repeated(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Places of a file that name `product`, and their texts as written."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    for place, where in places(raw):
        if PRODUCT.search(place):
            here: Any = raw
            for step in where:
                here = here[step] if not isinstance(here, dict) or step in here else {}
            yield place, here
