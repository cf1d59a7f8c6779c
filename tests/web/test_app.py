"""Pages of the application that belong to nobody: errors, unknown paths."""

import logging
from dataclasses import replace

import pytest
from flask import request
from flask.testing import FlaskClient

from smsapp.runtime import Runtime
from smsapp.web.app import create_app
from smsapp.web.fault import place_of

SECRET = "+265991000001 has a fever"
on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def client(rt: Runtime) -> FlaskClient:
    return create_app(rt).test_client()


@on_one_database
def test_a_failure_shows_a_word_for_support_and_nothing_else(
    rt: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(rt)
    with app.test_request_context(), caplog.at_level(logging.DEBUG):
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            body, status = app.handle_user_exception(error)  # type: ignore[misc]
    assert status == 500
    assert "support" in str(body)
    for text in (str(body), caplog.text):
        assert "fever" not in text
        assert "265991000001" not in text
        assert "Traceback" not in text


@on_one_database
@pytest.mark.parametrize("path", ["/nothing", "/hooks/wrong/sms", "/../etc/passwd", "/%00", "/%ff"])
def test_an_unknown_path_repeats_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.text.count("There is no such page.") == 1


@on_one_database
def test_health_needs_no_login(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"alive": True}
    assert client.post("/healthz").status_code == 404


def test_a_place_is_named_without_what_was_said() -> None:
    try:
        place_of(None)  # type: ignore[arg-type]
    except AttributeError as error:
        place = place_of(error)
    assert place.startswith("web/fault.py:")
    assert place_of(ValueError(SECRET)) == ""


@on_one_database
@pytest.mark.parametrize(("hops", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_the_address_is_the_one_the_trusted_proxy_names(rt: Runtime, hops: int, seen: str) -> None:
    settings = rt.settings.model_copy(update={"proxy_hops": hops})
    with create_app(replace(rt, settings=settings)).test_client() as client:
        client.get("/login", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
        assert request.remote_addr == seen
