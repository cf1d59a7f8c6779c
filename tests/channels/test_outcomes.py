"""Every way a request to send can end, and what it says about the SMS."""

from collections.abc import Iterator

import pytest

from smsapp.channels.contract import Verdict
from tests.channels.bad_gateway import (
    PHONE,
    Do,
    Gateway,
    accept,
    answer,
    close,
    entry,
    half,
    hang,
    no_http,
    reset,
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


CHARSET = "application/json; charset=utf-8"
LIST_IS_1 = {"SMSMessageData": {"Recipients": 1}}
NO_SENDER = told(message="InvalidSenderId")


@pytest.mark.parametrize(
    ("label", "do", "verdict", "code"),
    [
        ("accepted", accept(), OK, "Sent"),
        (
            "accepted, charset",
            answer(201, told(entry()), CHARSET),
            OK,
            "Sent",
        ),
        ("accepted, as text", answer(200, told(entry()), "text/html"), OK, "Sent"),
        ("queued", answer(201, told(entry(102, status="Queued"))), OK, "Queued"),
        ("processed", answer(201, told(entry(100))), OK, "Processed"),
        ("code as text", answer(201, told(entry("101"))), OK, "Sent"),
        ("word only", answer(201, told({"number": PHONE, "status": "Success"})), OK, "Sent"),
        ("number without plus", answer(201, told(entry(number=PHONE[1:]))), OK, "Sent"),
        ("refused and accepted", answer(201, told(entry(406), entry(101))), OK, "Sent"),
        ("risk hold", answer(201, told(entry(401))), NO, "RiskHold"),
        ("invalid number", answer(201, told(entry(403))), NO, "InvalidPhoneNumber"),
        ("unsupported", answer(201, told(entry(404))), NO, "UnsupportedNumberType"),
        ("blacklist", answer(201, told(entry(406))), NO, "UserInBlacklist"),
        ("no route", answer(201, told(entry(407))), NO, "CouldNotRoute"),
        ("do not disturb", answer(201, told(entry(409))), NO, "DoNotDisturbRejection"),
        ("wrong sender", answer(201, told(entry(402))), HOLD, "InvalidSenderId"),
        (
            "wrong sender, as it comes",
            answer(201, told(message="InvalidSenderId")),
            HOLD,
            "InvalidSenderId",
        ),
        ("no credit", answer(201, told(entry(405))), HOLD, "InsufficientBalance"),
        ("rejected by network", answer(201, told(entry(502))), AGAIN, "RejectedByGateway"),
        ("internal error", answer(201, told(entry(500))), DOUBT, "InternalServerError"),
        ("network error", answer(201, told(entry(501))), DOUBT, "GatewayError"),
        ("unknown code", answer(201, told(entry(777))), DOUBT, "unreadable"),
        ("strange code", answer(201, told(entry({"a": 1}))), DOUBT, "unreadable"),
        ("nobody", answer(201, told()), DOUBT, "no_recipient"),
        ("somebody else", answer(201, told(entry(number="+265991000999"))), DOUBT, "no_recipient"),
        (
            "recipients no list",
            answer(201, LIST_IS_1),
            DOUBT,
            "unreadable",
        ),
        (
            "recipient no object",
            answer(201, told(1)),
            DOUBT,
            "no_recipient",
        ),
        ("another shape", answer(201, {"ok": True}), DOUBT, "unreadable"),
        ("a list", answer(201, [1]), DOUBT, "unreadable"),
        ("garbage", answer(201, b"\xff\xfe<html>welcome"), DOUBT, "unreadable"),
        ("deep garbage", answer(201, b"[" * 100_000), DOUBT, "unreadable"),
        ("nothing", answer(201, b""), DOUBT, "unreadable"),
        ("no content", answer(204, b""), DOUBT, "unreadable"),
        ("half", half, DOUBT, "broken_off"),
        ("hang", hang, DOUBT, "no_answer"),
        ("reset", reset, DOUBT, "broken_off"),
        ("closed", close, DOUBT, "broken_off"),
        ("not HTTP", no_http, DOUBT, "broken_off"),
        ("500", answer(500, b"oops", "text/plain"), DOUBT, "http_5xx"),
        ("502", answer(502, b"", "text/html"), DOUBT, "http_5xx"),
        ("408", answer(408, b""), DOUBT, "http_408"),
        ("400", answer(400, b""), HOLD, "http_400"),
        (
            "401",
            answer(401, b"no", "text/plain"),
            HOLD,
            "http_401",
        ),
        ("403", answer(403, b""), HOLD, "http_403"),
        ("404", answer(404, b""), HOLD, "http_404"),
        ("413", answer(413, b""), HOLD, "http_413"),
        ("418", answer(418, b""), HOLD, "http_4xx"),
        ("429", answer(429, b""), AGAIN, "http_429"),
        ("307", answer(307, b"", Location="/version1/messaging"), HOLD, "redirected"),
        ("308", answer(308, b"", Location="/version1/messaging"), HOLD, "redirected"),
        ("303", answer(303, b"", Location="/"), HOLD, "redirected"),
    ],
)
def test_outcomes(gateway: Gateway, label: str, do: Do, verdict: Verdict, code: str) -> None:
    outcome = send_to(gateway, do)
    assert (outcome.verdict, outcome.code) == (verdict, code), label
    assert len(gateway.posts) == 1, "an SMS is handed over once, whatever happens"
    assert gateway.gets == []
    assert outcome.reason.endswith(".")
    assert PHONE[1:] not in repr(outcome)
    assert "REFER" not in repr(outcome)
