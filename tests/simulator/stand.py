"""A tiny service behind the callbacks, over real HTTP, and the provider's SDK before it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from africastalking.SMS import SMSService
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from smsapp.simulator.server import Simulator

CHW, SUPERVISOR = "+265991000001", "+265991000101"


class Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        """Say nothing."""


@dataclass
class Service:
    """`answers` are given to the coming hops, `statuses` to the coming callbacks of a door."""

    came: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    address: str = ""
    pause: float = 0.0  # seconds before each answer to a hop
    lock: threading.Lock = field(default_factory=threading.Lock)

    def doors(self, door: str) -> list[dict[str, str]]:
        with self.lock:
            return [form for name, form, _ in self.came if name == door]


def _application(service: Service) -> Flask:
    app = Flask(__name__)

    @app.post("/hooks/dev/<door>")
    def take(door: str) -> Response:
        form = request.form.to_dict()
        with service.lock:
            told = request.headers.get("at-ussd-hop-metadata", "")
            service.came.append((door, form, told))
            status = next(iter(service.statuses.get(door, [])), 200)
            service.statuses[door] = service.statuses.get(door, [])[1:]
            answer = service.answers.pop(0) if service.answers and door == "ussd" else None
        if door != "ussd":
            return Response(status=status)
        time.sleep(service.pause)
        if answer:
            return Response(answer[0], answer[1], content_type="text/plain")
        text = form["text"]
        hop = text.count("*") + 2 if text else 1
        body = f"END Thank you: {text}" if text.endswith("9") else f"CON Screen {hop}: {text}"
        return Response(
            body, content_type="text/plain", headers={"at-ussd-hop-metadata": f"ask{hop}"}
        )

    return app


@contextmanager
def serve(service: Service) -> Iterator[None]:
    """Answer in a thread, at `service.address`."""
    server = make_server(
        "127.0.0.1", 0, _application(service), threaded=True, request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    service.address = f"http://127.0.0.1:{server.port}/hooks/dev"
    yield
    server.shutdown()
    thread.join()


class Sdk(SMSService):
    """The provider's own SDK, with another address and nothing else."""

    def __init__(self, address: str, key: str = "simulator") -> None:
        self.address = address
        super().__init__("sandbox", key)

    def _init_service(self) -> None:
        self._baseUrl = self._contentUrl = f"{self.address}/version1"


def post(simulator: Simulator, path: str, **body: object) -> dict:
    """A POST to the simulator's own door."""
    return requests.post(simulator.url + path, json=body, timeout=15).json()


def record(simulator: Simulator) -> dict[str, list[dict]]:
    return requests.get(simulator.url + "/record", timeout=5).json()


def wait_for(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Poll until this is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
