"""Africa's Talking: USSD, SMS both ways, delivery reports. Version 1 of its API, SDK 2.0.3.

Callbacks are urlencoded POSTs, unsigned (the secret is in our path), every value a string.

USSD (answer within 10 s, else the call ends): `sessionId phoneNumber networkCode serviceCode
text`; `text` is empty first, then everything typed in the call, joined by `*`. The answer is 200,
text/plain, and starts with `CON ` (goes on) or `END ` (last screen), with nothing before it. The
header `at-ussd-hop-metadata` (at most 99 characters, no `|`) is shown on the gateway's dashboard.
A call lasts 180 s at most, a screen waits 30 to 60 s for keys, by network.

End of a call: `date sessionId serviceCode networkCode phoneNumber status (Success, Incomplete,
Failed) cost durationInMillis hopsCount hopsMetadata input lastAppResponse errorMessage`.

SMS in: `date from id linkId text to cost networkCode`; repeated every minute until we answer 200,
for 12 hours, under one `id`.

Delivery report: `id status phoneNumber networkCode failureReason retryCount`, in any order and
any number of times; `id` is the messageId that sending gave.

Opt-out: `senderId phoneNumber`.

Sending is in `africastalking_send.py`: one file would be too long to read in one go.

Unknown to us: whether reports are repeated, and the addresses callbacks come from.
Bodies in multipart/form-data are not read; they are stored like every callback.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from smsapp import gsm, phone
from smsapp.channels.africastalking_send import Sender, identity
from smsapp.channels.contract import (
    BadCallback,
    CallEnd,
    Delivery,
    DeliveryReport,
    Hop,
    HopReply,
    OptOut,
    SendOutcome,
    SmsIn,
)
from smsapp.channels.form import read_form
from smsapp.settings import Settings

HOP_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
STEP_HEADER = "at-ussd-hop-metadata"
STEP_LENGTH = 99  # characters of that header, the gateway's limit
SENDER_LENGTH = 16  # characters kept of a sender that is no phone number
WORD_LENGTH, REASON_LENGTH, NETWORK_LENGTH = 40, 60, 20  # characters kept of a report's words
NO_DATE_SLOT = 300  # seconds in which two equal callbacks without id and date count as one

DELIVERIES = {
    "Sent": Delivery.SENT,
    "Submitted": Delivery.SENT,
    "Buffered": Delivery.BUFFERED,
    "AbsentSubscriber": Delivery.ABSENT,
    "Rejected": Delivery.FAILED,
    "Failed": Delivery.FAILED,
    "Expired": Delivery.FAILED,
    "Success": Delivery.DELIVERED,
}

_PLUS_AS_SPACE = re.compile(r"\s+(?=[1-9][0-9]{7,14}$)")


class AfricasTalking:
    """The gateway. One value serves all threads of a process; make it after any fork."""

    def __init__(self, settings: Settings) -> None:
        self._country = settings.country
        self._sender = Sender(settings)

    def read_hop(self, body: bytes) -> Hop:
        form = read_form(body)
        return Hop(
            session=identity(_needed(form, "sessionId")),
            phone=self._phone(_needed(form, "phoneNumber")),
            service_code=form.get("serviceCode", ""),
            network=form.get("networkCode", "")[:NETWORK_LENGTH],
            text=gsm.clean(form.get("text", "")),
        )

    def read_call_end(self, body: bytes) -> CallEnd:
        form = read_form(body)
        return CallEnd(
            session=identity(_needed(form, "sessionId")),
            phone=self._phone(form.get("phoneNumber", "")),
            cost=form.get("cost", "").strip(),
        )

    def read_sms(self, body: bytes) -> SmsIn:
        form = read_form(body)
        return SmsIn(
            gateway_id=identity(form["id"]) if form.get("id") else _fingerprint(form, *SMS_SELF),
            sender=self._phone(_needed(form, "from")),
            recipient=self._phone(form.get("to", "")),
            text=gsm.clean(form.get("text", "")),
        )

    def read_delivery(self, body: bytes) -> DeliveryReport:
        form = read_form(body)
        word = form.get("status", "")
        return DeliveryReport(
            provider_id=identity(_needed(form, "id")),
            phone=self._phone(form.get("phoneNumber", "")),
            status=DELIVERIES.get(word, Delivery.OTHER),
            word=gsm.clean(word)[:WORD_LENGTH],
            reason=gsm.clean(form.get("failureReason", ""))[:REASON_LENGTH],
            network=gsm.clean(form.get("networkCode", ""))[:NETWORK_LENGTH],
        )

    def read_opt_out(self, body: bytes) -> OptOut:
        return OptOut(self._phone(_needed(read_form(body), "phoneNumber")))

    def callback_key(self, kind: str, body: bytes, now: datetime) -> str:
        """The key of a callback: its own id where it has one, else a hash of what it says."""
        form = read_form(body)
        own = form.get("sessionId" if kind == "call_end" else "id", "")
        slot = str(int(now.timestamp()) // NO_DATE_SLOT)
        if own and kind in ("sms", "call_end"):
            return f"{kind}:{identity(own)}"
        if own and kind == "delivery":
            return f"{kind}:{_fingerprint(form, *DELIVERY_SELF)}"
        if kind == "sms" and form.get("from"):
            when = {"date": form.get("date") or slot}
            return f"{kind}:{_fingerprint(form | when, *SMS_SELF)}"
        if kind == "opt_out" and form.get("phoneNumber"):
            return f"{kind}:{_fingerprint(form | {'date': slot}, *OPT_OUT_SELF)}"
        return f"{kind}:raw:{hashlib.sha256(body).hexdigest()}"

    def write_hop(self, reply: HopReply) -> tuple[str, Mapping[str, str]]:
        """The body and headers of a screen; anything but its step's name stays out of headers."""
        body = ("END " if reply.ends else "CON ") + reply.text
        if not reply.ask:
            return body, HOP_HEADERS
        step = re.sub(r"[^\w.:\-]", "_", reply.ask, flags=re.ASCII)[:STEP_LENGTH]
        return body, {**HOP_HEADERS, STEP_HEADER: step}

    def send(self, phone_number: str, text: str) -> SendOutcome:
        """Ask the gateway to send one SMS to one number, once."""
        return self._sender.send(phone_number, text)

    def reachable(self) -> str:
        """Empty when the gateway answers and knows us, else one sentence with the cure."""
        return self._sender.reachable()

    def _phone(self, text: str) -> str:
        """E.164 where it can be; a plus that arrived as a space is put back."""
        if phone.is_e164(text):
            return text
        try:
            return phone.parse(_PLUS_AS_SPACE.sub("+", text), self._country)
        except phone.BadPhone:
            return gsm.clean(text).strip()[:SENDER_LENGTH]


SMS_SELF = ("from", "to", "text", "date")
DELIVERY_SELF = ("id", "status", "failureReason", "retryCount")
OPT_OUT_SELF = ("senderId", "phoneNumber", "date")


def _needed(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value.strip():
        raise BadCallback(f"{name} is missing")
    return value


def _fingerprint(form: Mapping[str, str], *names: str) -> str:
    said = "\0".join(form.get(name, "") for name in names)  # no value holds a NUL
    return f"h{hashlib.sha256(said.encode()).hexdigest()}"
