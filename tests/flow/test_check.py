"""Each fault in a sound flow is found, by its code and no other."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from smsapp.flow.check import CODES, check, check_all, check_ladders, check_words, shared_keywords
from smsapp.flow.checked import BESIDE, refused, wrong_params
from smsapp.flow.ladders import Ladders
from smsapp.flow.library import load_library
from smsapp.flow.load import load_flow
from smsapp.flow.words import load_words
from tests.flow import test_chains, test_clinical, test_ladders, test_released
from tests.flow.build import FLOWS, LIBRARY, ROOT, SOUND, WORDS, beside, make, sound

LONG = "word " * 40
ICCM_SECONDS = 5  # on an idle core
ALL_SECONDS = 30
MANY = "\n".join(
    f'[[ask]]\nid = "more{letter}"\nletter = "{letter.upper()}"\nkind = "ticks"\ntext.en = "?"\n'
    '[[ask.choice]]\nid = "a"\ntext.en = "A"\n'
    for letter in "acdefhjk"
)


def codes(flow_text: str, folder: Path) -> set[str]:
    return {one.code for one in check(make(folder, flow_text), WORDS)}


def test_the_sound_flow_is_sound(tmp_path: Path) -> None:
    assert check(make(tmp_path), WORDS) == []


FAULTS = {
    "gsm": ('text.en = "Signs?"', 'text.en = "Si\u0302gns?"'),
    "gsm in a line": ('text.en = "REFER NOW"', 'text.en = "REFER NOW…"'),
    "long": ('text.en = "Breaths?"', f'text.en = "{LONG}"'),
    "long in the reply": ('text.en = "Fast."', f'text.en = "{LONG[:130]}"'),
    "long in an alert": ("Danger. {chw}", LONG[:90] + " {chw}"),
    "long on the danger screen": ('text.en = "Going"', f'text.en = "{LONG[:100]}"'),
    "placeholder": ("Danger. {chw} ", "Danger. {child} "),
    "letter": ('letter = "B"\n', ""),
    "keyword": ('word = "SMALL"', 'word = "Small"'),
    "keyword of one letter": ('word = "SMALL"', 'word = "S"'),
    "value": ('signs = { with = "fits" } }', 'signs = { with = ["fits", "fitz"] } }'),
    "value of a class": ('class = { with = "fast" }', 'class = { with = ["fast", "fats"] }'),
    "value of an outcome": ('outcome.alert = "done"', 'outcome.alert = ["done", "ready"]'),
    "source": ('max = 120\nsource = "the manual"\n', "max = 120\n"),
    "source of a param": ('source = "the manual"\nmin = 20', 'source = " "\nmin = 20'),
    "source of a class": ('{ min = "slow" } }', "{ min = 40 } }"),
    "source of a line": ('{ class = { with = "fast" } }\ntext', "{ breaths = { min = 30 } }\ntext"),
    "param": ("value = 40", "value = 70"),
    "param beyond the ask": ("max = 60", "max = 130"),
    "reached": ("{ danger = false }", '{ danger = false, signs = { with = "fits" } }'),
    "reached, an ask": ('with = "tired" } }', 'with = "tired", without = "tired" } }'),
    "empty": ('text.en = "Write {ref}"', 'when = { danger = true }\ntext.en = "Write {ref}"'),
    "danger": ('"danger"\n\n[[ask.line]]\ntext.en = "REFER NOW"\n', '"one"\ntext.en = "Go?"\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_no_other(name: str, tmp_path: Path) -> None:
    expected = re.split(r"[ ,]", name)[0]
    assert codes(sound(FAULTS[name]), tmp_path) == {expected}


def test_danger_is_decided_before_anything_else(tmp_path: Path) -> None:
    pills = (
        '[[ask]]\nid = "pills"\nletter = "P"\nkind = "number"\nmax = 9\nsource = "us"\n'
        'text.en = "Pills?"\n\n'
    )
    late = sound(('[[ask]]\nid = "signs"', pills + '[[ask]]\nid = "signs"'))
    assert codes(late, tmp_path) == {"danger"}


def test_a_call_too_long_is_refused(tmp_path: Path) -> None:
    text = sound(('[[ask]]\nid = "go"', f'{MANY}\n[[ask]]\nid = "go"'))
    assert codes(text, tmp_path) == {"hops", "seconds"}


def test_split_pages_count_as_requests(tmp_path: Path) -> None:
    others = "".join(
        f'[[ask]]\nid = "n{letter}"\nletter = "{letter.upper()}"\nkind = "one"\ntext.en = "?"\n'
        '[[ask.choice]]\nid = "a"\ntext.en = "A"\n'
        for letter in "acdefhj"
    )
    full = sound(('[[ask]]\nid = "go"', others + '[[ask]]\nid = "go"'))
    assert codes(full, tmp_path) == set()
    split = full.replace('"Fits"', f'"{LONG[:70]}"').replace('"Tired"', f'"{LONG[:70]}"')
    assert codes(split, tmp_path) == {"hops", "split"}


def test_a_menu_has_few_lists_before_its_choice(tmp_path: Path) -> None:
    menu = (FLOWS / "menu.toml").read_text(encoding="utf-8")
    third = menu.index('[[ask]]\nid = "chw"')
    ask = menu[menu.index('[[ask]]\nid = "waiting"') : menu.index("# What waits for an answer")]
    ask = ask.replace('"waiting"', '"third"').replace("tests", "thirds")
    (tmp_path / "menu.toml").write_text(menu[:third] + ask + menu[third:], encoding="utf-8")
    assert {one.code for one in check(load_flow(tmp_path / "menu.toml"), WORDS)} == {"hops"}


def test_every_code_has_a_fault_that_brings_it_about() -> None:
    names = [
        *FAULTS,
        *test_chains.FAULTS,
        *test_clinical.FAULTS,
        *test_released.BOUND,
        *test_ladders.FAULTS,
    ]
    injected = {re.split(r"[ ,]", name)[0] for name in names}
    assert injected | {"load", "hops", "seconds"} == set(CODES)  # those three: tests further up


def test_every_code_is_documented() -> None:
    described = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/checks.md").read_text(), re.MULTILINE)
    assert sorted(described) == sorted(CODES)


def test_the_flows_of_the_project_are_clean_and_checked_in_time() -> None:
    """Seconds of this process alone: other work on the machine must not fail it."""
    seconds = {}
    for name, flow in LIBRARY.flows.items():
        began = time.process_time()
        assert check(flow, WORDS, LIBRARY.released.get(name)) == []
        seconds[name] = time.process_time() - began
    print("checked, seconds:", {name: round(one, 2) for name, one in seconds.items()})
    assert seconds["iccm"] < 2 * ICCM_SECONDS
    assert sum(seconds.values()) < ALL_SECONDS


def test_the_folder_of_the_project_is_clean() -> None:
    alone = {"alerts": LIBRARY.flows["alerts"]}
    assert check_all(replace(LIBRARY, flows=alone, released={}, ladders=Ladders())) == []
    assert check_ladders(LIBRARY) == []
    assert list(shared_keywords(LIBRARY)) == []


def test_two_flows_may_not_share_a_keyword(tmp_path: Path) -> None:
    beside(tmp_path)
    make(tmp_path)
    make(tmp_path, SOUND.replace('id = "small"', 'id = "other"'), "other")
    problems = check_all(load_library(tmp_path))
    assert [(one.file, one.code) for one in problems] == [("small.toml", "keyword")]


def test_a_keyword_may_not_be_a_command(tmp_path: Path) -> None:
    beside(tmp_path)
    make(tmp_path, sound(('word = "SMALL"', 'word = "STOP"')))
    assert [one.code for one in check_all(load_library(tmp_path))] == ["keyword"]


def test_a_keyword_names_an_order_that_there_is(tmp_path: Path) -> None:
    beside(tmp_path)
    make(tmp_path, sound(('word = "SMALL"', 'word = "SMALL"\nproducts = "gone"')))
    library = load_library(tmp_path)
    assert [one.code for one in check_all(library)] == ["keyword"]
    assert list(shared_keywords(library)) == []  # it is served all the same


def test_a_file_that_is_no_flow_is_a_problem(tmp_path: Path) -> None:
    beside(tmp_path)
    (tmp_path / "broken.toml").write_text("id = ")
    assert [(one.file, one.code) for one in check_all(load_library(tmp_path))] == [
        ("broken.toml", "load")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('text.en = "No way back."', f'text.en = "{LONG}"', "long"),
        ('text.en = "No way back."', 'text.en = "There is no way back now."', "long"),
        ('text.en = "No way back."', 'text.en = "No w\u03b1y back."', "gsm"),
        ('text.en = "Goodbye. Nothing else waits."', 'text.en = "Goodbye {chw}."', "same"),
        ("{letters}", "{litters}", "placeholder"),
        ('text.en = "Reminders are on."', f'text.en = "{LONG[:140]}"', "long"),
    ],
)
def test_the_systems_own_words_are_checked(old: str, new: str, code: str, tmp_path: Path) -> None:
    text = (FLOWS / "words.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "words.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert {one.code for one in check_words(load_words(path))} == {code}


def test_what_is_refused_is_remembered_and_not_served(tmp_path: Path) -> None:
    beside(tmp_path)
    make(tmp_path, sound(('text.en = "Signs?"', f'text.en = "{LONG}"')))
    library = load_library(tmp_path)
    cache = tmp_path / "var" / "checked.json"
    first = refused(library, cache)
    assert list(first) == ["small"]
    assert "[long]" in first["small"]
    assert library.without(first).flows == {}
    kept = cache.read_text()
    assert refused(library, cache) == first
    assert cache.read_text() == kept
    cache.write_text("{not json")
    assert refused(library, cache) == first


def test_a_check_is_made_anew_when_the_flow_changes(tmp_path: Path) -> None:
    beside(tmp_path)
    cache = tmp_path / "checked.json"
    make(tmp_path)
    assert refused(load_library(tmp_path), cache) == {}
    make(tmp_path, sound(('text.en = "Signs?"', f'text.en = "{LONG}"')))
    assert list(refused(load_library(tmp_path), cache)) == ["small"]


def test_a_check_is_made_anew_when_what_reads_the_flows_changes() -> None:
    sources = "".join(one.read_text() for one in (ROOT / "smsapp" / "flow").glob("*.py"))
    taken = re.findall(r"^from smsapp(?:\.(\w+))? import (.+)$", sources, re.MULTILINE)
    used = {name for room, names in taken for name in (room or names).split(", ")} - {"flow"}
    assert {f"{name}.py" for name in used} == {*BESIDE}


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("iccm.cough_days", 22, ""),
        ("iccm.cough_days", 7, ""),
        ("iccm.malaria_area", False, ""),
        ("other.cough_days", 999, ""),
        ("iccm.cough_days", 31, "write a number from 7 to 30"),
        ("iccm.cough_days", True, "write a number from 7 to 30"),
        ("iccm.malaria_area", 1, "write true or false"),
        ("iccm.cough_weeks", 2, "iccm has no such param"),
        ("ladders.danger_minutes", 20, ""),
        ("ladders.danger_minutes", 121, "write a number from 5 to 120"),
        ("ladders.alert_minutes", 20, "ladders has no such param"),
    ],
)
def test_values_that_a_country_chooses_are_within_limits(
    name: str, value: int | bool, cure: str
) -> None:
    expected = {name.partition(".")[0]: f"flow_params: {name}: {cure}"} if cure else {}
    assert wrong_params(LIBRARY, {name: value}) == expected
