"""The USSD face: keys become answers one at a time, danger comes first, and back goes back."""

from pathlib import Path

import pytest

from smsapp.flow.given import Item
from smsapp.flow.walk import begin, resume, walk
from tests.flow.build import ICCM, STOCK, given, make, sound
from tests.flow.play import call

TEXT = """
id = "words"
version = 1
kind = "form"
languages = ["en"]
title.en = "Words"

[[ask]]
id = "said"
letter = "S"
kind = "text"
text.en = "What happened?"

[[ask]]
id = "many"
letter = "M"
kind = "number"
min = 0
max = 9
source = "us"
text.en = "How many?"

[[reply]]
text.en = "Write {ref}"
"""


def test_a_child_treated_at_home() -> None:
    talk = call(ICCM, "14", "0", "0", "3", "13", "0", "48", "1", "12")
    assert talk.ask == ""
    assert talk.walked.answers == {
        "age": 14, "severe": [], "danger_look": [], "muac": "green", "problems": ["cough", "fever"],
        "long": [], "breaths": 48, "rdt": "positive", "given": ["al", "amoxicillin"],
    }  # fmt: skip
    assert {"treat_home", "al_1x6", "amox_2_bid_5d_20"} <= talk.classes
    assert talk.walked.commits == 0


def test_danger_is_told_at_the_hop_at_which_it_first_holds() -> None:
    talk = call(ICCM, "14", "1")
    assert talk.ask == "going"
    assert talk.walked.commits == 1
    assert "REFER NOW" in talk.screen
    talk.press("1")
    assert (talk.ask, talk.walked.commits) == ("danger_look", 2)


def test_a_newborn_is_referred_after_the_first_answer() -> None:
    talk = call(ICCM, "0")
    assert talk.ask == "going"
    assert "keep warm" in talk.screen
    assert talk.press("1").ask == ""


def test_each_danger_sign_more_is_saved_but_told_once() -> None:
    talk = call(ICCM, "14", "1", "1", "13")
    assert (talk.ask, talk.walked.commits) == ("muac", 3)
    assert talk.press("3").walked.commits == 3


def test_back_does_not_pass_the_danger_screen() -> None:
    talk = call(ICCM, "14", "1", "00")
    assert talk.ask == "going"
    assert "No way back." in talk.screen
    talk.press("1", "00")
    assert talk.ask == "danger_look"
    assert talk.walked.answers["severe"] == ["convulsions"]
    talk.press("0", "3", "00", "00", "00")
    assert talk.ask == "danger_look"
    assert "No way back." in talk.screen


def test_a_mistake_is_taken_back_and_danger_asked_again() -> None:
    talk = call(ICCM, "14", "1", "4")
    assert talk.ask == "severe"
    assert (talk.walked.withdrawn, talk.walked.commits) == (1, 2)
    assert "severe" not in talk.walked.answers
    talk.press("0")
    assert talk.ask == "danger_look"
    talk.press("2")
    assert talk.ask == "going"
    assert talk.walked.commits == 3
    assert talk.press("1", "0").walked.answers["danger_look"] == ["both_feet"]


def test_a_mistake_is_offered_only_for_a_while() -> None:
    late = call(ICCM, "14", "1", "4", values={"mistake": "1"})
    late.given.values.pop("mistake")
    gone = call(ICCM, "14", "1", "4", values={})
    assert gone.walked.withdrawn == 1
    given_late = given(ICCM)
    walked = walk(ICCM, ("14", "1", "4"), given_late)
    assert walked.notice is not None
    assert walked.withdrawn == 0


def test_a_mistaken_age_asks_age_and_unit_again() -> None:
    talk = call(ICCM, "1", "1")
    assert talk.ask == "going"
    talk.press("4")
    assert talk.ask == "age"
    assert talk.press("1").ask == "unit"


def test_back_takes_the_last_answer_and_then_leaves() -> None:
    talk = call(ICCM, "14", "0", "00")
    assert (talk.ask, talk.walked.answers) == ("severe", {"age": 14})
    talk.press("00")
    assert talk.ask == "age"
    assert talk.press("00").walked.left


def test_a_refused_key_is_no_step() -> None:
    talk = call(ICCM, "14", "7")
    assert talk.ask == "severe"
    assert talk.walked.taken == (("age", "14"),)
    assert talk.screen.startswith("Only 12345, or 0.\nType ALL true")
    assert talk.press("0").walked.notice is None


@pytest.mark.parametrize(
    ("keys", "ask"),
    [
        (("3",), "unit"),
        (("3", "1"), "severe"),
        (("6",), "severe"),
        (("5", "2"), ""),
        (("60",), ""),
        (("99",), "severe"),
        (("14", "0", "0", "3", "0"), "given"),
        (("5", "1", "0", "0"), "problems"),
    ],
)
def test_which_ask_comes_next(keys: tuple[str, ...], ask: str) -> None:
    assert call(ICCM, *keys).ask == ask


def test_only_what_is_ticked_is_asked_for_its_days() -> None:
    talk = call(ICCM, "14", "0", "0", "3", "2")
    assert "2 Diarrhoea 14 days" in talk.screen
    assert "1 Cough" not in talk.screen
    assert talk.press("1").walked.notice is not None


def test_stars_belong_to_free_text(tmp_path: Path) -> None:
    flow = make(tmp_path, TEXT, "words")
    talk = call(flow, "fell * from # a tree", "2")
    assert talk.walked.answers == {"said": "fell * from # a tree", "many": 2}


def test_a_list_is_paged_and_its_numbers_stay(tmp_path: Path) -> None:
    offered = tuple(Item(f"r{n}", f"482913 Kamba {n} 14:02") for n in range(1, 13))
    text = TEXT.replace('kind = "text"', 'kind = "list"\noffers = "alerts"')
    flow = make(tmp_path, text, "words")
    talk = call(flow, lists={"alerts": offered})
    assert "1 482913 Kamba 1" in talk.screen
    assert "98 More" in talk.screen
    first = talk.screen
    talk.press("98")
    assert talk.walked.taken == ()
    assert "5 482913" in talk.screen or "6 482913" in talk.screen
    assert talk.press("00").screen == first
    assert talk.press("98", "98", "98", "98").walked.notice is not None
    assert call(flow, "12", lists={"alerts": offered}).walked.answers == {"said": "r12"}
    assert call(flow, "98", lists={"alerts": offered[:2]}).walked.notice is not None


def test_ticks_on_two_screens_are_one_answer(tmp_path: Path) -> None:
    long = "a sign that takes many words to say, so that two are too much for one"
    text = sound(('"Fits"', f'"{long} x"'), ('"Tired"', f'"{long} y"'))
    talk = call(make(tmp_path, text))
    assert "1 a sign" in talk.screen
    assert "2 a sign" not in talk.screen
    talk.press("0")
    assert "2 a sign" in talk.screen
    talk.press("2")
    assert talk.walked.answers == {"signs": ["tired"]}
    assert call(make(tmp_path, text), "1", "0").walked.answers == {"signs": ["fits"]}
    back = call(make(tmp_path, text), "1", "00")
    assert (back.walked.page, back.walked.taken) == (0, ())


def test_resuming_replays_what_was_accepted() -> None:
    before = call(ICCM, "14", "9", "1", "1", "0", "3")
    again = resume(ICCM, before.walked.taken, before.given)
    assert again.answers == before.walked.answers
    assert again.commits == before.walked.commits
    assert again.barrier == before.walked.barrier


def test_resuming_stops_where_the_flow_has_changed(tmp_path: Path) -> None:
    flow = make(tmp_path)
    told = given(flow)
    taken = walk(flow, ("2", "30"), told).taken
    renamed = make(tmp_path, sound(('id = "breaths"', 'id = "breathing"'),
                                   ("{ breaths =", "{ breathing =")))  # fmt: skip
    assert resume(renamed, taken, told).answers == {"signs": ["tired"]}
    narrower = make(tmp_path, sound(("min = 10\nmax = 120", "min = 35\nmax = 120")))
    resumed = resume(narrower, taken, told)
    assert resumed.answers == {"signs": ["tired"]}
    assert resumed.notice is None


def test_what_was_answered_before_is_not_asked() -> None:
    talk = call(ICCM, answers={"age": 14, "severe": []})
    assert talk.ask == "danger_look"
    assert begin(talk.given).answers == {"age": 14, "severe": []}


def test_after_the_last_ask_keys_change_nothing() -> None:
    talk = call(STOCK, "1", "0")
    before = talk.walked
    assert talk.ask == ""
    assert talk.press("1", "00", "98").walked == before
