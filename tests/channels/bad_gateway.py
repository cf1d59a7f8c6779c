"""A real HTTP server that misbehaves as gateways and networks do."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import SendOutcome
from smsapp.settings import Settings

PHONE = "+265991000101"
Do = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Notes what it got, then does what the test wants done."""

    protocol_version = "HTTP/1.1"
    server: "Gateway"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        self.server.posts.append((self.path, fields, dict(self.headers)))
        self.server.do(self)

    def do_GET(self) -> None:
        self.server.gets.append(self.path)
        self.server.do(self)

    def answer(self, status: int, body: bytes, kind: str = "application/json", **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Gateway(ThreadingHTTPServer):
    """The server, its record of connections and requests, and what it does next."""

    daemon_threads = True

    def __init__(self) -> None:
        self.do: Do = accept()
        self.posts: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.gets: list[str] = []
        self.connections = 0
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a test that breaks the connection breaks it for the handler too


def answer(status: int, body: object, kind: str = "application/json", **more: str) -> Do:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler: handler.answer(status, raw, kind, **more)


def told(*recipients: object, message: str = "Sent to 1/1") -> dict[str, Any]:
    return {"SMSMessageData": {"Message": message, "Recipients": list(recipients)}}


def entry(code: object = 101, **more: object) -> dict[str, Any]:
    sent = {"statusCode": code, "number": PHONE, "messageId": "ATXid_1", "cost": "MWK 9"}
    return {**sent, "status": "Success", **more}


def accept() -> Do:
    return answer(201, told(entry()))


def hang(handler: Handler) -> None:
    handler.server.over.wait(10)


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    os.close(handler.connection.detach())


def close(handler: Handler) -> None:
    handler.close_connection = True


def half(handler: Handler) -> None:
    handler.send_response(201)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"SMSMessageData":')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"220 smtp ready\r\n\r\n")
    handler.close_connection = True


@contextmanager
def serve() -> Iterator[Gateway]:
    """A gateway that listens until the test is over."""
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def channel(base: str, **more: Any) -> AfricasTalking:
    settings = {"at_base_url": base, "connect_seconds": 0.3, "read_seconds": 0.3, **more}
    return AfricasTalking(Settings(smsapp_env="development", **settings))


def send_to(server: Gateway, do: Do) -> SendOutcome:
    server.do = do
    return channel(f"http://127.0.0.1:{server.server_port}").send(PHONE, "REFER NOW")
