"""What a gateway adapter (a `Channel`) takes in and gives back. Nothing here names a provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class BadCallback(Exception):
    """A callback lacks what it must have. The message names the field, never its content."""


@dataclass(frozen=True)
class Hop:
    """One USSD request: `text` is everything typed in this call so far, joined by `*`."""

    session: str
    phone: str
    service_code: str
    network: str
    text: str


@dataclass(frozen=True)
class HopReply:
    """What the handset shows. `ask` names the question on the gateway's dashboard."""

    text: str
    ends: bool
    ask: str = ""


@dataclass(frozen=True)
class CallEnd:
    """The gateway's word that a USSD call ended. `cost`: empty where it does not say."""

    session: str
    phone: str
    cost: str = ""  # an amount, behind its currency where that is known: `KES 0.8000`


@dataclass(frozen=True)
class SmsIn:
    """An SMS as it came. `gateway_id` names one SMS, however often it is delivered to us."""

    gateway_id: str
    sender: str
    recipient: str
    text: str


@dataclass(frozen=True)
class OptOut:
    """The network tells us that a subscriber refused our messages."""

    phone: str


class Delivery(StrEnum):
    """What the network says became of an SMS, in rising order of certainty."""

    SENT = "sent"
    BUFFERED = "buffered"
    ABSENT = "absent"  # the phone could not be reached
    FAILED = "failed"
    DELIVERED = "delivered"
    OTHER = "other"  # a word we do not know: stored, changes nothing


@dataclass(frozen=True)
class DeliveryReport:
    """The network's word on one SMS we sent; `word` and `reason` are the provider's own."""

    provider_id: str
    phone: str
    status: Delivery
    word: str
    reason: str
    network: str


class Verdict(StrEnum):
    """What is known after one request to send."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"  # certain: try again
    REFUSED = "refused"  # certain and final for this number
    SYSTEMIC = "systemic"  # certain; every other SMS would fare the same: hold the lane
    AMBIGUOUS = "ambiguous"  # it may have gone


@dataclass(frozen=True)
class SendOutcome:
    """What became of one SMS for one recipient. `code` is for machines, `reason` for people."""

    verdict: Verdict
    code: str
    reason: str
    provider_id: str = ""
    http_status: int | None = None
    retry_after: float | None = None  # seconds the gateway asks us to wait


class Channel(Protocol):
    """A gateway. The `read_` functions take a callback's raw body, or raise BadCallback."""

    def read_hop(self, body: bytes) -> Hop: ...
    def read_call_end(self, body: bytes) -> CallEnd: ...
    def read_sms(self, body: bytes) -> SmsIn: ...
    def read_delivery(self, body: bytes) -> DeliveryReport: ...
    def read_opt_out(self, body: bytes) -> OptOut: ...

    def callback_key(self, kind: str, body: bytes, now: datetime) -> str:
        """A key that is the same for every delivery of one callback; at most 200 characters."""
        ...

    def write_hop(self, reply: HopReply) -> tuple[str, Mapping[str, str]]:
        """The body and headers that answer a hop."""
        ...

    def send(self, phone: str, text: str) -> SendOutcome:
        """Ask the gateway to send one SMS. Never raises for what the gateway or network did."""
        ...

    def reachable(self) -> str:
        """Empty when the gateway answers and knows us, else one sentence with the cure."""
        ...
