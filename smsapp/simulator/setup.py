"""What one simulated network is told at its start: where the service listens, who has a phone."""

import re
from dataclasses import dataclass, field

E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # ITU-T E.164: at most 15 digits

SCREEN_SEPTETS = 182  # GSM 03.38: 160 octets of one USSD message
HOUSE_SEPTETS = 160  # the limit this project keeps, on every network seen
SESSION_SECONDS = 180.0  # longest USSD call (provider's help page 1284071, Kenya)
HOP_SECONDS = 10.0  # the service must answer a hop within this (provider's USSD overview)
SMS_RETRY_CAP = 60.0  # seconds: an SMS callback is repeated every minute (help page 742510)
SMS_RETRY_FOR = 43200.0  # seconds: for twelve hours (the same page)


class Refused(Exception):
    """A request to the simulator cannot be met. The message is one sentence with the cure."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Phone:
    """One handset on the page. `label` is a name, `role` what its owner does."""

    phone: str
    label: str = ""
    role: str = ""


@dataclass(frozen=True)
class Delays:
    """How long the simulated network takes, in seconds."""

    report: float = 0.5  # from acceptance to the first delivery report
    final: float = 1.0  # from the first delivery report to the last
    late: float = 30.0  # what a late delivery report takes
    sms: float = 0.0  # from the handset to the first SMS callback
    retry: float = 1.0  # first pause after a refused SMS callback; doubles
    retry_cap: float = SMS_RETRY_CAP
    end: float = 0.0  # from the end of a call to its end event
    lost_end: float = 5.0  # the same when the phone lost its signal
    slow: float = 4.0  # what a slow hop waits on its way
    hang: float = 60.0  # how long a hanging answer hangs
    hop: float = HOP_SECONDS
    session: float = SESSION_SECONDS


@dataclass(frozen=True)
class Setup:
    """One network. `hooks` is the address the callbacks go to, token included, without a slash."""

    hooks: str
    service_code: str = "*384*2400#"
    short_code: str = "24000"
    api_key: str = "simulator"
    phones: tuple[Phone, ...] = ()
    delays: Delays = field(default_factory=Delays)


def network_code(phone: str) -> str:
    """The operator of a number, as the provider writes it (MCC and MNC)."""
    if phone.startswith("+26588"):
        return "65001"  # TNM
    if phone.startswith("+26599"):
        return "65010"  # Airtel Malawi
    return "99999"  # the provider's own test network
