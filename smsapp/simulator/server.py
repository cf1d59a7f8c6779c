"""The simulator as a process, or as a thread of a test: an HTTP server at 127.0.0.1."""

import signal
import socket
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from smsapp.simulator import messages
from smsapp.simulator.api import api
from smsapp.simulator.gateway import gateway
from smsapp.simulator.network import Network
from smsapp.simulator.setup import Delays, Phone, Refused, Setup

ADDRESS = "127.0.0.1"  # never another: whoever reaches the simulator drives every phone
BACKLOG = 512  # connections waiting to be taken
POLL = 0.1  # seconds between two looks at whether to stop
LARGEST_REQUEST = 1_000_000  # bytes


def create_app(net: Network) -> Flask:
    """The application of one simulated network."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    app.extensions["network"] = net
    app.register_blueprint(api)
    app.register_blueprint(gateway)
    return app


class Handler(WSGIRequestHandler):
    """Answers without logging: a request line or an error line could hold a number."""

    disable_nagle_algorithm = True

    def log(self, *_args: object) -> None:
        """Say nothing."""

    def run_wsgi(self) -> None:
        """One request a connection, also after an answer that was cut on purpose."""
        super().run_wsgi()
        self.close_connection = True


class Door(ThreadedWSGIServer):
    """Werkzeug's threaded server, which can be closed with no connection or thread left."""

    daemon_threads = False

    def __init__(self, app: Flask, bound: socket.socket) -> None:
        super().__init__(ADDRESS, bound.getsockname()[1], app, Handler, fd=bound.fileno())
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Take a connection and remember it."""
        request, address = super().get_request()
        self._open.add(request)
        return request, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close a connection; one told to reset is not told goodbye first."""
        self._open.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER):
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close every connection that is still open."""
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its thread was quicker


class Simulator:
    """A running simulator. `port` 0 takes a free one; `record_dir` None keeps no file."""

    def __init__(self, setup: Setup, port: int = 0, record_dir: Path | None = None) -> None:
        try:
            bound = socket.create_server((ADDRESS, port), backlog=BACKLOG)
        except OSError:
            raise Refused(f"Port {port} is taken; set PORT so that PORT + 1 is free.") from None
        with bound:
            self.net = Network(setup, record_dir)
            self._door = Door(create_app(self.net), bound)
        self.url = f"http://{ADDRESS}:{self._door.port}"
        self._thread = threading.Thread(
            target=self._door.serve_forever, args=(POLL,), name="simulator"
        )

    def start(self) -> "Simulator":
        """Begin to answer, and go on with what an earlier run left undone."""
        self._thread.start()
        messages.resume(self.net)
        return self

    def stop(self) -> None:
        """Stop, leaving no thread and no connection."""
        self.net.stopping.set()
        self._door.shutdown()
        self._door.hang_up()
        self._thread.join()
        self.net.stop()


def serve(
    port: int,
    record_dir: Path,
    hooks_base: str,
    token: str,
    phones: tuple[Phone, ...],
    *,
    service_code: str,
    short_code: str,
    api_key: str = "simulator",
    delays: Delays | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises Refused when the port is taken."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    hooks = f"{hooks_base.rstrip('/')}/{token}"
    setup = Setup(hooks, service_code, short_code, api_key, tuple(phones), delays or Delays())
    simulator = Simulator(setup, port, record_dir).start()
    stop.wait()
    simulator.stop()
