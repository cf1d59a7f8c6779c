"""The handsets of a simulator, used through its own door; and the names on its page."""

from dataclasses import dataclass
from typing import Any

import requests

CHWS = tuple(f"+26599100000{n}" for n in (1, 2, 3, 6))  # of the demonstration, in English
SUPERVISOR, FACILITY = "+265991000101", "+265991000201"
HOP_SECONDS = 10.0  # the network waits no longer for an answer


@dataclass
class Call:
    """A call as its handset shows it."""

    phones: "Phones"
    shown: dict[str, Any]

    @property
    def screen(self) -> str:
        return str(self.shown["screen"])

    @property
    def ends(self) -> bool:
        return bool(self.shown["ends"])

    def press(self, *keys: str) -> str:
        """Type one answer after the other; gives the last screen."""
        for key in keys:
            assert not self.ends, f"{self.screen}, before {key} of {keys}"
            self.shown = self.phones.post(f"/calls/{self.shown['call']}/keys", text=key)
            assert self.shown["milliseconds"] < HOP_SECONDS * 1000
        return self.screen

    def drop(self) -> None:
        """Lose the signal; the service hears of it at once."""
        self.phones.post(f"/calls/{self.shown['call']}/hang", lost=True, end="now")


@dataclass
class Phones:
    """The simulator at this address."""

    url: str

    def post(self, path: str, **body: object) -> dict[str, Any]:
        answer = requests.post(self.url + path, json=body, timeout=2 * HOP_SECONDS)
        assert answer.ok, answer.text
        return dict(answer.json())

    def dial(self, phone: str, *keys: str) -> Call:
        """Dial the service, and type these answers."""
        call = Call(self, self.post("/calls", phone=phone))
        call.press(*keys)
        return call

    def send(self, phone: str, text: str) -> str:
        """An SMS to the service; gives the provider's id of it."""
        return str(self.post("/sms", **{"from": phone, "text": text})["id"])

    def misbehave(self, phone: str, *faults: str) -> None:
        self.post("/faults", next=list(faults), phone=phone)

    def record(self) -> dict[str, list[dict[str, Any]]]:
        answer = requests.get(self.url + "/record", timeout=HOP_SECONDS)
        return dict(answer.json())

    def heard(self, phone: str) -> list[str]:
        """The SMS that the gateway took for this phone."""
        return [one["text"] for one in self.record()["accepted"] if one["phone"] == phone]

    def answered(self, sms_id: str) -> list[int | None]:
        """How the callbacks of one SMS were answered so far."""
        came = (one for one in self.record()["callback"] if one["door"] == "sms")
        return [one["status"] for one in came if one["form"]["id"] == sms_id]
