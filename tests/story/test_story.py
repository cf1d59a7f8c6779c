"""From a basic phone to a supervisor's answer, and an alert in doubt, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from smsapp.cli.valkey import wait_for
from tests.story.conftest import PATIENCE, Whole
from tests.story.phones import CHWS, FACILITY, SUPERVISOR

CODE = "*384*2400#"
NAMES = {
    CHWS[0]: "Esther Demo",
    CHWS[1]: "Mercy Demo",
    SUPERVISOR: "Grace Demo",
    FACILITY: "Bua Health Centre",
}
SCREENS = {1280: CHWS[0], 360: CHWS[1]}  # pixels wide: a desk, a cheap phone; who dials there


@pytest.fixture(autouse=True)
def patient() -> None:
    expect.set_options(timeout=PATIENCE * 1000)


def handset(page: Page, phone: str) -> Locator:
    """A phone on the page; where only one fits, it is brought to the front."""
    found = page.locator(f"article[data-phone='{phone}']")
    if not found.is_visible():
        page.get_by_role("button", name=NAMES[phone]).click()
    expect(found).to_be_visible()
    return found


def keypad(phone: Locator, keys: str, go: str = "Send") -> None:
    """Press these keys and the one that sends them."""
    for key in keys:
        phone.locator(".keys").get_by_role("button", name=key, exact=True).click()
    phone.get_by_role("button", name=go, exact=True).click()


def answer(phone: Locator, keys: str, shows: str) -> None:
    """Type an answer; the next screen shows this."""
    keypad(phone, keys)
    expect(phone.locator(".screen")).to_contain_text(shows)


def read_newest(page: Page, phone: str, says: str) -> str:
    """The phone rings; its newest SMS says this."""
    found = handset(page, phone)
    expect(found).to_have_class(re.compile(r"\bringing\b"))
    found.get_by_role("button", name=re.compile(r"^Inbox \(\d\)$")).click()
    newest = found.locator(".inbox .text").first
    expect(newest).to_contain_text(says)
    return newest.inner_text()


@pytest.mark.parametrize("width", SCREENS)
def test_from_a_basic_phone_to_an_answer(whole: Whole, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(whole.phones.url)
    chw = SCREENS[width]
    phone = handset(page, chw)
    phone.get_by_label("Number to dial").clear()
    keypad(phone, CODE, "Call")
    expect(phone.locator(".screen")).to_contain_text("1 Sick child")
    answer(phone, "1", "Age in MONTHS?")
    answer(phone, "14", "1 Fits in this illness")
    answer(phone, "1", "REFER NOW")

    alert = read_newest(page, SUPERVISOR, "DANGER")
    ref = re.search(r"OK (\d{6})", alert)
    assert ref
    assert ref[0] in read_newest(page, FACILITY, "DANGER")

    supervisor = handset(page, SUPERVISOR)
    supervisor.get_by_role("button", name="Reply", exact=True).click()
    supervisor.get_by_label("SMS to").fill(f"OK {ref[1]}")
    supervisor.get_by_role("button", name="Send", exact=True).click()
    read_newest(page, chw, f"{ref[1]}: seen by Grace Demo")

    phone = handset(page, chw)
    phone.get_by_role("button", name="Back", exact=True).click()
    expect(phone.locator(".screen")).to_contain_text("1 Going")
    answer(phone, "1", "1 Chest pulls IN")
    answer(phone, "0", "MUAC strap colour?")
    answer(phone, "3", "The child has")
    answer(phone, "0", "Given now?")
    answer(phone, "0", "REFER NOW. Saved.")
    expect(phone.locator(".screen")).to_contain_text(ref[1])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    told(whole, chw, ref[1])


def told(whole: Whole, chw: str, ref: str) -> None:
    """What the database says once the network has said its last word."""
    unsent = "SELECT id FROM outbound WHERE state <> 'delivered'"
    assert wait_for(lambda: not whole.rows(unsent), PATIENCE), whole.rows(unsent)
    report = (
        "SELECT report.ref, report.state, alert.state FROM report "
        "JOIN person ON person.id = report.person_id JOIN alert ON alert.report_id = report.id "
        "WHERE person.phone = :phone"
    )
    assert whole.rows(report, phone=chw) == [(ref, "closed", "acknowledged")]
    assert whole.broken() == []


def test_an_operator_sends_an_alert_in_doubt_again(whole: Whole, page: Page) -> None:
    before = len(whole.phones.heard(SUPERVISOR))
    whole.phones.misbehave(SUPERVISOR, "accept_then_hang+no_report")
    assert "REFER NOW" in whole.phones.dial(CHWS[2], "1", "14", "1").screen
    doubt = "SELECT id FROM outbound WHERE state = 'unknown'"
    assert wait_for(lambda: bool(whole.rows(doubt)), PATIENCE)
    ((number,),) = whole.rows(doubt)

    page.goto(whole.link)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("1 message needs a decision.")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 700})
    page.get_by_role("link", name="Decide").click()
    page.get_by_text("Show the text").click()
    expect(page.get_by_text("DANGER, child")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Reason").fill("phoned, not received")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status")).to_have_text("The message goes out again now.")
    settled = "SELECT id FROM outbound WHERE id = :id AND state = 'delivered'"
    assert wait_for(lambda: bool(whole.rows(settled, id=number)), PATIENCE)
    page.get_by_role("link", name="Now").first.click()
    expect(page.get_by_role("link", name="Decide")).to_have_count(0)

    texts = whole.phones.heard(SUPERVISOR)[before:]
    assert len(texts) == 2
    assert texts[0] == texts[1]
    audited = "SELECT actor, action, reason FROM audit WHERE object = :object"
    assert whole.rows(audited, object=f"outbound:{number}") == [
        ("operator", "send_again", "phoned, not received")
    ]
    assert whole.broken() == []
