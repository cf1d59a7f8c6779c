"""The provider's face: answers the requests of its SDK in the shapes recorded from the real one.

Sources: `africastalking` 2.0.3, and answers of the live and the sandbox gateway (201 with a
Content-Type of exactly `application/json`; 401 as plain text; a bad sender is a 201 too).
"""

import json
import socket
import struct
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, request

from smsapp import gsm
from smsapp.simulator import messages
from smsapp.simulator.faults import RECIPIENT_CODES, Fault
from smsapp.simulator.network import Network, new_id
from smsapp.simulator.setup import E164

gateway = Blueprint("gateway", __name__, url_prefix="/version1")

PART_COST = 0.8  # KES a part and recipient, as in the recorded answers
BALANCE = "KES 1785.5000"
RETRY = {"Retry-After": "30"}  # seconds, with 429
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: closing sends RST
INVALID_NUMBER = 403
QUEUED, SENT = 102, 101
PAGE = "<!doctype html><title>Sign in</title><p>Sign in to this network to go on.</p>"
WRONG_KEY = "The supplied authentication is invalid"

# Faults that are one fixed answer: body, status, content type.
REFUSALS = {
    "garbage200": (PAGE, 200, "text/html"),
    "307": ("", 307, "text/plain"),
    "400": ("Bad Request", 400, "text/plain"),
    "401": (WRONG_KEY, 401, "text/plain"),
    "429": ("", 429, "text/plain"),
    "500": ("Internal Server Error", 500, "text/plain"),
}


def network() -> Network:
    """The network this application stands for."""
    found = current_app.extensions["network"]
    assert isinstance(found, Network)
    return found


@gateway.before_request
def check_key() -> Response | None:
    """Refuse a wrong key as the provider does."""
    if request.headers.get("apiKey") == network().setup.api_key:
        return None
    if request.method == "POST":
        network().record.add("refused", fault="wrong key", to=request.form.get("to", ""))
    return _plain(WRONG_KEY, 401)


@gateway.post("/messaging")
def send() -> Response:
    """Take an SMS, or misbehave as told."""
    form = request.form
    for name in ("username", "to", "message"):
        if not form.get(name):
            return _plain(f"Request is missing required form field '{name}'.", 400)
    net = network()
    numbers = form["to"].split(",")
    fault = net.faults.next_send(numbers[0])
    entries = []
    if fault.accepts:
        entries = [_recipient(net, number, fault) for number in numbers]
    elif fault.answer != "recipient_code":
        net.record.add("refused", fault=fault.answer, to=form["to"])
    else:
        entries = [_turned_down(net, number, fault.code) for number in numbers]
    return _answer(net, fault, entries)


@gateway.get("/messaging")
def fetch() -> Response:
    """The SMS that came in after `lastReceivedId`; all of them when that id is not known."""
    ids = [entry["id"] for entry in network().record.find("sms", lambda _: True)]
    after = request.args.get("lastReceivedId", "")
    start = ids.index(after) + 1 if after in ids else 0
    names = ("linkId", "text", "to", "id", "date", "from")
    found = network().record.find("sms", lambda _: True)[start:]
    picked = [{name: entry["form"][name] for name in names} for entry in found]
    return _json({"SMSMessageData": {"Messages": picked}}, 200)


@gateway.get("/user")
def user() -> Response:
    """The balance of the account."""
    return _json({"UserData": {"balance": BALANCE}}, 200)


def _recipient(net: Network, number: str, fault: Fault) -> dict[str, object]:
    """Accept one SMS for one recipient: written to the record before anybody hears of it."""
    if not E164.fullmatch(number):
        return _turned_down(net, number, INVALID_NUMBER)
    text = request.form["message"]
    parts = gsm.measure(text).segments
    reports = messages.plan(net, fault)
    entry = net.record.add(
        "accepted",
        id=new_id("ATXid_"),
        phone=number,
        sender=request.form.get("from", ""),
        text=text,
        fault=fault.answer,
        arrives=messages.arrives(fault),
        reports=[list(report) for report in reports],
    )
    net.touch(number)
    if fault.report == "early_report":
        messages.report_now(net, entry, reports[0])
    else:
        messages.report_later(net, entry, reports)
    code = fault.code or (QUEUED if request.form.get("enqueue") == "1" else SENT)
    return {
        "cost": f"KES {PART_COST * parts:.4f}",
        "messageId": entry["id"],
        "messageParts": parts,
        "number": number,
        "status": "Success",
        "statusCode": code,
    }


def _turned_down(net: Network, number: str, code: int) -> dict[str, object]:
    net.record.add("refused", fault=f"recipient_code:{code}", to=number)
    return {
        "cost": "0",
        "messageId": "None",
        "number": number,
        "status": RECIPIENT_CODES[code],
        "statusCode": code,
    }


def _answer(net: Network, fault: Fault, recipients: list[dict[str, object]]) -> Response:
    """What goes back on the wire."""
    name = fault.answer.removeprefix("accept_then_")
    if name in ("hang", "reset"):
        wait = net.setup.delays.hang if name == "hang" else 0.0
        return Response(_cut(request.environ["werkzeug.socket"], net, wait=wait))
    if name in REFUSALS:
        body, status, kind = REFUSALS[name]
        answer = Response(body, status, content_type=kind)
        answer.headers.update({"307": {"Location": request.url}, "429": RETRY}.get(name, {}))
        return answer
    if name == "invalid_sender":
        return _json({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}, 201)
    return _sent(net, fault, recipients)


def _sent(net: Network, fault: Fault, recipients: list[dict[str, object]]) -> Response:
    taken = [one for one in recipients if one["messageId"] != "None"]
    parts = sum(int(str(one["messageParts"])) for one in taken)
    total = f"Sent to {len(taken)}/{len(recipients)} Total Cost: KES {PART_COST * parts:.4f}"
    shape = {
        "SMSMessageData": {"Message": f"{total} Message parts: {parts}", "Recipients": recipients}
    }
    whole = _json(shape, 201)
    if fault.answer == "garbage201":
        whole.set_data(whole.get_data()[:-9])
    if fault.answer == "partial":
        body = whole.get_data()
        cut = _cut(request.environ["werkzeug.socket"], net, body[: len(body) // 2])
        half = Response(cut, 201, content_type="application/json")
        half.headers["Content-Length"] = str(len(body))
        return half
    return whole


def _cut(
    wire: socket.socket, net: Network, first: bytes = b"", *, wait: float = 0.0
) -> Iterator[bytes]:
    """Send these bytes, wait, and close the connection, hard where nothing else was done."""
    if first:
        yield first
    elif not wait:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    net.stopping.wait(wait)
    raise ConnectionAbortedError


def _plain(sentence: str, status: int) -> Response:
    return Response(sentence, status, content_type="text/plain")


def _json(shape: object, status: int) -> Response:
    return Response(json.dumps(shape), status, content_type="application/json")
