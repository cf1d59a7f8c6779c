"""Guided: one statement a screen, the same answers, danger told at the key that ticks it."""

from itertools import product

import pytest

from smsapp.flow.given import Given
from smsapp.flow.screen import show
from smsapp.flow.walk import Walked, next_ask, resume, walk
from tests.flow.build import ICCM, LIBRARY, given

WHOLE = given(ICCM)
LED = given(ICCM, guided=True)


def screen(walked: Walked, led: Given = LED) -> str:
    ask, facts = next_ask(ICCM, walked, led)
    assert ask is not None
    return show(ICCM, ask, facts, walked.answers, led, LIBRARY.words, page=walked.page).text


@pytest.mark.parametrize("keys", list(product("123", repeat=4)), ids="".join)
def test_the_same_answers_are_stored(keys: tuple[str, ...]) -> None:
    ticks = "".join(str(at) for at, key in enumerate(keys, 1) if key == "1")
    ticks += "5" if "3" in keys else ""
    compact = walk(ICCM, ("14", ticks or "0"), WHOLE)
    led = walk(ICCM, ("14",), LED)
    typed: list[str] = []
    for key in keys:
        ask, _ = next_ask(ICCM, led, LED)
        if ask is not None and ask.kind == "danger":
            typed.append("1")
        typed.append(key)
        led = walk(ICCM, ("14", *typed), LED)
    assert led.answers["severe"] == compact.answers["severe"]
    assert bool(led.commits) == bool(compact.commits)


def test_one_statement_stands_on_each_screen() -> None:
    led = walk(ICCM, ("14",), LED)
    assert screen(led).split("\n") == [
        "Fits in this illness", "1 True", "2 Not true", "3 Not sure", "00 Back",
    ]  # fmt: skip
    assert screen(walk(ICCM, ("14", "2"), LED)).startswith("Cannot drink or feed at all\n")


def test_danger_is_told_at_the_key_that_ticks_it_and_the_rest_is_asked_after_it() -> None:
    led = walk(ICCM, ("14", "2", "1"), LED)
    assert led.commits == 1
    assert led.answers["severe"] == ["cannot_drink"]
    assert next_ask(ICCM, led, LED)[0] == ICCM.danger_ask
    assert "REFER NOW" in screen(led)
    led = walk(ICCM, ("14", "2", "1", "1"), LED)
    assert screen(led).startswith("Vomits everything\n")
    led = walk(ICCM, ("14", "2", "1", "1", "1"), LED)
    assert led.answers["severe"] == ["cannot_drink", "vomits_all"]
    assert led.commits == 3  # the first sign, going, the second sign


def test_what_is_not_yet_asked_is_no_answer() -> None:
    assert "severe" not in walk(ICCM, ("14", "2", "2", "2"), LED).answers
    assert walk(ICCM, ("14", "2", "2", "2", "2"), LED).answers["severe"] == []


def test_back_takes_one_statement_back() -> None:
    there = walk(ICCM, ("14", "2", "2"), LED)
    assert walk(ICCM, ("14", "2", "2", "2", "00"), LED) == there
    last = walk(ICCM, ("14", "2", "2", "2"), LED)
    assert walk(ICCM, ("14", "2", "2", "2", "2", "00"), LED) == last
    assert walk(ICCM, ("14", "00"), LED).answers == {}


def test_back_does_not_pass_a_danger_that_was_told() -> None:
    told = ("14", "2", "1", "1")
    assert walk(ICCM, (*told, "00"), LED).notice is not None
    assert walk(ICCM, (*told, "2", "00"), LED).answers == walk(ICCM, told, LED).answers
    assert walk(ICCM, (*told, "2", "00"), LED).commits == 2


def test_a_mistake_asks_all_statements_again() -> None:
    led = given(ICCM, guided=True, values={"mistake": "1"})
    again = walk(ICCM, ("14", "2", "1", "4"), led)
    assert "severe" not in again.answers
    assert screen(again, led).startswith("Fits in this illness\n")


@pytest.mark.parametrize("count", range(1, 9))
def test_it_goes_on_where_it_was(count: int) -> None:
    keys = ("14", "2", "1", "1", "2", "2", "2", "1", "2")[: count + 1]
    led = walk(ICCM, keys, LED)
    assert resume(ICCM, led.taken, LED) == led


def test_another_key_is_refused() -> None:
    assert walk(ICCM, ("14", "4"), LED).notice is not None
    assert walk(ICCM, ("14", "0"), LED).taken == (("age", "14"),)


def test_a_doubt_that_is_no_danger_sign_is_not_offered() -> None:
    began = walk(ICCM, ("14", *"2222", *"2222", "3", "3", "2"), LED)
    assert screen(began).split("\n")[:3] == ["Began today/yesterday", "1 True", "2 Not true"]
    assert walk(ICCM, ("14", *"2222", *"2222", "3", "3", "2", "3"), LED).notice is not None
