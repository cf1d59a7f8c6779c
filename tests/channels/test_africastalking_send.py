"""Sending over the SDK and our own line: what leaves, how, and what never does."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import Verdict
from smsapp.channels.wire import Line
from smsapp.settings import Settings
from tests.channels.bad_gateway import (
    PHONE,
    Do,
    Gateway,
    accept,
    answer,
    channel,
    entry,
    hang,
    send_to,
    serve,
    told,
)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serve() as server:
        yield server


OK, AGAIN, NO = Verdict.ACCEPTED, Verdict.NOT_SENT, Verdict.REFUSED
HOLD, DOUBT = Verdict.SYSTEMIC, Verdict.AMBIGUOUS


def test_what_is_sent(gateway: Gateway) -> None:
    outcome = send_to(gateway, accept())
    assert (outcome.provider_id, outcome.http_status) == ("ATXid_1", 201)
    path, fields, headers = gateway.posts[0]
    assert path == "/version1/messaging"
    assert fields == {
        "username": "sandbox",
        "to": PHONE,
        "message": "REFER NOW",
        "bulkSMSMode": "1",
        "from": "24000",
    }
    assert headers["apiKey"] == "simulator"
    assert headers["Accept"] == "application/json"


def test_every_letter_arrives(gateway: Gateway) -> None:
    text = "Référé: 50% & 'x+y=€'\nñ 😀 نعم"
    channel(f"http://127.0.0.1:{gateway.server_port}").send(PHONE, text)
    assert gateway.posts[0][1]["message"] == text


@pytest.mark.parametrize("given_id", ["None", "", None])
def test_an_id_that_is_none(gateway: Gateway, given_id: str | None) -> None:
    outcome = send_to(gateway, answer(201, told(entry(messageId=given_id))))
    assert (outcome.verdict, outcome.provider_id) == (OK, "")


@pytest.mark.parametrize(
    ("said", "seconds"), [("30", 30.0), ("99999999999", 3600.0), ("soon", None), ("-1", None)]
)
def test_how_long_to_wait(gateway: Gateway, said: str, seconds: float | None) -> None:
    outcome = send_to(gateway, answer(429, b"", Retry_After=said))
    assert (outcome.http_status, outcome.retry_after) == (429, seconds)


@pytest.mark.parametrize(
    "phone", ["", "24000", "+2547", "0991000101", PHONE + "\n", "+" + "9" * 24]
)
def test_what_is_no_number_never_leaves(gateway: Gateway, phone: str) -> None:
    outcome = channel(f"http://127.0.0.1:{gateway.server_port}").send(phone, "REFER NOW")
    assert (outcome.verdict, outcome.code) == (NO, "bad_number")
    assert gateway.posts == []


def test_an_empty_text_never_leaves(gateway: Gateway) -> None:
    outcome = channel(f"http://127.0.0.1:{gateway.server_port}").send(PHONE, "")
    assert (outcome.verdict, outcome.code) == (NO, "empty_text")
    assert gateway.posts == []


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = channel(f"http://127.0.0.1:{port}").send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (AGAIN, "no_connection")


def test_nobody_takes_the_connection() -> None:
    with socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())  # fills the only place in the queue
        outcome = channel(f"http://127.0.0.1:{full.getsockname()[1]}").send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (AGAIN, "connect_timeout")


def test_no_such_name() -> None:
    outcome = channel("http://gateway.invalid").send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (AGAIN, "no_name")


@pytest.mark.parametrize(
    "base", ["gateway", "ftp://127.0.0.1", "http://", "http://[::1", "http://a:b"]
)
def test_an_address_that_is_none(base: str) -> None:
    outcome = channel(base).send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (HOLD, "bad_settings")


def test_a_key_that_is_none(gateway: Gateway) -> None:
    base = f"http://127.0.0.1:{gateway.server_port}"
    outcome = channel(base, at_api_key="key\nInjected: 1").send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (HOLD, "bad_settings")
    assert gateway.posts == []


def test_a_certificate_nobody_trusts(gateway: Gateway) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("untrusted.pem"))
    gateway.socket = context.wrap_socket(gateway.socket, server_side=True)
    outcome = channel(f"https://127.0.0.1:{gateway.server_port}").send(PHONE, "x")
    assert (outcome.verdict, outcome.code) == (HOLD, "bad_certificate")
    assert gateway.posts == []


def test_plain_http_where_tls_is_expected(gateway: Gateway) -> None:
    outcome = channel(f"https://127.0.0.1:{gateway.server_port}").send(PHONE, "x")
    assert outcome.verdict is DOUBT  # most errors of TLS are not told from a broken connection
    assert gateway.posts == []


def test_threads_share_a_few_connections(gateway: Gateway) -> None:
    one = channel(f"http://127.0.0.1:{gateway.server_port}", send_threads=4, read_seconds=5)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: one.send(PHONE, "x"), range(40)))
    assert [outcome.verdict for outcome in outcomes] == [OK] * 40
    assert len(gateway.posts) == 40
    assert gateway.connections <= 4


def test_a_connection_idle_for_long_is_not_trusted(gateway: Gateway) -> None:
    url = f"http://127.0.0.1:{gateway.server_port}/version1/user"
    line = Line(threads=2, idle_seconds=0)
    for _ in range(3):
        line.request("GET", url, timeout=(1, 1))
    assert gateway.connections == 3


def test_nothing_comes_from_the_environment(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send_to(gateway, accept()).verdict is OK


def test_cookies_are_not_kept(gateway: Gateway) -> None:
    one = channel(f"http://127.0.0.1:{gateway.server_port}")
    gateway.do = answer(201, told(entry()), Set_Cookie="who=secret; Path=/")
    one.send(PHONE, "x")
    one.send(PHONE, "y")
    assert all("Cookie" not in headers for _, _, headers in gateway.posts)


def test_without_an_address_of_ours_the_sdk_has_its_own() -> None:
    for username, host in (
        ("sandbox", "api.sandbox.africastalking.com"),
        ("moh", "api.africastalking.com"),
    ):
        settings = Settings(
            smsapp_env="production",
            at_username=username,
            at_api_key="k" * 40,
            secret_key="s" * 40,
            hook_tokens="t" * 40,
        )
        sender = AfricasTalking(settings)._sender._sms
        assert sender._make_url("/messaging") == f"https://{host}/version1/messaging"


@pytest.mark.parametrize(
    ("do", "word"),
    [
        (answer(200, {"UserData": {"balance": "MWK 100"}}), ""),
        (answer(401, b"no"), "key"),
        (answer(307, b"", Location="/"), "moved"),
        (answer(200, b"<html>"), "proper"),
        (answer(503, b""), "proper"),
        (hang, "proper"),
    ],
)
def test_reachable(gateway: Gateway, do: Do, word: str) -> None:
    gateway.do = do
    sentence = channel(f"http://127.0.0.1:{gateway.server_port}").reachable()
    assert word in sentence
    assert bool(word) == bool(sentence)
    assert gateway.gets == ["/version1/user?username=sandbox"]
