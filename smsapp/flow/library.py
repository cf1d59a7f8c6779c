"""All the flows of a folder, the system's words, and what a ministry has signed."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from smsapp.flow.chains import CHAINS_FILE, Chain, faults, load_chains
from smsapp.flow.ladders import LADDERS_FILE, Ladders, load_ladders
from smsapp.flow.load import FlowError, load_flow
from smsapp.flow.model import Flow
from smsapp.flow.parts import texts
from smsapp.flow.products import PRODUCTS_FILE, Product, load_products, load_treatments
from smsapp.flow.released import Released, read_released
from smsapp.flow.treatments import Treatment
from smsapp.flow.words import Words, load_words

WORDS_FILE = "words.toml"
NO_FLOWS = {WORDS_FILE, PRODUCTS_FILE, CHAINS_FILE, LADDERS_FILE}  # no flow of the folder
SIGNED_FILE = "texts.csv"
SIGNED_COLUMNS = (
    "flow", "place", "language", "digest", "confidence", "approved_by", "approved_on",
)  # fmt: skip
WHOLE = "*"  # the place of a row that stands for a flow's whole content in one language
FLOW = TypeAdapter(Flow)
DIGEST_LENGTH = 16  # hex digits: 64 bits, to notice a change, not to resist an attack


@dataclass(frozen=True)
class Library:
    """Every flow that may be served. `problems` say why a file of the folder is not."""

    words: Words
    flows: dict[str, Flow] = field(default_factory=dict)
    signed: frozenset[tuple[str, str]] = frozenset()  # flow id, language
    problems: tuple[str, ...] = ()
    released: dict[str, Released] = field(default_factory=dict)  # by flow id
    products: dict[str, Product] = field(default_factory=dict)  # by id, in the file's order
    treatments: tuple[Treatment, ...] = ()  # what a child's report says was given
    chains: dict[str, Chain] = field(default_factory=dict)  # of reminders, by kind
    ladders: Ladders = field(default_factory=Ladders)

    def language(self, flow: Flow, wanted: str, *, training: bool) -> str:
        """The language she is served in: hers, or one that is signed, or "" for none."""
        if training:
            return wanted if wanted in flow.languages else flow.languages[0]
        offered = [wanted, *flow.languages]
        return next((one for one in offered if (flow.id, one) in self.signed), "")

    def languages(self, flow: Flow, *, training: bool) -> list[str]:
        """Those in which this flow may speak to such people; the first one where none is signed."""
        if training:
            return list(flow.languages)
        signed = [one for one in flow.languages if (flow.id, one) in self.signed]
        return signed or [flow.languages[0]]

    def spoken(self, wanted: str, *, training: bool) -> str:
        """The language of the system's own sentences: a draft, for training until it is signed."""
        words = self.words
        open_to_all = wanted in words.languages or (words.id, wanted) in self.signed
        return wanted if training or open_to_all else words.languages[0]

    def served(self, role: str, language: str, *, training: bool) -> tuple[str, ...]:
        """The ids of the flows that this person may use."""
        return tuple(
            flow.id
            for flow in self.flows.values()
            if flow.kind != "tips"
            and (not flow.roles or role in flow.roles)
            and self.language(flow, language, training=training)
        )

    def say(self, word: str, language: str, /, **values: object) -> str:
        """One of the system's sentences."""
        return self.words.say(word, language, values)

    def sms(self, word: str, language: str, training: bool, phone: str, /, **values: object) -> str:
        """A whole SMS of the system's."""
        spoken = self.spoken(language, training=training)
        return self.wrap(self.words.say(word, spoken, values), spoken, training, phone)

    def wrap(self, text: str, language: str, training: bool, phone: str) -> str:
        """An SMS with the training line before it, where the person is in training."""
        if not training:
            return text
        return self.words.say("training", language, {"help": phone}) + "\n" + text

    def without(self, refused: dict[str, str]) -> "Library":
        """The library without the flows that a check refused: flow id -> why."""
        kept = {name: flow for name, flow in self.flows.items() if name not in refused}
        return replace(self, flows=kept, problems=(*self.problems, *refused.values()))

    def sound(self) -> "Library":
        """The library without the chains of reminders that a check finds something wrong with."""
        wrong = {name: list(faults(name, one, self.words)) for name, one in self.chains.items()}
        kept = {name: one for name, one in self.chains.items() if not wrong[name]}
        why = [
            f"{CHAINS_FILE}: {place}: {cure}" for all_ in wrong.values() for place, _, cure in all_
        ]
        return replace(self, chains=kept, problems=(*self.problems, *why))


def load_library(folder: Path, words_folder: Path | None = None) -> Library:
    """Read a folder of flows. Raises FlowError only where the words cannot be read."""
    words = load_words((words_folder or folder) / WORDS_FILE)
    flows: dict[str, Flow] = {}
    problems: list[str] = []
    products: dict[str, Product] = {}
    treatments: tuple[Treatment, ...] = ()
    try:
        products = load_products(folder / PRODUCTS_FILE)
        treatments = load_treatments(folder / PRODUCTS_FILE)
    except FlowError as error:
        problems += error.lines if (folder / PRODUCTS_FILE).exists() else []
    for path in sorted(folder.glob("*.toml")):
        if path.name in NO_FLOWS:
            continue
        try:
            flows[path.stem] = load_flow(path, products)
        except FlowError as error:
            problems += error.lines
    released: dict[str, Released] = {}
    chains: dict[str, Chain] = {}
    ladders = Ladders()
    try:
        released = read_released(folder)
    except FlowError as error:
        problems.append(str(error))
    try:
        chains = load_chains(folder)
    except FlowError as error:
        problems += error.lines
    try:
        ladders = _ladders(folder, words_folder)
    except FlowError as error:
        problems += error.lines
    signed = frozenset(_signed(folder / SIGNED_FILE, flows, words))
    return Library(
        words, flows, signed, tuple(problems), released, products, treatments, chains, ladders
    )


def _ladders(folder: Path, words_folder: Path | None) -> Ladders:
    """Those of the folder; a flow checked on its own has those that stand beside the words."""
    there = [one / LADDERS_FILE for one in (folder, words_folder or folder)]
    return next((load_ladders(path) for path in there if path.exists()), Ladders())


def digest(text: str) -> str:
    """What changes when a text does."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def flow_digest(flow: Flow, language: str) -> str:
    """What changes when the flow's rules, or its texts in this language, do."""

    def prune(value: Any) -> Any:
        if isinstance(value, dict):
            if value and set(value) <= set(flow.languages):
                return value.get(language, "")
            return {key: prune(one) for key, one in value.items()}
        return [prune(one) for one in value] if isinstance(value, list) else value

    content = prune(FLOW.dump_python(flow, mode="json", exclude_defaults=True))
    content.pop("languages")
    return digest(json.dumps(content, sort_keys=True, ensure_ascii=False))


def words_digest(words: Words, language: str) -> str:
    """What changes when one of the system's sentences in this language does."""
    return digest(json.dumps(words.written(language), sort_keys=True, ensure_ascii=False))


def text_rows(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """The place, language and digest of all that a ministry signs: each text, and the whole."""
    for language in flow.languages:
        yield WHOLE, language, flow_digest(flow, language)
        for place, text in texts(flow):
            yield place, language, digest(text[language])


def word_rows(words: Words) -> Iterator[tuple[str, str, str]]:
    """The same of the system's own sentences."""
    for language in words.spoken:
        yield WHOLE, language, words_digest(words, language)
        for name, text in words.written(language).items():
            yield f"word {name}", language, digest(text)


def _signed(path: Path, flows: dict[str, Flow], words: Words) -> Iterator[tuple[str, str]]:
    """What is approved as it stands now: a change since then has another digest."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("approved_by")]
    for row in rows:
        name, language, mark = row.get("flow") or "", row.get("language") or "", row.get("digest")
        if row.get("place") != WHOLE:
            continue
        flow = flows.get(name)
        if flow and language in flow.languages and mark == flow_digest(flow, language):
            yield name, language
        if name == words.id and language in words.spoken and mark == words_digest(words, language):
            yield name, language
