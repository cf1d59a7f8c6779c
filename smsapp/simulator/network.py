"""One simulated network: its record, its open calls, its faults, and its way to the service."""

import itertools
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from smsapp.simulator.faults import Faults
from smsapp.simulator.later import Later
from smsapp.simulator.record import Record
from smsapp.simulator.setup import Phone, Setup

CONNECTIONS = 64  # connections to the service kept at hand
KEPT_BYTES = 2_000  # of an answer, in the record


@dataclass
class Call:
    """One USSD call. `inputs` is everything typed, `screen` what the phone shows now."""

    id: str
    phone: str
    service_code: str
    began: float = field(default_factory=time.monotonic)
    inputs: list[str] = field(default_factory=list)
    screen: str = ""
    problem: str = ""
    metadata: str = ""
    passed: list[str] = field(default_factory=list)
    hops: int = 0
    milliseconds: int = 0
    seconds: float = 0.0
    waiting: bool = False
    ended: bool = False

    @property
    def text(self) -> str:
        """The provider's `text`: everything typed in this call, joined by `*`."""
        return "*".join(self.inputs)


@dataclass(frozen=True)
class Answer:
    """What the service answered to one callback; `status` is None when nothing came back."""

    status: int | None
    body: str
    metadata: str
    milliseconds: int
    error: str


class Network:
    """The state shared by the gateway's face and the handsets; `lock` guards what changes."""

    def __init__(self, setup: Setup, record_dir: Path | None) -> None:
        self.setup = setup
        self.record = Record(record_dir)
        self.faults = Faults()
        self.later = Later()
        self.stopping = threading.Event()
        self.lock = threading.RLock()
        self.phones: dict[str, Phone] = {phone.phone: phone for phone in setup.phones}
        self.calls: dict[str, Call] = {}
        self.last_call: dict[str, Call] = {}
        self.epoch = uuid.uuid4().hex[:8]
        self.changed: dict[str, int] = {}
        self._versions = itertools.count(1)
        self.version = 0
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.mount("http://", HTTPAdapter(CONNECTIONS, CONNECTIONS, max_retries=0))
        for phone in self.phones:
            self.touch(phone)

    def touch(self, phone: str) -> None:
        """Something about this phone changed: the page will want to know."""
        with self.lock:
            self.version = next(self._versions)
            if phone in self.phones or not phone:
                self.changed[phone] = self.version

    def post(self, door: str, form: dict[str, str], metadata: str = "") -> Answer:
        """Send one callback to the service and wait for its answer, never longer than a hop may."""
        limit = self.setup.delays.hop
        headers = {"Connection": "close"}
        if metadata:
            headers["at-ussd-hop-metadata"] = metadata
        start = time.perf_counter()
        status, body, told, error = None, "", "", ""
        try:
            answer = self._http.post(
                f"{self.setup.hooks}/{door}",
                data=form,
                headers=headers,
                timeout=limit,
                allow_redirects=False,
            )
            status, body = answer.status_code, answer.content.decode("utf-8", "replace")
            told = answer.headers.get("at-ussd-hop-metadata", "")
        except requests.Timeout:
            error = f"no answer within {limit:g} s"
        except requests.ConnectionError:
            error = "no connection to the service"
        except requests.RequestException:
            error = "the answer could not be read"
        spent = time.perf_counter() - start
        if spent > limit and not error:
            status, error = None, f"no answer within {limit:g} s"
        return Answer(status, body, told, round(spent * 1000), error)

    def callback(self, door: str, form: dict[str, str]) -> bool:
        """Send one callback, record how it was answered, and say whether that was a 200."""
        answer = self.post(door, form)
        self.record.add(
            "callback",
            door=door,
            form=form,
            status=answer.status,
            error=answer.error,
            body=answer.body[:KEPT_BYTES],
            milliseconds=answer.milliseconds,
        )
        return answer.status == 200

    def stop(self) -> None:
        """Stop what is under way; nothing is sent afterwards."""
        self.stopping.set()
        self.later.stop()
        self._http.close()
        self.record.close()


def provider_time() -> str:
    """The present, as the provider writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def new_id(prefix: str) -> str:
    """An id as the provider makes them: `ATUid_` for calls, `ATXid_` for messages."""
    return prefix + uuid.uuid4().hex
