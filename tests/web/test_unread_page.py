"""The page Not understood: words for all, SMS for who says why, and what a word means."""

from dataclasses import replace

import pytest

from smsapp.flow.library import Library
from smsapp.web.app import create_app
from tests.rig.programme import Programme
from tests.web.conftest import Console

PATH = "/console/unread"
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def console(programme: Programme, flows: Library) -> Console:
    """The console of a programme with the flows as they are served."""
    programme.rt = replace(programme.rt, flows=flows)
    app = create_app(programme.rt)
    return Console(programme, app, app.test_client())


def test_words_are_shown_and_sms_only_for_a_reason(console: Console):
    console.log_in()
    console.inbound("chw", "bambino Mary is sick", unread="BAMBINO")
    page = console.page(PATH).text
    assert "BAMBINO 1 SMS" in page
    assert "Mary" not in page
    refused = console.send(f"{PATH}/messages", PATH, word="BAMBINO", reason="")
    assert (refused.status_code, "Mary" in refused.text) == (422, False)
    shown = console.send(f"{PATH}/messages", PATH, word="BAMBINO", reason="what is it")
    assert "bambino Mary is sick" in shown.text
    assert console.audited("word:BAMBINO") == [
        ("operator", "show_unread_refused", "no reason given"),
        ("operator", "show_unread", "what is it"),
    ]


@one_database
def test_what_is_private_is_not_shown(console: Console):
    console.log_in()
    console.inbound("chw", "secret Mary", unread="SECRET", private=True)
    assert "SECRET" not in console.page(PATH).text
    shown = console.send(f"{PATH}/messages", PATH, word="SECRET", reason="curious")
    assert "Mary" not in shown.text


@one_database
def test_a_word_is_explained_and_forgotten(console: Console):
    console.log_in()
    console.inbound("chw", "bambino A14", unread="BAMBINO")
    assert "CCM" in console.page(PATH).text
    wrong = console.send(f"{PATH}/means", PATH, word="BAMBINO", means="CMM")
    assert wrong.status_code == 422
    assert console.send(f"{PATH}/means", PATH, word="BAMBINO", means="CCM").location == PATH
    page = console.page(PATH).text
    assert "BAMBINO means CCM from now on. 1 SMS is read again now." in page
    assert console.send(f"{PATH}/forget", PATH, word="BAMBINO").location == PATH
    assert console.send(f"{PATH}/forget", PATH, word="BAMBINO").status_code == 422
    actions = [action for _, action, _ in console.audited("word:BAMBINO")]
    assert actions == ["explain_word_refused", "explain_word", "forget_word"]


@one_database
def test_every_page_leads_here(console: Console):
    console.log_in()
    assert PATH in console.page("/console/").values("a", "href")
    assert "Everything was understood" in console.page(PATH).text
