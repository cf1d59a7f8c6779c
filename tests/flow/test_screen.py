"""Screens: marks, notice, lines, question, choices, navigation; all within 160 septets."""

import pytest

from smsapp import gsm
from smsapp.flow.given import Given, Item
from smsapp.flow.screen import end, pages, show
from smsapp.flow.walk import next_ask
from tests.flow.build import ICCM, LIBRARY, WORDS
from tests.flow.play import call

MENU = LIBRARY.flows["menu"]


def test_a_screen_in_training_begins_with_its_mark() -> None:
    talk = call(ICCM, "14", training=True)
    assert talk.screen == (
        "T: Type ALL true, 0 none:\n1 Fits in this illness\n2 Cannot drink or feed at all\n"
        "3 Vomits everything\n4 Very sleepy or unconscious\n5 Not sure\n00 Back"
    )


def test_the_danger_screen_says_it_all_in_training() -> None:
    assert call(ICCM, "14", "1", training=True, language="fr").screen == (
        "FORMATION. Vrai cas? Appelez +265991000201\nREFERER D'URGENCE\n1 En route\n"
        "2 Sans transport\n3 Famille refuse\n4 Erreur"
    )


def test_real_screens_carry_no_mark_but_leave_its_room() -> None:
    real, training = (call(ICCM, "14", training=flag).screen for flag in (False, True))
    assert training == "T: " + real


def test_a_refused_key_is_explained_above_the_question() -> None:
    talk = call(ICCM, "14", "0", "0", "5", language="fr")
    assert talk.screen.splitlines()[:2] == ["Tapez 1/2/3/4.", "Couleur du brassard MUAC?"]
    assert "00 Retour" not in talk.screen


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_typed_and_in_force_fills_the_texts(language: str) -> None:
    assert call(ICCM, "3", language=language).screen.startswith("3")
    screen = call(ICCM, "14", "0", "0", "3", "1", language=language, params={"cough_days": 22})
    assert "22" in screen.screen


def test_whoever_the_card_is_served_to_sees_its_doses() -> None:
    keys = ("14", "0", "0", "3", "3", "0", "1")
    for training in (True, False):  # unsigned, it is served in training alone
        assert "AL 1x2 3d" in call(ICCM, *keys, training=training).screen


def test_nothing_offers_rectal_artesunate_unless_the_country_does() -> None:
    keys = ("14", "2", "1", "0", "3", "3", "0")
    assert "rtesunate" not in call(ICCM, *keys, training=True).screen
    with_it = call(ICCM, *keys, training=True, params={"rectal_artesunate": True}).screen
    assert "Rectal artesunate 100: 1" in with_it


def test_the_last_screen_carries_the_whole_mark() -> None:
    told = Given("en", training=True, values={"help": "+265991000201"})
    assert end("Bye", told, WORDS).text == "TRAINING. Real child? Call +265991000201\nBye"
    assert end("Bye", Given("en"), WORDS).text == "Bye"


def test_the_menu_names_the_last_report_and_keeps_its_choices() -> None:
    known = {"last_ref": "482913", "last_time": "14:02"}
    talk = call(MENU, values=known)
    ask, facts = next_ask(MENU, talk.walked, talk.given)
    assert ask
    named = show(MENU, ask, facts, {}, talk.given, WORDS, back=False).text
    plain = talk.screen.removesuffix("\n00 Back")  # which has the room of that line
    assert named == f"Saved 482913, 14:02\n{plain}"
    assert "4 Other person in danger" in named


def test_the_menu_offers_what_waits_first() -> None:
    waiting = {"tests": (Item("482913", "14 months, 10:42"),)}
    talk = call(MENU, lists=waiting)
    assert talk.screen.startswith("Result for which child?\n1 14 months, 10:42\n0 Menu")
    assert talk.press("0").ask == "chw"


def test_the_menu_offers_alerts_to_those_who_answer() -> None:
    alerts = {"alerts": (Item("482913", "482913 Kamba 14:02"),)}
    assert "1 Alerts" in call(MENU, role="supervisor", lists=alerts).screen
    assert call(MENU, role="supervisor").screen.startswith("Nothing waits for you.")


def test_pages_drop_nothing_and_shorten_nothing() -> None:
    offered = [f"{n} {'word ' * (n % 9)}end" for n in range(1, 98)]
    split = pages("Question?", offered, any_many=False, whole=True)
    assert [one for page in split for one in page] == offered
    assert all(gsm.septets("\n".join(page)) <= 160 for page in split)
    assert max(map(len, split)) <= 5
