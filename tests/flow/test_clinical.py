"""Each fault in a card with doses is found, by its code and no other."""

import re
from pathlib import Path

import pytest

from smsapp.flow.check import Problem, check
from tests.flow.build import WORDS, make
from tests.flow.card import card

Change = tuple[str, str]
EARLY = """when = { danger = false, cough = "yes", age = { min = 2, max = 59 } }
source = "us"

[[class]]
id = "urgent"
kind = "classification"
when = { danger = true }"""
UNSURE = '[[class]]\nid = "unsure_sign"\nkind = "danger"\nwhen = { signs = { with = "unsure" } }\n'
IDLE = """id = "pale"
text.en = "Pale palms"
text.fr = "Paumes pales"

[[ask.choice]]
id = "unsure"
"""
ROW = """
[[class]]
id = "amox_3"
kind = "action"
group = "amoxicillin"
when = { danger = false, cough = "yes", age = { min = 36, max = 59 } }
source = "the manual"

[[effect]]"""

WORDS_ONLY = "".join(
    f'[[ask]]\nid = "more_{letter}"\nletter = "{letter.upper()}"\nkind = "text"\noptional = true\n'
    'when = { face = "sms" }\ntext.en = "More?"\ntext.fr = "Encore?"\n\n'
    for letter in "bdefhjk"
)
LATE = f"""[[ask]]
id = "late"
letter = "K"
kind = "one"
when = {{ known.late = true }}
text.en = "Late?"
text.fr = "Tard?"

[[ask.choice]]
id = "yes"
text.en = "Yes"
text.fr = "Oui"

[[ask]]
id = "why"
letter = "W"
kind = "one"
when = {{ late = "yes" }}
text.en = "{"word " * 30}"
text.fr = "Pourquoi?"

[[ask.choice]]
id = "far"
text.en = "Far"
text.fr = "Loin"

[[ask]]
id = "go\""""
BY_SMS = f"""[[reply]]
when = {{ face = "sms", class = {{ with = "home" }} }}
text.en = "{"word " * 19}"
text.fr = "mot"

[[reply]]
text.en = "Write"""
NOBODY = f"""text.fr = "REFERER"

[[ask.line]]
when = {{ outcome.alert = "nobody" }}
text.en = "{"word " * 19}"
text.fr = "mot"
"""


def problems(folder: Path, *changes: Change) -> list[Problem]:
    return check(make(folder, card(*changes), "card"), WORDS)


def test_the_card_is_sound(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


FAULTS: dict[str, list[Change]] = {
    "overlap, two classifications": [("danger = false, age = { min = 2,", "age = { min = 2,")],
    "overlap, the same with danger": [("{ danger = true }", "{ signs = { with = 'fits' } }"),
        ('{ danger = false, age = "unknown" }', '{ age = "unknown" }')],
    "overlap, one sentence twice": [('"Amox 1"', '"TREAT AT HOME"')],
    "lowered, by the order": [
        ('"urgent"', '"early"'),
        ('when = { danger = true }', EARLY),
        ('id = "home"', 'id = "home"\nafter = ["early"]'),
        ('{ class = { with = "home" } }', '{ class = { with = ["early", "home"] } }'),
    ],
    "lowered, a sign that takes danger away": [
        ('when = { signs = { with = "fits" } }',
         'when = { signs = { with = "fits", without = "tired" } }'),
        ('when = { signs = { with = "tired" } }',
         'when = { signs = { with = "tired", without = "fits" } }'),
    ],
    "unsure": [(UNSURE, "")],
    "danger, a sign that no rule reads": [('id = "unsure"\n', IDLE)],
    "dose, no age": [('cough = "yes", age = { min = 12, max = 59 } }\nsource = "the manual"',
        'cough = "yes", class = { without = "amox_1" } }')],
    "dose, an age without": [('age = { min = 12, max = 59 } }', 'age = { min = 13, max = 59 } }')],
    "dose, the last age without": [("min = 12, max = 59 } }", "min = 12, max = 58 } }")],
    "same": [("Nous prévenons {name}", "Nous prévenons {chw}")],
    "same, a word more": [("Nous prévenons {name}", "Nous prévenons {name}, {chw}")],
    "split": [('"Fits"', f'"{"fits " * 14}"'), ('"Cannot wake up"', f'"{"wake " * 12}"')],
    "question": [('"Fits"', '"Fits?"')],
    "question, without its mark": [('"Convulsions"', '"Est-ce qu\'il convulse"')],
    "question, with a not": [('"Type ALL true, 0 none:"', '"Not able to drink?"')],
    "long, an SMS of all letters": [('[[ask]]\nid = "go"', WORDS_ONLY + '[[ask]]\nid = "go"')],
    "long, by SMS alone": [('[[reply]]\ntext.en = "Write', BY_SMS)],
    "long, behind what is known": [('[[ask]]\nid = "go"', LATE)],
    "long, where nobody is told": [('text.fr = "REFERER"\n', NOBODY)],
    "faces, a choice that no keyword says": [
        ('word = "CARD"', 'word = "CARD"\nsets = { cough = "yes" }'),
        ('letter = "C"\n', ""),
    ],
    "faces, a class of one face": [('{ danger = true }', '{ danger = true, face = "ussd" }')],
    "faces, an effect of one face": [
        ('kind = "danger"\nwhen = { danger =', 'kind = "danger"\nwhen = { face = "sms", danger =')
    ],
    "dose, twice": [("\n[[effect]]", ROW)],
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_no_other(name: str, tmp_path: Path) -> None:
    found = problems(tmp_path, *FAULTS[name])
    assert {one.code for one in found} == {re.split(r",", name)[0]}, found


def test_what_may_hold_as_well_can_be_said(tmp_path: Path) -> None:
    overlapping = ("danger = false, age = { min = 2,", "age = { min = 2,")
    assert problems(tmp_path, overlapping, ('id = "home"', 'id = "home"\nafter = ["urgent"]')) == []


def test_after_names_an_earlier_classification(tmp_path: Path) -> None:
    found = problems(tmp_path, ('id = "urgent"', 'id = "urgent"\nafter = ["home"]'))
    assert [one.code for one in found] == ["value"]


def test_an_age_at_which_no_medicine_is_given_is_said(tmp_path: Path) -> None:
    later = ("age = { min = 12, max = 59 } }", "age = { min = 24, max = 59 } }")
    none = ROW.replace("amox_3", "none").replace("min = 36, max = 59", "min = 12, max = 23")
    assert {one.code for one in problems(tmp_path, later)} == {"dose"}
    assert problems(tmp_path, later, ("\n[[effect]]", none)) == []
