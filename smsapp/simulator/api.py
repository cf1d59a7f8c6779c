"""The simulator's own door: the page and what drives it, the terminal and the tests.

Only this machine may knock: the address is checked against other names for it (DNS rebinding),
and a POST must be JSON, which no page of another site can send unasked.
"""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_from_directory

from smsapp import gsm
from smsapp.simulator import calls, messages
from smsapp.simulator.faults import choices
from smsapp.simulator.gateway import network
from smsapp.simulator.network import Network
from smsapp.simulator.record import KINDS, Entry
from smsapp.simulator.setup import E164, HOUSE_SEPTETS, SCREEN_SEPTETS, Phone, Refused

api = Blueprint("api", __name__, static_folder="page", static_url_path="/page")

LOCAL = ("127.0.0.1", "localhost")
LONGEST_LABEL = 40  # characters
INBOX = 50  # SMS shown on a phone, the newest
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@api.before_app_request
def check_caller() -> None:
    """Refuse requests that a page of another site may have sent."""
    if request.host.rsplit(":", 1)[0] not in LOCAL:
        raise Refused("The simulator answers only at 127.0.0.1 or localhost.")
    foreign = request.headers.get("Origin", request.host_url.rstrip("/"))
    if foreign != request.host_url.rstrip("/"):
        raise Refused("The simulator answers only its own page.", 403)


@api.after_app_request
def guard(response: Response) -> Response:
    """A strict content policy; nothing is kept by the browser."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@api.app_errorhandler(Refused)
def refused(error: Refused) -> tuple[Response, int]:
    """One sentence that names the cure."""
    return jsonify(error=str(error)), error.status


def _body() -> dict[str, Any]:
    """The JSON object of a POST. Raises Refused."""
    body = request.get_json(silent=True) if request.mimetype == "application/json" else None
    if not isinstance(body, dict):
        raise Refused("Send one JSON object, with Content-Type application/json.")
    return body


def _word(body: dict[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Refused(f"{name} is a text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused(f"{name} holds half a character.") from None
    return value


@api.get("/")
def page() -> Response:
    """The phones."""
    return send_from_directory(str(api.static_folder), "page.html")


@api.post("/calls")
def dial() -> Response:
    """Dial: {phone, code?, how?}."""
    body = _body()
    code, how = _word(body, "code", ""), _word(body, "how", "")
    return jsonify(asdict(calls.dial(network(), _word(body, "phone"), code, how)))


@api.post("/calls/<call_id>/keys")
def press(call_id: str) -> Response:
    """Answer the screen: {text, how?}."""
    body = _body()
    how = _word(body, "how", "")
    return jsonify(asdict(calls.press(network(), call_id, _word(body, "text"), how)))


@api.post("/calls/<call_id>/hang")
def hang(call_id: str) -> Response:
    """Hang up or lose the signal: {lost?, end?: now | later | never}."""
    body = _body()
    lost = body.get("lost", False)
    if not isinstance(lost, bool):
        raise Refused("lost is true or false.")
    return jsonify(asdict(calls.hang_up(network(), call_id, lost, _word(body, "end", ""))))


@api.post("/sms")
def sms() -> Response:
    """Send an SMS to the short code: {from, text, copies?, id?}."""
    body = _body()
    copies = body.get("copies", 1)
    if not isinstance(copies, int):
        raise Refused("copies is a number.")
    sender, text, name = _word(body, "from"), _word(body, "text"), _word(body, "id", "")
    entry = messages.send_sms(network(), sender, text, copies, name)
    return jsonify(id=entry["id"])


@api.post("/size")
def size() -> Response:
    """What a text costs: {text}."""
    return jsonify(asdict(gsm.measure(_word(_body(), "text"))))


@api.post("/optout")
def opt_out() -> Response:
    """A subscriber opts out with the provider: {phone}."""
    messages.opt_out(network(), _word(_body(), "phone"))
    return jsonify({})


@api.post("/phones")
def add_phone() -> Response:
    """Put one more phone on the page: {phone, label?}."""
    body = _body()
    phone, label = _word(body, "phone"), _word(body, "label", "")[:LONGEST_LABEL]
    if not E164.fullmatch(phone):
        raise Refused("phone is a number like +265991000001.")
    net = network()
    with net.lock:
        net.phones.setdefault(phone, Phone(phone, label))
        net.touch(phone)
    return jsonify({})


@api.get("/faults")
def list_faults() -> Response:
    """Every fault there is, and those in waiting."""
    return jsonify(**choices(), waiting=network().faults.waiting())


@api.post("/faults")
def set_faults() -> Response:
    """Misbehave next: {next: [fault, …], phone?}; {clear: true} behaves well again."""
    body = _body()
    net = network()
    names = body.get("next", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused("next is a list of faults.")
    if body.get("clear"):
        net.faults.clear()
    net.faults.put(names, _word(body, "phone", ""))
    net.touch("")
    return jsonify(waiting=net.faults.waiting())


@api.get("/record")
def read_record() -> Response:
    """What happened, by kind; only after entry `since`, only the kinds asked for."""
    kinds = [kind for kind in request.args.getlist("kind") if kind in KINDS] or KINDS
    since = request.args.get("since", 0, type=int)
    return jsonify(network().record.since(since, kinds))


@api.get("/state")
def state() -> Response:
    """What changed on the phones since the state named `since`."""
    net = network()
    with net.lock:
        epoch, _, seen = request.args.get("since", "").partition(".")
        since = int(seen) if epoch == net.epoch and seen.isdecimal() else 0
        now = f"{net.epoch}.{net.version}"
        if since and since == net.version:
            return jsonify(version=now)
        changed = [phone for phone in net.phones if net.changed.get(phone, 0) > since]
    return jsonify(
        version=now,
        whole=since == 0,
        code=net.setup.service_code,
        short_code=net.setup.short_code,
        limits={
            "house": HOUSE_SEPTETS,
            "screen": SCREEN_SEPTETS,
            "seconds": net.setup.delays.session,
        },
        phones=[_phone(net, phone) for phone in changed],
        others=net.record.others(net.phones),
        faults=net.faults.waiting(),
    )


def _phone(net: Network, phone: str) -> dict[str, Any]:
    call = net.last_call.get(phone)
    inbox = [_sms(entry) for entry in net.record.inbox(phone)[-INBOX:]]
    shown = None
    if call is not None:
        shown = asdict(calls.shown(call)) | {"waiting": call.waiting and not call.ended}
    return asdict(net.phones[phone]) | {"call": shown, "inbox": inbox}


def _sms(entry: Entry) -> dict[str, Any]:
    size = gsm.measure(entry["text"])
    about = {"encoding": size.encoding, "units": size.units, "segments": size.segments}
    return {name: entry[name] for name in ("n", "at", "sender", "text")} | about
