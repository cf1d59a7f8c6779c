"""How the network can be told to misbehave.

A fault of sending is what the gateway answers, what becomes of the delivery report, or both,
joined by `+`: `accept_then_hang`, `no_report`, `accept_then_reset+no_report`.
A fault of a hop is something that happens between the handset and the service.
"""

import threading
from collections import deque
from dataclasses import dataclass, replace

from smsapp.simulator.setup import E164, Refused

# What the gateway answers: name, whether the SMS was accepted, what it means.
ANSWERS: dict[str, tuple[bool, str]] = {
    "accept": (True, "accepted and answered"),
    "accept_then_hang": (True, "accepted, then no answer"),
    "accept_then_reset": (True, "accepted, then the connection is reset"),
    "accept_then_500": (True, "accepted, then answered 500"),
    "garbage201": (True, "accepted, the answer is JSON cut short"),
    "partial": (True, "accepted, the connection closes in the middle of the answer"),
    "hang": (False, "not accepted, no answer"),
    "reset": (False, "not accepted, the connection is reset"),
    "garbage200": (False, "not accepted, a web page answers in the gateway's place"),
    "empty_recipients": (False, "not accepted, the answer names no recipient"),
    "invalid_sender": (False, "not accepted, the sender id is refused"),
    "307": (False, "not accepted, sent elsewhere"),
    "400": (False, "not accepted, bad request"),
    "401": (False, "not accepted, wrong key"),
    "429": (False, "not accepted, too many requests"),
    "500": (False, "not accepted, server error"),
    "recipient_code": (False, "answered with this code for the recipient (recipient_code:405)"),
}

# What becomes of the delivery reports of an accepted SMS.
REPORTS: dict[str, str] = {
    "early_report": "the report comes before the gateway's answer",
    "late_report": "the report comes late",
    "double_report": "the last report comes twice",
    "reordered_report": "the last report comes first",
    "no_report": "no report comes",
    "absent": "the phone cannot be reached",
    "failed": "delivery fails for this reason (failed:UserInBlackList)",
    "report": "the only report says this word (report:Expired)",
}

# What happens to one hop on its way.
HOPS: dict[str, str] = {
    "twice": "the same hop arrives twice at once",
    "repeat": "the same hop arrives again after its answer",
    "lost": "the signal is lost before the answer is shown",
    "slow": "the hop is slow on its way",
}

WITH_WORD = ("failed", "report")
WORDS = {
    "failed:DeliveryFailure": "delivery fails",
    "failed:UserInBlackList": "delivery fails: the number is on the provider's list",
    "report:Rejected": "the network rejects it",
    "report:Expired": "the network gives up",
    "report:Buffered": "the only report says that it waits",
}
MOST = 10_000  # faults in waiting

# The recipient codes of the provider's documentation.
RECIPIENT_CODES: dict[int, str] = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}


def choices() -> dict[str, list[tuple[str, str]]]:
    """Every fault that can be chosen and its meaning, by the place where it happens."""
    answers = {name: meaning for name, (_, meaning) in ANSWERS.items() if name != "recipient_code"}
    codes = {f"recipient_code:{code}": name for code, name in RECIPIENT_CODES.items() if code > 102}
    reports = {name: meaning for name, meaning in REPORTS.items() if name not in WITH_WORD}
    places = {"answers": answers | codes, "reports": reports | WORDS, "hops": HOPS}
    return {place: list(names.items()) for place, names in places.items()}


@dataclass(frozen=True)
class Fault:
    """What happens to one request to send. `code` and `word` belong to the names that take one."""

    answer: str = "accept"
    code: int = 0
    report: str = ""
    word: str = ""

    @property
    def accepts(self) -> bool:
        """Whether the gateway takes the SMS."""
        return ANSWERS[self.answer][0] or 100 <= self.code <= 102


def read_fault(name: str) -> Fault:
    """Read one fault of sending. Raises Refused when there is none of that name."""
    fault = Fault()
    for part in name.split("+"):
        word, _, argument = part.partition(":")
        if word == "recipient_code" and argument.isdecimal() and int(argument) in RECIPIENT_CODES:
            fault = replace(fault, answer=word, code=int(argument))
        elif word in REPORTS and bool(argument) == (word in WITH_WORD):
            fault = replace(fault, report=word, word=argument)
        elif word in ANSWERS and word != "recipient_code" and not argument:
            fault = replace(fault, answer=word)
        else:
            raise Refused(f"There is no fault {part!r}; GET /faults lists them.")
    return fault


class Faults:
    """What will go wrong next: for any number, or for one number only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sends: dict[str, deque[str]] = {}
        self._hops: dict[str, deque[str]] = {}

    def put(self, names: list[str], phone: str = "") -> None:
        """Add faults, one for each coming request, in this order. Raises Refused."""
        if phone and not E164.fullmatch(phone):
            raise Refused("phone is a number like +265991000001.")
        for name in names:
            if name not in HOPS:
                read_fault(name)
        with self._lock:
            if len(names) + sum(map(len, (*self._sends.values(), *self._hops.values()))) > MOST:
                raise Refused(f"At most {MOST} faults can wait; clear them first.")
            for name in names:
                place = self._hops if name in HOPS else self._sends
                place.setdefault(phone, deque()).append(name)

    def clear(self) -> None:
        """Behave well again."""
        with self._lock:
            self._sends.clear()
            self._hops.clear()

    def next_send(self, phone: str) -> Fault:
        """What happens to this request to send."""
        name = self._next(self._sends, phone)
        return read_fault(name) if name else Fault()

    def next_hop(self, phone: str) -> str:
        """What happens to this hop; empty when nothing does."""
        return self._next(self._hops, phone)

    def _next(self, place: dict[str, deque[str]], phone: str) -> str:
        with self._lock:
            for key in (phone, ""):
                if place.get(key):
                    return place[key].popleft()
        return ""

    def waiting(self) -> list[dict[str, str]]:
        """The faults that have not happened yet."""
        with self._lock:
            return [
                {"phone": phone, "fault": name}
                for place in (self._sends, self._hops)
                for phone, names in place.items()
                for name in names
            ]
