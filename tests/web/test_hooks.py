"""The gateway's door, with a real database and Valkey behind it."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smsapp.gsm import measure
from smsapp.runtime import Runtime
from smsapp.store.tables import inbound
from smsapp.web.app import create_app
from smsapp.web.hooks import BODY_LIMIT, CALLBACKS, LAST_WORDS

CHW = "+265991000001"
HOP = {
    "sessionId": "ATUid_1",
    "phoneNumber": CHW,
    "networkCode": "99999",
    "serviceCode": "*384*2400#",
    "text": "",
}
SMS = {"id": "1", "from": CHW, "to": "24000", "text": "HELP", "date": "2026-11-21 08:00:00"}
BODIES = {
    "sms": urlencode(SMS).encode(),
    "delivery": b"id=ATXid_1&status=Success&phoneNumber=%2B265991000101&networkCode=65001",
    "ussd-end": b"sessionId=ATUid_1&status=Incomplete&phoneNumber=%2B265991000001",
    "optout": b"senderId=24000&phoneNumber=%2B265991000001",
}
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
JUNK = {
    "empty": b"",
    "spaces": b"   ",
    "NUL": b"\0" * 50,
    "not UTF-8": bytes(range(128, 256)),
    "no form": b'{"text": "1", "sessionId": ["a"]}',
    "XML": b"<xml/>",
    "only separators": b"&&==&=&",
    "emoji": "sessionId=😀&phoneNumber=😀&text=😀&id=😀&from=😀&status=😀".encode(),
    "right to left": "sessionId=s&phoneNumber=\u202e1&text=\u202eنعم&id=\u202e&from=ن".encode(),
    "long": b"sessionId=" + b"s" * 9000 + b"&phoneNumber=" + b"9" * 9000 + b"&id=" + b"i" * 9000,
    "many fields": b"&".join(b"f%d=1" % n for n in range(5000)),
    "field lists": b"text[]=1&sessionId[0]=a&phoneNumber[x]=1&id[]=1&from[]=1",
    "phone missing": b"sessionId=s&text=1",
    "session missing": b"phoneNumber=%2B265991000001&text=1",
    "unknown session": b"sessionId=never-seen&phoneNumber=%2B265991000001&text=1*14*0",
    "unknown phone": b"sessionId=s2&phoneNumber=%2B254700000000&text=",
    "no phone": b"sessionId=s3&phoneNumber=unknown&text=",
    "injection": urlencode({**HOP, "sessionId": "a'; DROP TABLE report;--\r\nX: y"}).encode(),
    "stars": b"sessionId=s4&phoneNumber=%2B265991000001&text=" + b"*" * 5000,
}

# What differs between the databases is tested in store and service.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def client(rt: Runtime) -> FlaskClient:
    return create_app(rt).test_client()


def rows(rt: Runtime) -> list[tuple[str, bytes]]:
    with rt.read() as db:
        found = db.execute(select(inbound.c.kind, inbound.c.raw).order_by(inbound.c.id))
        return [(row.kind, bytes(row.raw)) for row in found]


def is_screen(body: str) -> bool:
    return body.startswith(("CON ", "END ")) and measure(body[4:]).segments == 1


@pytest.mark.parametrize("label", JUNK)
def test_a_hop_is_always_answered_with_a_screen(client: FlaskClient, label: str) -> None:
    answer = client.post("/hooks/dev/ussd", data=JUNK[label])
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert is_screen(answer.text)


def test_a_hop_of_a_megabyte_is_answered_with_a_last_screen(client: FlaskClient) -> None:
    answer = client.post("/hooks/dev/ussd", data=b"text=" + b"1" * 1_000_000)
    assert answer.status_code == 200
    assert answer.text.startswith("END ")


def test_a_hop_is_a_hop_whatever_its_content_type(client: FlaskClient) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json", ""):
        answer = client.post("/hooks/dev/ussd", data=urlencode(HOP), content_type=kind)
        assert is_screen(answer.text)


@pytest.mark.parametrize("kind", BODIES)
def test_a_callback_is_kept_as_it_came(rt: Runtime, kind: str) -> None:
    still = replace(rt, clock=lambda: NOON)
    client = create_app(still).test_client()
    first = {}  # key -> the body that came first under it
    for label, body in JUNK.items():
        assert client.post(f"/hooks/dev/{kind}", data=body).status_code == 200, label
        first.setdefault(rt.channel.callback_key(CALLBACKS[kind], body, NOON), body)
    assert [raw for _, raw in rows(rt)] == [*first.values()]
    assert len(first) > 10


@pytest.mark.parametrize("kind", BODIES)
def test_a_callback_said_twice_is_kept_once(client: FlaskClient, rt: Runtime, kind: str) -> None:
    for _ in range(3):
        answer = client.post(f"/hooks/dev/{kind}", data=BODIES[kind])
        assert (answer.status_code, answer.data) == (200, b"")
    assert [raw for _, raw in rows(rt)] == [BODIES[kind]]


def test_kinds_have_their_names(client: FlaskClient, rt: Runtime) -> None:
    for kind, body in BODIES.items():
        client.post(f"/hooks/dev/{kind}", data=body)
    assert [kind for kind, _ in rows(rt)] == ["sms", "delivery", "call_end", "opt_out"]


@pytest.mark.parametrize("kind", BODIES)
def test_a_callback_of_a_megabyte_is_refused(client: FlaskClient, rt: Runtime, kind: str) -> None:
    answer = client.post(f"/hooks/dev/{kind}", data=b"id=1&text=" + b"x" * 1_000_000)
    assert answer.status_code == 413
    assert rows(rt) == []


@pytest.mark.parametrize("kind", ["ussd", *BODIES])
@pytest.mark.parametrize("size", [BODY_LIMIT, BODY_LIMIT + 1, 1_000_000])
def test_a_body_in_chunks_is_kept_whole_or_not_at_all(
    client: FlaskClient, rt: Runtime, kind: str, size: int
) -> None:
    body = b"x" * size
    server = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post(f"/hooks/dev/{kind}", input_stream=BytesIO(body), environ_overrides=server)
    whole = size <= BODY_LIMIT
    assert answer.status_code == (200 if whole or kind == "ussd" else 413)
    assert [raw for _, raw in rows(rt)] == ([body] if whole and kind != "ussd" else [])


@pytest.mark.parametrize("terminated", [True, False])
def test_a_body_cut_short_is_not_taken_for_the_whole(
    client: FlaskClient, rt: Runtime, terminated: bool
) -> None:
    server = {"CONTENT_LENGTH": str(len(BODIES["sms"])), "wsgi.input_terminated": True}
    if not terminated:
        server.pop("wsgi.input_terminated")
    cut = BytesIO(BODIES["sms"][:40])
    answer = client.post("/hooks/dev/sms", input_stream=cut, environ_overrides=server)
    assert answer.status_code == 400
    assert rows(rt) == []
    assert client.post("/hooks/dev/sms", data=BODIES["sms"]).status_code == 200
    assert rows(rt) == [("sms", BODIES["sms"])]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"])
def test_another_method_is_an_unknown_path(client: FlaskClient, method: str) -> None:
    known = client.open("/hooks/dev/sms", method=method, data=BODIES["sms"])
    unknown = client.open("/nothing/of/the/kind", method=method, data=BODIES["sms"])
    assert known.status_code == 404
    assert (known.status, known.data, [*known.headers]) == (
        unknown.status,
        unknown.data,
        [*unknown.headers],
    )


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/wrong/sms",
        "/hooks/wrong/ussd",
        "/hooks/dev/nothing",
        "/hooks/dev/",
        "/hooks/dev",
        "/hooks/",
        "/hooks",
        "/hooks//sms",
        "/hooks/dev/sms/",
        "/hooks/dev//sms",
        "/hooks/DEV/sms",
        "/hooks/dev%00/sms",
        "/hooks/d%C3%A9v/sms",
        "/hooks/dev/call_end",
        "/hooks/" + "x" * 5000 + "/sms",
    ],
)
def test_a_wrong_door_is_an_unknown_path(client: FlaskClient, rt: Runtime, path: str) -> None:
    wrong = client.post(path, data=BODIES["sms"])
    unknown = client.post("/nothing/of/the/kind", data=BODIES["sms"])
    assert wrong.status_code == 404
    assert (wrong.status, wrong.data, [*wrong.headers]) == (
        unknown.status,
        unknown.data,
        [*unknown.headers],
    )
    assert rows(rt) == []


def test_a_token_may_be_changed_without_a_gap(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"hook_tokens": "new-one, old-one"})
    client = create_app(replace(rt, settings=settings)).test_client()
    for token, status in (("new-one", 200), ("old-one", 200), ("dev", 404), ("", 404)):
        assert client.post(f"/hooks/{token}/sms", data=BODIES["sms"]).status_code == status


def test_without_tokens_every_door_is_shut(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"hook_tokens": ""})
    client = create_app(replace(rt, settings=settings)).test_client()
    for path in ("/hooks//sms", "/hooks/dev/sms", "/hooks/"):
        assert client.post(path, data=BODIES["sms"]).status_code == 404


def test_last_words_are_screens_in_the_flows_and_without_them(rt: Runtime) -> None:
    for word, text in LAST_WORDS.items():
        assert is_screen("END " + text)
        both = " / ".join(rt.flows.say(word, language) for language in rt.flows.words.languages)
        assert is_screen("END " + both)
