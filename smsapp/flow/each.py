"""`each = "products"`: a table of a flow that is written once, and said of each product.

In its names `product` stands for the product's id (`left_product` becomes `left_la`); in its texts
`{product}` and `{unit}` are how a language calls it and what is counted. An ask is answered in an
SMS by the product's words, as others are by their letter.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smsapp.flow.products import Product

TEXTS = ("text", "title", "help")  # tables of language -> text
NAME = re.compile(r"(?<![a-z0-9])product(?=$)")  # at the end of a name: left_product
IS_NAME = re.compile(r"[a-z0-9_.]+")
PLACEHOLDER = re.compile(r"(?<=_)product(?=\})")  # {last_product}


def expand(table: Any, products: Mapping[str, Product]) -> Any:
    """The tables of a file with every repeated one written out. Raises ValueError."""
    if not isinstance(table, dict):
        return table
    return {
        key: [one for entry in value for one in _written_out(key, entry, products)]
        if isinstance(value, list)
        else expand(value, products)
        for key, value in table.items()
    }


def _written_out(key: str, entry: Any, products: Mapping[str, Product]) -> Iterator[Any]:
    plain = expand(entry, products)
    if not isinstance(plain, dict) or "each" not in plain:
        yield plain
        return
    if plain.pop("each") != "products":
        raise ValueError('write each = "products", or take it out')
    if not products:
        raise ValueError("products.toml is missing or wrong; mend it first")
    for one in products.values():
        copy = _said_of(plain, one)
        if key == "ask":
            letter = {} if copy.get("choice") else {"letter": one.id.upper()}
            copy |= letter | {"product": one.id}
        if key in ("ask", "choice"):
            copy["words"] = list(one.words)
        yield copy


def _said_of(value: Any, one: Product) -> Any:
    if isinstance(value, dict):
        return {
            _named(key, one): _texts(inner, one)
            if key in TEXTS and isinstance(inner, dict)
            else _said_of(inner, one)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_said_of(inner, one) for inner in value]
    return _named(value, one) if isinstance(value, str) else value


def _named(name: str, one: Product) -> str:
    return NAME.sub(one.id, name) if IS_NAME.fullmatch(name) else name


def _texts(texts: dict[str, Any], one: Product) -> dict[str, Any]:
    lacking = [language for language in texts if language not in one.name]
    if lacking:
        raise ValueError(f"products.toml: product {one.id}: write name.{lacking[0]} and unit")
    return {language: _filled(text, one, language) for language, text in texts.items()}


def _filled(text: Any, one: Product, language: str) -> Any:
    if not isinstance(text, str):
        return text
    named = text.replace("{product}", one.name[language]).replace("{unit}", one.unit[language])
    return PLACEHOLDER.sub(one.id, named)
