"""A table said of each product: written out when it is loaded, answered by the product's words."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as having
from hypothesis import strategies as st

from smsapp.flow.check import check, check_all
from smsapp.flow.given import Given
from smsapp.flow.judge import ABSENT, judge
from smsapp.flow.keyword import open_all, open_sms
from smsapp.flow.library import Library, load_library
from smsapp.flow.load import FlowError, load_flow
from smsapp.flow.products import load_products
from smsapp.flow.reading import Reading, read
from smsapp.flow.walk import begin, next_ask, walk
from tests.flow.build import FLOWS, LIBRARY, WORDS

PRODUCTS = load_products(FLOWS / "products.toml")
COUNT = """
id = "box"
version = 1
kind = "form"
languages = ["en", "fr"]
title.en = "Box"
title.fr = "Boite"
help.en = "BOX la 15 zi 10"
help.fr = "BOX la 15 zi 10"

[[keyword]]
word = "BOX"

[[ask]]
id = "left_product"
each = "products"
kind = "number"
optional = true
min = 0
max = 9999
source = "four digits"
when = { known.last_product = true }
text.en = "{product}: how many {unit}? Last {last_product}"
text.fr = "{product}: combien de {unit}? Avant {last_product}"

[[class]]
id = "none_product"
each = "products"
kind = "finding"
when = { left_product = 0 }
source = "none is none"

[[reply]]
text.en = "Write {ref}"
text.fr = "Notez {ref}"
"""
KNOWN = {f"last_{one}": "8" for one in PRODUCTS}


def box(folder: Path, text: str = COUNT) -> Any:
    path = folder / "box.toml"
    path.write_text(text, encoding="utf-8")
    return load_flow(path, PRODUCTS)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    flow = box(tmp_path_factory.mktemp("box"))
    flows = {**LIBRARY.flows, "box": flow}
    return Library(WORDS, flows, products=PRODUCTS)


def said(library: Library, body: str, **more: Any) -> Reading:
    opening = open_sms(library, body)
    assert opening.flow == "box", body
    who = Given("en", face="sms", values=KNOWN, **more)
    return read(library.flows["box"], opening, who)


def test_it_is_written_out_for_each_product(library: Library):
    flow = library.flows["box"]
    assert [ask.id for ask in flow.asks] == [f"left_{one}" for one in PRODUCTS]
    zinc = flow.ask("left_zi")
    assert zinc is not None
    assert (zinc.letter, zinc.product) == ("ZI", "zi")
    assert zinc.text["fr"] == "Zinc: combien de comprimés? Avant {last_zi}"
    assert set(zinc.when[0]) == {"known.last_zi"}
    assert judge(flow, {"left_zi": 0, "left_la": 3}, Given("en", values=KNOWN)).classes == (
        "none_zi",
    )


def test_only_what_she_holds_is_asked(library: Library):
    flow = library.flows["box"]
    hers = Given("en", values=KNOWN, products=("zi", "mt"))
    asked = []
    walked = begin(hers)
    while ask := next_ask(flow, walked, hers)[0]:
        asked.append(ask.id)
        walked = walk(flow, ("3",) * len(asked), hers)
    assert asked == ["left_zi", "left_mt"]
    assert judge(flow, {"left_la": 5}, hers).facts["left_la"] is ABSENT


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("BOX la 15 zi 10", {"la": 15, "zi": 10}),
        ("box la15zi10", {"la": 15, "zi": 10}),
        ("BOX LA l5", {"la": 15}),
        ("BOXla15zi10", {"la": 15, "zi": 10}),
        ("box zi=1O, la:l5", {"la": 15, "zi": 10}),
        ("box la15or10", {"la": 15, "or": 10}),  # the O is no zero
        ("box la15ors10lb7", {"la": 15, "or": 10, "lb": 7}),
        ("Box Zinc 10 tablets, amox 40 tabs", {"zi": 10, "am": 40}),
        ("box sro 5 tdr 8", {"or": 5, "mt": 8}),
        ("box la \u0661\u0665", {"la": 15}),  # Arabic digits
        ("box la none zi 0", {"la": 0, "zi": 0}),
        ("la 15 zi 10 box", {"la": 15, "zi": 10}),
    ],
)
def test_amounts_in_an_sms(library: Library, body: str, left: dict[str, int]):
    reading = said(library, body)
    assert reading.answers == {f"left_{name}": amount for name, amount in left.items()}
    assert reading.unknown == ()
    assert reading.judged.complete


@pytest.mark.parametrize(
    ("body", "left", "unknown"),
    [
        ("BOX la 15 xx 10", {"la": 15}, ("XX", "10")),
        ("BOX la 15 zi", {"la": 15}, ("ZI",)),
        ("BOX la 15 la 20", {}, ("LA15", "LA20")),
        ("BOX la 15? zi 3", {"zi": 3}, ("LA15?",)),
        ("BOX la 1.5 zi 3", {"zi": 3}, ("LA1 5",)),
        ("BOX al 30 zi 3", {"zi": 3}, ("AL", "30")),  # which of the two packs?
    ],
)
def test_what_is_in_doubt_is_asked_for(
    library: Library, body: str, left: dict[str, int], unknown: tuple[str, ...]
):
    reading = said(library, body)
    assert reading.answers == {f"left_{name}": amount for name, amount in left.items()}
    assert reading.unknown == unknown


AMOUNTS = st.dictionaries(st.sampled_from(sorted(PRODUCTS)), st.integers(0, 9999), min_size=1)


@having(AMOUNTS, st.data())
def test_any_order_alias_case_and_separator_says_the_same(
    library: Library, amounts: dict[str, int], data: st.DataObject
):
    pieces = []
    for name in data.draw(st.permutations(sorted(amounts))):
        word = data.draw(st.sampled_from(PRODUCTS[name].words))
        word = data.draw(st.sampled_from([word, word.lower(), word.title()]))
        joint = data.draw(st.sampled_from(["", " ", "=", ":", "-", " : "]))
        pieces.append(f"{word}{joint}{amounts[name]}")
    between = data.draw(st.sampled_from([" ", ", ", "; ", ",", "/", "\n"]))
    reading = said(library, f"BOX {between.join(pieces)}")
    assert reading.answers == {f"left_{name}": amount for name, amount in amounts.items()}
    assert reading.unknown == ()


def test_two_reports_in_one_sms(library: Library):
    found = open_all(library, "box la 15 stock F1 N0")
    assert [one.flow for one in found] == ["box", "stock_out"]


def test_it_passes_the_check(library: Library):
    assert check(library.flows["box"], WORDS) == []


BAD_EACH = {
    "another list": ('each = "products"', 'each = "villages"', 'each = "products"'),
    "a language the products lack": (
        'languages = ["en", "fr"]', 'languages = ["en", "fr", "pt"]', "write text.pt",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_EACH)
def test_a_bad_each_is_refused(tmp_path: Path, name: str):
    old, new, cure = BAD_EACH[name]
    with pytest.raises(FlowError, match=cure):
        box(tmp_path, COUNT.replace(old, new, 1))


def test_each_without_products_is_refused(tmp_path: Path):
    (tmp_path / "box.toml").write_text(COUNT, encoding="utf-8")
    with pytest.raises(FlowError, match=r"box.toml: each: products.toml is missing"):
        load_flow(tmp_path / "box.toml")


GOOD = (FLOWS / "products.toml").read_text(encoding="utf-8")
BAD_PRODUCTS = {
    "a number missing": ("amc = 180\n", "", "product 1 (la), amc"),
    "an alias twice": ('aliases.en = ["ZINC"]', 'aliases.en = ["AMOX"]', "product zi"),
    "an alias that is no word": ('["ZINC"]', '["ZN 20"]', "product zi"),
    "a name too wide": ('name.en = "Zinc"', 'name.en = "Zinc sulphate 20"', "product zi, name.en"),
    "a letter no phone has": ('"Zinki"', '"Ẑinki"', "product zi, name.sw"),
    "an id of one letter": ('id = "zi"', 'id = "z"', "product z"),
    "a unit without its language": ('unit.ny = "mapaketi"\n', "", "product or"),
    "an emergency above the maximum": ("emergency = 12", "emergency = 40", "product or"),
    "no source": ('source = "cStock: or, AMC 20, emergency 12, ceiling 500"', 'source = " "',
                  "product or"),
    "more used than can be": ("ceiling = 500", "ceiling = 19", "product or"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_PRODUCTS)
def test_a_bad_product_is_refused(tmp_path: Path, name: str):
    old, new, place = BAD_PRODUCTS[name]
    path = tmp_path / "products.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FlowError) as refused:
        load_products(path)
    assert (refused.value.file, refused.value.place) == ("products.toml", place)
    assert refused.value.cure


def test_a_bad_file_is_a_problem_of_the_folder(tmp_path: Path):
    for path in FLOWS.glob("words.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "products.toml").write_text(GOOD.replace("amc = 180\n", ""), encoding="utf-8")
    (tmp_path / "box.toml").write_text(COUNT, encoding="utf-8")
    found = {(one.file, one.code) for one in check_all(load_library(tmp_path))}
    assert found == {("products.toml", "load"), ("box.toml", "load")}


def test_a_word_of_a_product_begins_no_sms(tmp_path: Path):
    for name in ("words.toml", "products.toml"):
        (tmp_path / name).write_text((FLOWS / name).read_text(encoding="utf-8"), encoding="utf-8")
    text = COUNT.replace('word = "BOX"', 'word = "ZINC"')
    (tmp_path / "box.toml").write_text(text, encoding="utf-8")
    problems = check_all(load_library(tmp_path))
    assert [(one.file, one.place, one.code) for one in problems] == [
        ("products.toml", "product zi", "keyword")
    ]
