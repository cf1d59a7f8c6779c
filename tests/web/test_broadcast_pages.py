"""The pages of broadcasts: seen before it is sent, paused and resumed, each act written down."""

import pytest

from smsapp.service import broadcasts
from tests.web.conftest import Console

PATH = "/console/broadcasts"
TEXT = {"text_en": "Meeting on Friday at 9.", "roles": "chw"}
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_it_is_looked_at_sent_paused_and_resumed(console: Console):
    console.log_in("grace")
    console.programme.change("eve", opted_out=True)
    one = console.send(PATH, **TEXT).location
    assert one == f"{PATH}/1"
    text = console.page(one).text
    assert "Get it 1 SMS parts in all 1 Cost not known" in text
    assert "Left out sent STOP: 1" in text
    assert console.send(f"{one}/send", one, reason="").status_code == 422
    assert console.send(f"{one}/send", one, reason="the district asks").location == one
    assert "being sent: 0 of 1 have it." in console.page(one).text
    assert console.send(f"{one}/send", one, reason="once more").status_code == 422
    assert console.send(f"{one}/pause", one, reason="a mistake").location == one
    assert broadcasts.send_due(console.programme.rt) == 0
    assert "Broadcast 1 is paused: 0 of 1 have it. Resume it" in console.page(PATH).text
    assert console.send(f"{one}/resume", one, reason="it is right").location == one
    assert broadcasts.send_due(console.programme.rt) == 1
    assert "being sent: 0 of 1 have it." in console.page(one).text
    console.programme.lose("chw", state="accepted")
    broadcasts.send_due(console.programme.rt)
    assert "Broadcast 1 is done: 1 have it." in console.page(one).text
    assert console.audited("broadcast:1") == [
        ("grace", "draft", "from the console"),
        ("grace", "send_refused", "no reason given"),
        ("grace", "send", "the district asks"),
        ("grace", "send_refused", "it does not stand so"),
        ("grace", "pause", "a mistake"),
        ("grace", "resume", "it is right"),
    ]


@one_database
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text_en": "Bonjour" * 100, "text_fr": ""}, "5 parts, at most 3"),
        ({"text_en": "x" * 500}, "4 parts, at most 3"),
        ({"roles": "operator"}, "Name a role"),
        ({"places": "NOWHERE"}, "No place has the code NOWHERE"),
        ({"silent": "-1"}, "Write the days of silence as a number"),
        ({"silent": "0"}, "Silent is 1 day or more"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_written_stays(
    console: Console, wrong: dict[str, str], said: str
):
    console.log_in()
    refused = console.send(PATH, **{**TEXT, "text_fr": "Bonjour", **wrong})
    assert refused.status_code == 422
    assert said in refused.text
    assert "Bonjour" in refused.text
    assert broadcasts.listed(console.programme.rt) == []


@one_database
def test_letters_outside_gsm_are_named_and_no_such_broadcast_is_not_found(console: Console):
    console.log_in()
    assert "There is no text" in console.send(PATH, text_en=" ", roles="chw").text
    one = console.send(PATH, text_en="Watu 你好", roles="chw").location
    assert "the letters 你 好 make every part shorter" in console.page(one).text
    assert console.client.get(f"{PATH}/999").status_code == 404
    assert console.send(f"{PATH}/1/forget", PATH, reason="no such act").status_code == 404
