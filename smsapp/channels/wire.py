"""The line to a gateway over HTTP, and what each way it can fail says about an SMS.

A request to send is made once: no redirect is followed (requests would post the SMS again), no
transport retry, no proxy or password taken from the environment. What each failure means was
found by running it against requests 2.34 and urllib3 2.8.
"""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from smsapp.channels.contract import SendOutcome, Verdict

IDLE_SECONDS = 15.0  # an idle connection may be dead without notice: mobile NATs forget in 30 s
RETRY_AFTER_CAP = 3600.0  # seconds: a gateway that asks for more is asked again after this

TROUBLE = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)

_N, _S, _A = Verdict.NOT_SENT, Verdict.SYSTEMIC, Verdict.AMBIGUOUS
_ADDRESS = SendOutcome(
    _S, "bad_settings", "The gateway's address or key is not usable; correct the settings."
)

# The first kind found in the chain decides. Nothing was sent for any but the last.
FAILURES: tuple[tuple[type[BaseException], SendOutcome], ...] = (
    (
        ssl.SSLCertVerificationError,
        SendOutcome(
            _S,
            "bad_certificate",
            "The gateway's certificate is not trusted; check its address and this clock.",
        ),
    ),
    (
        NameResolutionError,
        SendOutcome(_N, "no_name", "The gateway's name was not found; check network and settings."),
    ),
    (
        NewConnectionError,
        SendOutcome(_N, "no_connection", "The gateway refused the connection; check the network."),
    ),
    (
        ConnectTimeoutError,
        SendOutcome(_N, "connect_timeout", "No connection in time; check the network."),
    ),
    (ClosedPoolError, SendOutcome(_N, "line_renewed", "The line was being renewed.")),
    *((kind, _ADDRESS) for kind in (MissingSchema, InvalidSchema, InvalidURL, InvalidHeader)),
    (LocationParseError, _ADDRESS),
    (
        ReadTimeoutError,
        SendOutcome(_A, "no_answer", "The gateway took the SMS and gave no answer in time."),
    ),
)
BROKEN_OFF = SendOutcome(
    _A, "broken_off", "The connection broke while the SMS was being handed over."
)

STATUSES: dict[int, SendOutcome] = {
    400: SendOutcome(_S, "http_400", "The gateway did not understand us; ask its support."),
    401: SendOutcome(_S, "http_401", "The gateway refused our key; correct the settings."),
    403: SendOutcome(_S, "http_403", "The account may not send; ask the gateway's support."),
    404: SendOutcome(_S, "http_404", "There is no gateway at this address; check the settings."),
    408: SendOutcome(_A, "http_408", "The gateway stopped waiting; it may have the SMS."),
    413: SendOutcome(_S, "http_413", "The gateway finds our request too large; ask its support."),
    429: SendOutcome(_N, "http_429", "The gateway asks us to go slower."),
}
REDIRECTED = SendOutcome(
    _S, "redirected", "The gateway's address has moved; put the new one in the settings."
)
OTHER_REFUSAL = SendOutcome(_S, "http_4xx", "The gateway refused us; ask its support why.")
GATEWAY_ERROR = SendOutcome(_A, "http_5xx", "The gateway failed; it may have the SMS.")
UNREADABLE = SendOutcome(
    _A, "unreadable", "The gateway's answer was not understood; it may have the SMS."
)


@dataclass(frozen=True)
class Answer:
    """What a gateway answered. `body` is its JSON object, empty if there is none to read."""

    status: int
    body: dict[str, Any]
    retry_after: float | None  # seconds


class Line:
    """One pool of connections to a gateway, shared by the threads of a process."""

    def __init__(self, threads: int, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle = idle_seconds
        self._used = time.monotonic()
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=threads, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def request(
        self, method: str, url: str, *, timeout: tuple[float, float], **parts: Any
    ) -> Answer:
        """Ask once; `timeout` is seconds to connect and between bytes. Raises TROUBLE."""
        self._renew()
        try:
            response = self._session.request(
                method, url, timeout=timeout, allow_redirects=False, **parts
            )
        finally:
            self._used = time.monotonic()
        return Answer(response.status_code, _object(response.content), _seconds(response))

    def _renew(self) -> None:
        """Drop connections idle for long: a dead one would make a safe request ambiguous."""
        with self._lock:
            now = time.monotonic()
            if now - self._used > self._idle:
                self._session.close()
            self._used = now


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text[:8]), RETRY_AFTER_CAP)


def judge_failure(error: BaseException) -> SendOutcome:
    """What a failed request says about the SMS it carried. In doubt: ambiguous."""
    chain = tuple(_chain(error))
    for kind, outcome in FAILURES:
        if any(isinstance(link, kind) for link in chain):
            return outcome
    return BROKEN_OFF


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and those it wraps, as requests and urllib3 nest them."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and link not in seen:
            seen.append(link)
            yield link
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__]


def judge_status(answer: Answer) -> SendOutcome | None:
    """What the HTTP status alone says about the SMS; None when the body has the word."""
    status = answer.status
    if 200 <= status < 300:
        return None
    outcome = STATUSES.get(status)
    if outcome is None:
        outcome = {3: REDIRECTED, 4: OTHER_REFUSAL, 5: GATEWAY_ERROR}.get(status // 100, UNREADABLE)
    return replace(outcome, http_status=status, retry_after=answer.retry_after)
