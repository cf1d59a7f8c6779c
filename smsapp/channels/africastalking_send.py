"""Africa's Talking: sending an SMS, over the SDK's SMS service (2.0.3) and our own line.

The gateway's contract: form POST to /version1/messaging, `username to message bulkSMSMode from`;
201 with `SMSMessageData: {Message, Recipients: [{number, status, statusCode, messageId, cost}]}`.
A wrong sender is a 201 too, with no recipient. A refused key is 401 and text. There is no
idempotency key and no list of what was sent, so what is doubtful stays doubtful until a delivery
report tells. How many requests a second it takes is not published.

The SDK opens a connection for each SMS, follows redirects by posting it again, loses the HTTP
status, and accepts numbers that are none: hence the line, the verdicts and the check here.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from africastalking.SMS import SMSService

from smsapp import phone
from smsapp.channels.contract import SendOutcome, Verdict
from smsapp.channels.wire import (
    TROUBLE,
    UNREADABLE,
    Answer,
    Line,
    judge_failure,
    judge_status,
)
from smsapp.settings import Settings

ID_LENGTH = 80  # characters of an id as stored; a longer or stranger one is stored as its hash
_OK, _RETRY, _FINAL = Verdict.ACCEPTED, Verdict.NOT_SENT, Verdict.REFUSED
_ALL, _DOUBT = Verdict.SYSTEMIC, Verdict.AMBIGUOUS
RECIPIENTS: dict[int, SendOutcome] = {
    100: SendOutcome(_OK, "Processed", "Accepted by the gateway."),
    101: SendOutcome(_OK, "Sent", "Accepted by the gateway."),
    102: SendOutcome(_OK, "Queued", "Accepted by the gateway."),
    401: SendOutcome(_FINAL, "RiskHold", "The gateway holds SMS to this number; call instead."),
    402: SendOutcome(_ALL, "InvalidSenderId", "Our sender is not known; correct AT_SENDER."),
    403: SendOutcome(_FINAL, "InvalidPhoneNumber", "The number is not valid; correct it."),
    404: SendOutcome(_FINAL, "UnsupportedNumberType", "This number gets no SMS; ask for another."),
    405: SendOutcome(_ALL, "InsufficientBalance", "The account has no credit; top it up."),
    406: SendOutcome(_FINAL, "UserInBlacklist", "The number refuses our SMS; call instead."),
    407: SendOutcome(_FINAL, "CouldNotRoute", "No network takes this number; ask for another."),
    409: SendOutcome(_FINAL, "DoNotDisturbRejection", "The number is on do-not-disturb; call."),
    500: SendOutcome(_DOUBT, "InternalServerError", "The gateway failed; it may have sent it."),
    501: SendOutcome(_DOUBT, "GatewayError", "The network failed; it may have sent it."),
    502: SendOutcome(_RETRY, "RejectedByGateway", "The network refused it; it is tried again."),
}
WORDS = {outcome.code.casefold(): outcome for outcome in RECIPIENTS.values()}
WORDS["success"] = RECIPIENTS[101]
REFUSALS = {word: outcome for word, outcome in WORDS.items() if outcome.verdict is not _OK}
BAD_NUMBER = SendOutcome(_FINAL, "bad_number", "The number is not in the form +265…; correct it.")
EMPTY = SendOutcome(_FINAL, "empty_text", "There is no text to send.")
NO_RECIPIENT = replace(UNREADABLE, code="no_recipient")

_PLAIN_ID = re.compile(rf"[A-Za-z0-9_.\-]{{1,{ID_LENGTH}}}")


class Sender:
    """Sends SMS. One value serves all threads of a process; make it after any fork."""

    def __init__(self, settings: Settings) -> None:
        self._from = settings.at_sender or None
        self._timeout = (settings.connect_seconds, settings.read_seconds)
        self._sms = _Service(settings)

    def send(self, phone_number: str, text: str) -> SendOutcome:
        """Ask the gateway to send one SMS to one number, once."""
        if not phone.is_e164(phone_number):
            return BAD_NUMBER
        if not text:
            return EMPTY
        try:
            answer: Answer = self._sms.send(
                text, [phone_number], sender_id=self._from, timeout=self._timeout
            )
        except TROUBLE as error:
            return judge_failure(error)
        return judge_status(answer) or _judge_recipients(answer, phone_number)

    def reachable(self) -> str:
        """Empty when the gateway answers and knows us, else one sentence with the cure."""
        try:
            answer = self._sms.account(self._timeout)
        except TROUBLE as error:
            outcome = judge_failure(error)
        else:
            if answer.status // 100 == 2 and "UserData" in answer.body:
                return ""
            outcome = judge_status(answer) or UNREADABLE
        if outcome.verdict is Verdict.AMBIGUOUS:
            return "The gateway gave no proper answer; check its address, then its status page."
        return outcome.reason


def identity(text: str) -> str:
    """An id as the gateway gave it, or its hash where it is too long or too strange to keep."""
    if _PLAIN_ID.fullmatch(text):
        return text
    return f"h{hashlib.sha256(text.encode()).hexdigest()}"


def _judge_recipients(answer: Answer, phone_number: str) -> SendOutcome:
    """What the body of a 2xx says of our one recipient; an entry that accepted it counts first."""
    data = answer.body.get("SMSMessageData")
    if not isinstance(data, dict) or not isinstance(data.get("Recipients"), list):
        return replace(UNREADABLE, http_status=answer.status)
    ours = [
        _judge_entry(entry)
        for entry in data["Recipients"]
        if isinstance(entry, dict) and str(entry.get("number")).strip("+ ") == phone_number[1:]
    ]
    if not data["Recipients"]:
        ours = [REFUSALS.get(str(data.get("Message")).casefold(), NO_RECIPIENT)]
    best = min(ours, key=lambda outcome: outcome.verdict is not Verdict.ACCEPTED, default=None)
    return replace(best or NO_RECIPIENT, http_status=answer.status)


def _judge_entry(entry: Mapping[str, Any]) -> SendOutcome:
    code, word = str(entry.get("statusCode", "")), str(entry.get("status", ""))
    number = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
    outcome = RECIPIENTS.get(number) or (WORDS.get(word.casefold()) if not code else None)
    provider_id = str(entry.get("messageId") or "")
    if outcome is None:
        return UNREADABLE
    return replace(
        outcome, provider_id="" if provider_id in ("", "None") else identity(provider_id)
    )


class _Service(SMSService):  # type: ignore[misc] # the SDK has no types
    """The SDK's SMS service, its addresses and parameters, over our own line."""

    def __init__(self, settings: Settings) -> None:
        self._gateway = settings.gateway.rstrip("/")
        self._line = Line(settings.send_threads)
        super().__init__(settings.at_username, settings.at_api_key)

    def _init_service(self) -> None:
        super()._init_service()
        if self._gateway:
            self._baseUrl = self._contentUrl = f"{self._gateway}/version1"

    def _make_request(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Any,
        params: Any,
        callback: None = None,  # noqa: ARG002 - the SDK's signature; it would start a thread
        timeout: tuple[float, float] = (3.05, 9.05),
    ) -> Answer:
        return self._line.request(
            method, url, timeout=timeout, headers=headers, data=data, params=params
        )

    def account(self, timeout: tuple[float, float]) -> Answer:
        """The account as the gateway knows it, with its balance."""
        url, who = self._make_url("/user"), {"username": self._username}
        return self._make_request(url, "GET", self._headers, None, who, timeout=timeout)
