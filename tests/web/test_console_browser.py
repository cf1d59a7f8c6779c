"""An operator in a real browser: in by the link, an alert in doubt, sent again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.rig.stage import Stage
from tests.web.conftest import Console

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WIDTHS = (1280, 360)  # pixels: a desk, a cheap phone


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """An application on a real socket: its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(console: Console) -> Iterator[str]:
    """Address of the console."""
    with serve(console.app) as address:
        yield address


def test_an_operator_finds_an_unknown_alert_and_sends_it_again(
    console: Console, served: str, page: Page
):
    number = console.outbound("unknown", reason="The gateway did not answer in time.")
    page.goto(served)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(served + console.link())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("1 message needs a decision.")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("ALERT Chalo")).to_be_hidden()
    page.get_by_text("Show the text").click()
    expect(page.get_by_text("ALERT Chalo")).to_be_visible()
    page.get_by_label("Reason").fill("phoned, not received")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status")).to_have_text("The message goes out again now.")
    assert console.state(number) == "queued"
    assert console.audited(f"outbound:{number}") == [
        ("operator", "send_again", "phoned, not received")
    ]


def test_an_operator_writes_down_what_a_facility_said(village: Console, stage: Stage, page: Page):
    stage.send("+265991000001", "CCM A14 S1 D0 M3 P0 T0 G1")
    with serve(village.app) as address:
        page.goto(address + village.link())
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name="Alert").click()
        page.get_by_label("Who said it").select_option(label="Bua Health Centre, facility")
        page.get_by_label("Seen and treated").check()
        page.get_by_label("Reason").fill("called me, no credit")
        page.get_by_role("button", name="Write it down").click()
        expect(page.get_by_role("status")).to_contain_text("It is written down")
        expect(page.get_by_text("Alert closed by facility")).to_be_visible()
    assert [row.state for row in stage.rows("SELECT state FROM alert")] == ["closed"]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen_and_the_style_is_loaded(
    console: Console, served: str, page: Page, width: int
):
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    console.programme.alarm()
    number = console.outbound("unknown", text="x" * 300, reason="y" * 200)
    who = console.programme.person("chw")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(served + console.link())
    page.get_by_role("button", name="Log in").click()
    console.inbound("chw", "x " * 30, unread="W" * 40)
    paths = [
        "",
        "orders",
        "recall",
        "signals",
        "broadcasts",
        "unread",
        f"messages/{number}",
        "alerts/1",
    ]
    for path in (*paths, "alerts/1", f"people/{who.id}", "people?q=zz", "password"):
        page.goto(f"{served}/console/{path}")
        page.wait_for_selector("main")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    styled = "getComputedStyle(document.querySelector('.top')).display"
    assert page.evaluate(styled) == "flex"
    assert refused == []  # the content policy blocks nothing of ours


def test_everything_is_reached_by_the_keyboard(console: Console, served: str, page: Page):
    console.outbound("unknown")
    page.goto(served + console.link())
    expect(page.get_by_role("button", name="Log in")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().split(/\\s/)[0]"))
    assert {"To", "Now", "Find", "Log", "Decide"} <= reached
