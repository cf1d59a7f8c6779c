"""The products that CHWs hold (`flows/products.toml`): how they are called, counted and ordered."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import field
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from smsapp import gsm
from smsapp.flow.toml import FlowError, read_toml
from smsapp.flow.treatments import Treatment
from smsapp.flow.when import STRICT, read_when

PRODUCTS_FILE = "products.toml"
ID = re.compile(r"[a-z]{2,8}")  # one letter is an ask
ALIAS = re.compile(r"[A-Z]{2,12}")
NAME_WIDTH = 12  # septets of a name and of a unit: as of a person or a place
SHORT_WIDTH = 5  # septets of a treatment's name: two of them in the answer to a count


@dataclass(frozen=True, config=STRICT)
class Product:
    """One product. Amounts are single units: tablets, sachets, tests."""

    id: str
    name: dict[str, str]  # language -> short name
    unit: dict[str, str]  # language -> what is counted
    amc: int  # units that one CHW uses in a month, until her own counts say more
    emergency: int  # units: at or below, the next child may find none
    ceiling: int  # units: more than that is asked back
    source: str  # who says these numbers
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """What an SMS may call it, its id first."""
        also = (word for words in self.aliases.values() for word in words)
        return tuple(dict.fromkeys((self.id.upper(), *also)))


@dataclass(frozen=True, config=STRICT)
class ProductFile:
    """The whole file."""

    id: Literal["products"]
    version: int
    product: tuple[Product, ...]
    treatment: tuple[Treatment, ...] = ()


FILE = TypeAdapter(ProductFile)


def load_products(path: Path) -> dict[str, Product]:
    """Product id -> product, in the file's order. Raises FlowError."""
    return {one.id: one for one in _load(path).product}


def load_treatments(path: Path) -> tuple[Treatment, ...]:
    """What a child's report may say was given, in the file's order. Raises FlowError."""
    return _load(path).treatment


def _load(path: Path) -> ProductFile:
    raw = read_toml(path)
    for one in raw.get("treatment", []):
        for course in one.get("course", []):
            course["when"] = read_when(course.get("when"), path.name)
    try:
        found = FILE.validate_json(json.dumps(raw))
    except ValidationError as error:
        wrong = [(_place(raw, one["loc"]), one["msg"]) for one in error.errors()]
        raise FlowError(path.name, *wrong[0], *wrong[1:]) from None
    except (TypeError, ValueError) as error:
        raise FlowError(path.name, "values", f"{error}; write a text, a number or a list") from None
    faults = list(dict.fromkeys([*_faults(found.product), *_treatment_faults(found)]))
    if faults:
        raise FlowError(path.name, *faults[0], *faults[1:])
    return found


def _place(raw: dict[str, object], location: tuple[int | str, ...]) -> str:
    """`product 2 (zi), amc`: where a person finds it."""
    parts = [str(step) for step in location]
    listed = raw.get("product")
    if len(location) > 1 and isinstance(location[1], int) and isinstance(listed, list):
        entry = listed[location[1]] if location[1] < len(listed) else None
        name = f" ({entry.get('id')})" if isinstance(entry, dict) and entry.get("id") else ""
        parts[:2] = [f"product {location[1] + 1}{name}"]
    return ", ".join(parts) or "file"


def _faults(products: Collection[Product]) -> Iterator[tuple[str, str]]:
    """What the shape alone cannot refuse: a place and its cure."""
    if not products:
        yield "product", "name at least one"
    owners: dict[str, str] = {}
    for one in products:
        place = f"product {one.id}"
        if not ID.fullmatch(one.id):
            yield place, "an id is 2 to 8 small letters"
        yield from _name_faults(one, place)
        yield from _number_faults(one, place)
        for word in one.words:
            if not ALIAS.fullmatch(word):
                yield place, f"alias {word}: write 2 to 12 capital letters"
            owner = owners.setdefault(word, one.id)
            if owner != one.id:
                yield place, f"{owner} is called {word} already; each word means one product"


def _treatment_faults(found: ProductFile) -> Iterator[tuple[str, str]]:
    known, languages = {one.id for one in found.product}, found.product[0].name.keys()
    for one in found.treatment:
        place = f"treatment {one.id}"
        if one.name.keys() != languages:
            yield place, "write the name in the languages of the products"
        yield from _short(one.name, f"{place}, name", SHORT_WIDTH)
        for product in set(one.products) - known:
            yield place, f"{product} is no product of this file"
        if not one.products or not one.course:
            yield place, "name products, and write a course"
        if any(course.units <= 0 or not course.source.strip() for course in one.course):
            yield place, "units are more than 0, and each course has a source"


def _name_faults(one: Product, place: str) -> Iterator[tuple[str, str]]:
    if one.name.keys() != one.unit.keys() or not one.name:
        yield place, "write name and unit in the same languages"
    for what, texts in (("name", one.name), ("unit", one.unit)):
        yield from _short(texts, f"{place}, {what}", NAME_WIDTH)


def _short(texts: dict[str, str], place: str, width: int) -> Iterator[tuple[str, str]]:
    for language, text in texts.items():
        size = gsm.measure(text)
        if not text.strip() or size.outside or size.units > width:
            cure = f"write 1 to {width} letters of GSM 03.38, not {text!r}"
            yield f"{place}.{language}", cure


def _number_faults(one: Product, place: str) -> Iterator[tuple[str, str]]:
    if not 0 < one.amc <= one.ceiling:
        yield place, "amc is more than 0, and no more than ceiling"
    if not 0 <= one.emergency < 2 * one.amc:
        yield place, "emergency is from 0 to below the maximum, which is 2 x amc"
    if not one.source.strip():
        yield place, 'write source = "who says these numbers"'
