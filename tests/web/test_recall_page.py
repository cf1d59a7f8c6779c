"""Calling a lot back from the console: looked at first, told once, written down."""

from smsapp.store.tables import outbound, recall
from smsapp.web.console.words import begun
from tests.rig.orders import words_folder as words_folder
from tests.web.conftest import Console

FORM = {"product": "la", "lot": "b1234", "reason": "letter of the regulator"}


def test_it_is_looked_at_and_begun_once(console: Console):
    programme = console.log_in().programme
    programme.change("eve", phone=None)
    page = console.page("/console/recall")
    assert "Nothing is sent yet." in page.text
    looked = console.send("/console/recall/look", "/console/recall", **FORM).text
    assert "3 people: every health worker and facility" in looked
    assert "Do not use. Set aside AL 1x6, lot B1234. RECALL ......" in looked
    assert programme.count(recall) == programme.count(outbound) == 0
    for more in ("3", "0 more"):
        answer = console.send("/console/recall", **FORM)
        assert answer.headers["Location"] == "/console/orders"
        assert f": {more} people are asked." in console.page("/console/orders").text
    assert programme.count(recall) == 1
    assert programme.count(outbound) == 2
    assert console.audited("lot:la:B1234") == [
        ("operator", "recall", FORM["reason"]),
        ("operator", "recall_again", FORM["reason"]),
    ]
    looked = console.send("/console/recall/look", "/console/recall", **FORM).text
    assert "This lot was called back already" in looked
    assert begun("482913", 1, (), again=True) == "Recall 482913: 1 more person is asked."


def test_what_cannot_be_meant_is_refused_and_what_was_written_stays(console: Console):
    console.log_in()
    for wrong, cure in (
        ({"product": "gloves"}, "Gloves is no product; the ids are: la"),
        ({"lot": ""}, "Write the lot as on the box"),
        ({"lot": "B\n1"}, "Write the lot as on the box"),
        ({"reason": " "}, "Say why in a few words"),
    ):
        for path in ("/console/recall/look", "/console/recall"):
            answer = console.send(path, "/console/recall", **{**FORM, **wrong})
            assert (answer.status_code, cure in answer.text) == (422, True), (wrong, path)
    assert 'value="b1234"' in answer.text
    assert console.programme.count(recall) == 0
    assert {action for _, action, _ in console.audited("lot:new")} == {"recall_refused"}
