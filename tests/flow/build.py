"""Small flows for tests, written as the files are."""

from pathlib import Path
from typing import Any

from smsapp.flow.given import Given
from smsapp.flow.library import load_library
from smsapp.flow.load import load_flow
from smsapp.flow.model import Flow
from smsapp.flow.words import Words, load_words

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / "flows"
DATA = ROOT / "tests" / "data"
LIBRARY = load_library(FLOWS)
WORDS: Words = load_words(FLOWS / "words.toml")
ICCM = LIBRARY.flows["iccm"]
STOCK = LIBRARY.flows["stock_out"]

SOUND = """
id = "small"
version = 1
kind = "form"
languages = ["en"]
title.en = "Small"

[[keyword]]
word = "SMALL"

[params.slow]
value = 40
unit = "breaths in a minute"
source = "the manual"
min = 20
max = 60

[[ask]]
id = "signs"
letter = "S"
kind = "ticks"
text.en = "Signs?"

[[ask.choice]]
id = "fits"
text.en = "Fits"

[[ask.choice]]
id = "tired"
text.en = "Tired"

[[ask]]
id = "breaths"
letter = "B"
kind = "number"
min = 10
max = 120
source = "the manual"
special = { "0" = "not_counted" }
when = { signs = { with = "tired" } }
text.en = "Breaths?"

[[ask]]
id = "go"
letter = "G"
kind = "danger"

[[ask.line]]
text.en = "REFER NOW"

[[ask.choice]]
id = "yes"
text.en = "Going"

[[ask.choice]]
id = "mistake"
withdraws = true
text.en = "Mistake"

[[class]]
id = "danger_fits"
kind = "danger"
when = { signs = { with = "fits" } }

[[class]]
id = "urgent"
kind = "classification"
when = { danger = true }

[[class]]
id = "fast"
kind = "classification"
after = ["urgent"]
when = { breaths = { min = "slow" } }

[[class]]
id = "home"
kind = "classification"
after = ["fast"]
when = { danger = false }

[[effect]]
id = "alert"
do = "raise_alert"
kind = "danger"
when = { danger = true }

[[effect.first]]
text.en = "Danger. {chw} {chw_phone}. OK {ref}"

[[reply]]
when = { danger = true, outcome.alert = "done" }
text.en = "REFER NOW. Saved."

[[reply]]
when = { class = { with = "fast" } }
text.en = "Fast."

[[reply]]
text.en = "Write {ref}"
"""


LADDERS = """
id = "ladders"
version = 1

[params.slow]
value = 15
unit = "minutes"
source = "us"
min = 5
max = 60

[[ladder.danger]]
tell = ["supervisor"]
minutes = "slow"
text = "first"
"""


def sound(*changes: tuple[str, str]) -> str:
    """The sound flow with some passages changed; each must stand in it."""
    text = SOUND
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def make(folder: Path, text: str = SOUND, name: str = "small") -> Flow:
    """Write a flow and load it."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_flow(path)


def beside(folder: Path) -> None:
    """What stands beside a flow of a folder: the words, and a ladder for its alert."""
    for path, text in (
        ("words.toml", (FLOWS / "words.toml").read_text(encoding="utf-8")),
        ("ladders.toml", LADDERS),
    ):
        (folder / path).write_text(text, encoding="utf-8")


def given(flow: Flow, **more: Any) -> Given:
    """What is known when a filling of this flow begins."""
    params = {name: param.value for name, param in flow.params.items()} | more.pop("params", {})
    return Given(more.pop("language", "en"), params=params, **more)
