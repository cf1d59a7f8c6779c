"""The page of phones in a real browser, with mouse or keyboard, and on a narrow screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.simulator.stand import CHW, SUPERVISOR, post, wait_for


@pytest.fixture
def phones(page: Page, simulator) -> Page:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(simulator.url)
    expect(handset(page, CHW)).to_be_visible()
    return page


def handset(page, phone):
    return page.locator(f"article[data-phone='{phone}']")


def test_a_call_with_the_mouse(phones, service):
    phone = handset(phones, CHW)
    phone.get_by_role("button", name="Call", exact=True).click()
    expect(phone.locator(".screen")).to_have_text("Screen 1: ")
    for key in ("1", "4"):
        phone.locator(".keys").get_by_role("button", name=key, exact=True).click()
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator(".screen")).to_have_text("Screen 2: 14")
    expect(phone.locator(".size")).to_have_text("12 of 160/182 septets")
    expect(phone.locator(".time")).to_contain_text("of 180 s")
    phone.get_by_role("button", name="Lose signal").click()
    expect(phone.locator(".screen")).to_have_text("Signal lost.")
    wait_for(lambda: service.doors("ussd-end"))


def test_a_call_with_the_keyboard_alone(phones, service):
    phone = handset(phones, CHW)
    phone.get_by_label("Number to dial").focus()
    phones.keyboard.press("Enter")
    expect(phone.locator(".screen")).to_have_text("Screen 1: ")
    expect(phone.get_by_label("Your answer")).to_be_focused()
    phones.keyboard.type("1")
    phones.keyboard.press("Enter")
    expect(phone.locator(".screen")).to_have_text("Screen 2: 1")
    expect(phone.get_by_label("Your answer")).to_be_focused()
    phones.keyboard.press("Tab")
    phones.keyboard.type("3")
    expect(phone.get_by_label("Your answer")).to_have_value("3")
    phones.keyboard.press("Escape")
    expect(phone.get_by_label("Number to dial")).to_be_visible()
    wait_for(lambda: service.doors("ussd-end"))


def test_a_slow_answer_keeps_the_focus_and_takes_no_second_key(phones, service):
    phone = handset(phones, CHW)
    phone.get_by_label("Number to dial").press("Enter")
    expect(phone.locator(".screen")).to_have_text("Screen 1: ")
    service.pause = 0.8
    phones.keyboard.type("1")
    phones.keyboard.press("Enter")
    phones.keyboard.press("Enter")
    expect(phone.locator(".screen")).to_have_text("Screen 2: 1")
    expect(phone.get_by_label("Your answer")).to_be_focused()
    assert [form["text"] for form in service.doors("ussd")] == ["", "1"]


def test_an_sms_rings_is_read_and_answered(phones, sdk, service):
    phone = handset(phones, SUPERVISOR)
    sdk.send("First, ref 111111", [SUPERVISOR])
    sdk.send("REFER NOW, ref 123456", [SUPERVISOR])
    expect(phone.get_by_text("2 new messages")).to_be_visible()
    expect(phones.locator("#said")).to_contain_text("new SMS")
    phone.get_by_role("button", name="Read").click()
    expect(phone.locator(".inbox .text")).to_have_text(
        ["REFER NOW, ref 123456", "First, ref 111111"]
    )
    expect(phone.get_by_role("button", name="Inbox", exact=True)).to_be_visible()
    phone.get_by_role("button", name="Reply").click()
    phone.get_by_label("SMS to 24000").fill("OK 123456")
    expect(phone.locator(".cost")).to_have_text("9 of 160 septets · 1 SMS")
    phone.get_by_label("SMS to 24000").press("Enter")
    wait_for(lambda: [form["text"] for form in service.doors("sms")] == ["OK 123456"])
    phones.reload()
    expect(phone.get_by_role("button", name="Inbox", exact=True)).to_be_visible()


def test_text_of_an_sms_is_text(phones, sdk):
    sdk.send("<img src=x onerror=alert(1)>", [SUPERVISOR])
    phone = handset(phones, SUPERVISOR)
    phone.get_by_role("button", name="Read").click()
    expect(phone.locator(".inbox .text")).to_have_text("<img src=x onerror=alert(1)>")


def test_one_phone_at_a_time_on_a_narrow_screen(phones):
    phones.set_viewport_size({"width": 360, "height": 760})
    expect(phones.locator("article")).to_have_count(1)
    phones.get_by_role("button", name="Grace").click()
    expect(handset(phones, SUPERVISOR)).to_be_visible()
    expect(phones.locator("article")).to_have_count(1)
    assert phones.evaluate("document.documentElement.scrollWidth") <= 360


def test_another_phone_can_be_added(phones):
    phones.get_by_label("Another phone").fill("+265991000077")
    phones.get_by_role("button", name="Add").click()
    expect(handset(phones, "+265991000077")).to_be_visible()
    phones.get_by_label("Another phone").fill("77")
    phones.get_by_role("button", name="Add").click()
    expect(phones.get_by_role("alert")).to_contain_text("a number like")


def test_a_fault_is_chosen_on_the_page(phones, simulator):
    phones.get_by_text("Make the network misbehave").click()
    phones.get_by_label("Next time").select_option("accept_then_hang")
    phones.get_by_role("button", name="Set").click()
    expect(phones.locator("#fault-list li")).to_have_text(["accept_then_hang"])
    assert simulator.net.faults.waiting() == [{"phone": "", "fault": "accept_then_hang"}]
    phones.get_by_role("button", name="Behave well again").click()
    expect(phones.locator("#fault-list li")).to_have_count(0)


def test_a_call_made_elsewhere_is_seen_here(phones, simulator):
    post(simulator, "/calls", phone=CHW)
    expect(handset(phones, CHW).locator(".screen")).to_have_text("Screen 1: ")


def test_every_field_and_button_has_a_name(phones):
    bare = phones.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")].filter((one) =>
            !one.labels?.length && !one.ariaLabel && !one.textContent.trim()).length"""
    )
    assert bare == 0
