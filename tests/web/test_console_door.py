"""The console's door: nothing opens without a login, nothing changes without a token."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from werkzeug.routing import Rule

from smsapp.service.operators import LoginRefused, enter_by_password, invite
from smsapp.web.app import create_app
from smsapp.web.login import IDLE, LONGEST
from tests.rig.programme import Programme
from tests.web.conftest import Console, Page

PUBLIC = {  # what anybody may open; a new page must not be added here by accident
    "health.healthz",
    "health.readyz",
    "login.show",
    "login.enter",
    "login.show_link",
    "login.enter_by_link",
    "console.static",
}
PASSWORD = "correct horse battery"
OTHER = "another good long one"
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def paths(app: Flask, method: str) -> list[tuple[str, str]]:
    """Endpoint and an example address of every route with this method."""
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return [(rule.endpoint, example(app, rule)) for rule in rules]


def example(app: Flask, rule: Rule) -> str:
    samples = {"lane": "urgent", "token": "x", "filename": "console.css"}
    values = {name: samples.get(name, 1) for name in rule.arguments}
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


@one_database
def test_every_page_but_the_named_ones_asks_for_a_login(console: Console):
    closed = 0
    for method in ("GET", "POST"):
        for endpoint, path in paths(console.app, method):
            token = Page(console.client.get("/login").text).token
            answer = console.client.open(path, method=method, data={"csrf_token": token})
            asks = answer.status_code == 302 and answer.location == "/login"
            assert asks != (endpoint in PUBLIC), (method, path, answer.status)
            closed += asks
            answer.close()
    assert closed >= 13


@one_database
def test_every_form_without_a_token_is_refused(console: Console):
    console.log_in()
    posts = paths(console.app, "POST")
    assert len(posts) >= 8
    for _, path in posts:
        assert console.client.post(path, data={"reason": "because"}).status_code == 403, path
        wrong = {"csrf_token": "wrong", "reason": "because"}
        assert console.client.post(path, data=wrong).status_code == 403, path
    assert ("operator", "form_refused") in [
        row[:2] for row in console.audited("page:console.discard")
    ]


@one_database
def test_a_form_of_another_site_is_refused_even_with_a_token(console: Console):
    console.log_in()
    token = console.page("/console/password").token
    answer = console.client.post(
        "/console/leave", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert console.client.get("/console/").status_code == 200


@one_database
def test_a_link_works_once_and_looking_at_it_does_not_use_it_up(console: Console):
    link = console.link()
    for _ in range(3):
        assert console.client.get(link).status_code == 200
    assert console.client.get("/console/").status_code == 302
    assert console.send(link).location == "/console/"
    assert console.client.get("/console/").status_code == 200
    again = console.app.test_client()
    token = Page(again.get(link).text).token
    assert again.post(link, data={"csrf_token": token}).status_code == 401
    assert again.get("/console/").status_code == 302


@one_database
def test_a_link_ends_after_a_day_and_when_a_newer_one_is_made(console: Console):
    old = console.link()
    new = console.link()
    assert console.send(old).status_code == 401
    console.programme.clock.move(hours=24, seconds=1)
    assert console.send(new).status_code == 401


@one_database
def test_a_login_is_a_session_of_its_own(console: Console):
    console.client.get("/login")
    before = console.client.get_cookie("smsapp")
    console.log_in()
    after = console.client.get_cookie("smsapp")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert (after.http_only, after.same_site, after.secure) == (True, "Lax", False)
    stolen = console.app.test_client()
    stolen.set_cookie("smsapp", before.value)
    assert stolen.get("/console/").status_code == 302


@one_database
def test_logging_out_ends_every_copy_of_the_cookie(console: Console):
    console.log_in()
    cookie = console.client.get_cookie("smsapp")
    assert cookie is not None
    copy = console.app.test_client()
    copy.set_cookie("smsapp", cookie.value)
    assert copy.get("/console/").status_code == 200
    assert console.send("/console/leave", "/console/").location == "/login"
    assert copy.get("/console/").status_code == 302
    assert console.client.get("/console/").status_code == 302


@one_database
def test_a_login_ends_when_idle_though_the_page_renews_itself(console: Console):
    console.log_in()
    for _ in range(3):
        console.programme.clock.move(seconds=IDLE.total_seconds() / 2)
        last = console.client.get("/console/?auto=1").status_code
    assert last == 302


@one_database
def test_a_login_ends_after_a_working_day_however_busy(console: Console):
    console.log_in()
    step = timedelta(minutes=25)
    for _ in range(int(LONGEST / step)):
        console.programme.clock.move(seconds=step.total_seconds())
        assert console.client.get("/console/").status_code == 200
    console.programme.clock.move(seconds=step.total_seconds())
    assert console.client.get("/console/").status_code == 302


@one_database
def test_after_the_login_the_page_asked_for_opens(console: Console):
    console.client.get("/console/people?q=chw")
    assert console.send(console.link()).location == "/console/people?q=chw"


@one_database
def test_a_password_is_chosen_used_and_ends_other_logins(console: Console):
    console.log_in()
    cookie = console.client.get_cookie("smsapp")
    assert cookie is not None
    short = console.send("/console/password", password="short", repeated="short")
    differs = console.send("/console/password", password=PASSWORD, repeated=OTHER)
    assert (short.status_code, differs.status_code) == (422, 422)
    assert (
        console.send("/console/password", password=PASSWORD, repeated=PASSWORD).status_code == 302
    )
    other = console.app.test_client()
    other.set_cookie("smsapp", cookie.value)
    assert other.get("/console/").status_code == 302
    console.send("/console/leave", "/console/")
    form = {"username": "operator", "password": PASSWORD}
    assert console.send("/login", **form).location == "/console/"
    changed = console.send("/console/password", current="wrong", password=OTHER, repeated=OTHER)
    assert changed.status_code == 422
    form = {"current": PASSWORD, "password": OTHER, "repeated": OTHER}
    assert console.send("/console/password", **form).status_code == 302


def _with_password(programme: Programme) -> None:
    app = create_app(programme.rt)
    console = Console(programme, app, app.test_client()).log_in()
    console.send("/console/password", password=PASSWORD, repeated=PASSWORD)


def test_wrong_passwords_slow_the_account_down_and_a_link_still_opens(programme: Programme):
    _with_password(programme)
    now = programme.rt.now()
    at = [
        replace(programme.rt, clock=partial(now.__add__, timedelta(seconds=s))) for s in (0, 3, 6)
    ]
    for n in range(5):  # the fourth begins a pause of two seconds, in which none counts
        with pytest.raises(LoginRefused):
            enter_by_password(at[0], "operator", "wrong", f"10.0.0.{n}")
    with pytest.raises(LoginRefused):  # right, but too early
        enter_by_password(at[0], "operator", PASSWORD, "10.0.1.1")
    with pytest.raises(LoginRefused):  # a fifth that counts: four seconds
        enter_by_password(at[1], "operator", "wrong", "10.0.1.1")
    with pytest.raises(LoginRefused):
        enter_by_password(at[2], "operator", PASSWORD, "10.0.1.1")
    app = create_app(programme.rt)
    Console(programme, app, app.test_client()).log_in()
    assert enter_by_password(at[2], "operator", PASSWORD, "10.0.1.1").username == "operator"


@one_database
def test_an_address_that_guesses_must_wait(console: Console):
    for n in range(20):
        form = {"username": f"guess{n}", "password": "guess"}
        assert console.send("/login", **form).status_code == 401
    assert console.send("/login", username="guess", password="guess").status_code == 429
    assert console.send(console.link()).status_code == 429
    console.programme.clock.move(minutes=16)
    assert console.send("/login", username="guess", password="guess").status_code == 401


@one_database
def test_an_unknown_name_and_a_wrong_password_read_the_same(programme: Programme):
    _with_password(programme)
    said = set()
    for name in ("operator", "nobody", "", "x" * 5000, "\0", "' or 1=1 --"):
        with pytest.raises(LoginRefused) as refused:
            enter_by_password(programme.rt, name, "wrong", "10.0.0.1")
        said.add(str(refused.value))
    assert len(said) == 1


@one_database
def test_no_operator_exists_before_one_is_made(programme: Programme):
    with pytest.raises(LoginRefused):
        enter_by_password(programme.rt, "operator", "", "10.0.0.1")
    invite(programme.rt, "grace")
    with pytest.raises(LoginRefused):
        enter_by_password(programme.rt, "grace", "", "10.0.0.1")


@one_database
def test_every_page_says_what_it_may_load(console: Console):
    console.log_in()
    for path in ("/login", "/console/", "/console/people", "/console/people/99999"):
        headers = console.client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
