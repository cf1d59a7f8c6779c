"""What a report says was given, in single units: the figures of the card, domain notes A6, A7."""

from pathlib import Path
from typing import Any

import pytest

from smsapp.flow.library import FlowError
from smsapp.flow.load import load_flow
from smsapp.flow.products import load_products, load_treatments
from smsapp.flow.treatments import OF, facts_of, faults
from tests.flow.build import FLOWS

FILE = FLOWS / "products.toml"
FLOW = load_flow(FLOWS / f"{OF}.toml", load_products(FILE))
TREATMENTS = {one.id: one for one in load_treatments(FILE)}


@pytest.mark.parametrize(
    ("treatment", "age", "given", "danger", "units"),
    [
        ("al", 35, ["al"], False, 6),  # LA 1x6
        ("al", 36, ["al"], False, 12),  # LA 2x6
        ("al", 35, ["al"], True, 1),  # before referral the first dose
        ("al", 36, ["al"], True, 2),
        ("al", 35, ["ors"], False, 0),
        ("am", 11, ["amoxicillin"], False, 10),
        ("am", 12, ["amoxicillin"], False, 20),
        ("am", 11, ["amoxicillin"], True, 1),
        ("am", 12, ["amoxicillin"], True, 2),
        ("or", 14, ["ors", "zinc"], False, 2),
        ("or", 14, ["ors"], True, 1),
        ("zi", 5, ["zinc"], False, 5),
        ("zi", 6, ["ors", "zinc"], False, 10),
    ],
)
def test_what_the_card_gives(treatment: str, age: int, given: list[str], danger: bool, units: int):
    answers: dict[str, Any] = {"age": age, "unit": "months", "given": given}
    classes = ["cough_long"] if danger else ["treat_home"]
    assert TREATMENTS[treatment].units(facts_of(FLOW, answers, classes, {})) == units


@pytest.mark.parametrize(
    ("rdt", "units"),
    [("positive", 1), ("negative", 1), ("invalid", 1), ("waiting", 1), ("no_test", 0)],
)
def test_a_test_is_used_whatever_it_shows(rdt: str, units: int):
    answers: dict[str, Any] = {"age": 14, "problems": ["fever"], "rdt": rdt}
    facts = facts_of(FLOW, answers, ["treat_home"], {"malaria_area": True})
    assert TREATMENTS["mt"].units(facts) == units


def test_every_course_names_what_a_report_can_say(tmp_path: Path):
    assert list(faults(TREATMENTS.values(), FLOW)) == []
    wrong = FILE.read_text(encoding="utf-8").replace('with = "zinc"', 'with = "zink"', 1)
    path = tmp_path / "products.toml"
    path.write_text(wrong, encoding="utf-8")
    assert list(faults(load_treatments(path), FLOW)) == [
        ("treatment zi, course 1", "value", "given can never be zink")
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "cure"),
    [
        ('products = ["la", "lb"]', 'products = ["la", "xx"]', "xx is no product of this file"),
        ("units = 6\n", "units = 0\n", "units are more than 0"),
        ('name.en = "Amox"', 'name.en = "Amoxicillin"', "write 1 to 5 letters"),
    ],
)
def test_a_treatment_that_cannot_be_counted_is_refused(
    tmp_path: Path, was: str, becomes: str, cure: str
):
    path = tmp_path / "products.toml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(FlowError, match=cure):
        load_treatments(path)
