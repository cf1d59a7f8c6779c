"""Africa's Talking: what it sends us, as it really sends it, and what we answer."""

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import BadCallback, Delivery, HopReply
from smsapp.channels.form import read_form
from smsapp.settings import Settings

CHANNEL = AfricasTalking(Settings(smsapp_env="development"))
SESSION = "ATUid_" + "0123456789abcdef" * 2
CHW = "+265991000001"
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))

HOP = (
    b"phoneNumber=%2B265991000001&serviceCode=%2A384%2A2400%23&text=1%2A14%2A0"
    b"&sessionId=" + SESSION.encode() + b"&networkCode=65010"
)
END = (
    b"date=2026-11-21+08%3A00%3A00&sessionId=" + SESSION.encode() + b"&serviceCode=%2A384%2A2400%23"
    b"&networkCode=65010&phoneNumber=%2B265991000001&status=Success&cost=KES+0.8&durationInMillis"
    b"=61000&hopsCount=7&hopsMetadata=&input=1*14&lastAppResponse=END+Saved"
)
SMS = (
    b"linkId=&text=CCM+A14+S0+D0&to=24000&id=5f2b7a1e-0c6d-4b55-9e0b-6f4f21d5b0aa"
    b"&date=2026-11-21+08%3A00%3A00&from=%2B265991000001&networkCode=65010&cost=None"
)
REPORT = (
    b"id=ATXid_0123456789abcdef0123456789abcdef&status=Failed&phoneNumber=%2B265991000101"
    b"&networkCode=65001&failureReason=UserIsInactive&retryCount=0"
)


def test_read_hop() -> None:
    hop = CHANNEL.read_hop(HOP)
    assert (hop.session, hop.phone, hop.text) == (SESSION, CHW, "1*14*0")
    assert (hop.service_code, hop.network) == ("*384*2400#", "65010")


def test_read_call_end() -> None:
    end = CHANNEL.read_call_end(END)
    assert (end.session, end.phone) == (SESSION, CHW)


def test_read_sms() -> None:
    sms = CHANNEL.read_sms(SMS)
    assert sms.gateway_id == "5f2b7a1e-0c6d-4b55-9e0b-6f4f21d5b0aa"
    assert (sms.sender, sms.recipient, sms.text) == (CHW, "24000", "CCM A14 S0 D0")


def test_read_delivery() -> None:
    report = CHANNEL.read_delivery(REPORT)
    assert report.provider_id == "ATXid_0123456789abcdef0123456789abcdef"
    assert (report.status, report.word) == (Delivery.FAILED, "Failed")
    assert (report.reason, report.network) == ("UserIsInactive", "65001")
    assert report.phone == "+265991000101"


def test_read_opt_out() -> None:
    assert CHANNEL.read_opt_out(b"senderId=24000&phoneNumber=%2B265991000001").phone == CHW


@pytest.mark.parametrize(
    ("label", "body", "text"),
    [
        ("first hop", b"text=", ""),
        ("no text at all", b"x=1", ""),
        ("keys", b"text=1*14*0", "1*14*0"),
        ("an empty answer", b"text=1**0", "1**0"),
        ("deep dialling", b"text=1%2A14%23", "1*14#"),
        ("spaces", b"text=A+B%20C", "A B C"),
        ("UTF-8", b"text=caf%C3%A9", "café"),
        ("UTF-8, raw", "text=café".encode(), "café"),
        ("Windows-1252, escaped", b"text=caf%E9", "café"),
        ("Windows-1252, raw", b"text=caf\xe9", "café"),
        ("a byte of no alphabet", b"text=caf\x81", "caf\ufffd"),
        ("NUL", b"text=1%00*1\x004", "1*14"),
        ("a broken escape", b"text=100%", "100%"),
        ("another broken escape", b"text=%zz%4", "%zz%4"),
        ("emoji", b"text=%F0%9F%98%80", "😀"),
        ("right to left", "text=\u202eنعم\u200f".encode(), "نعم"),
        ("Arabic digits", "text=1*١٤".encode(), "1*14"),
        ("a surrogate in UTF-8", b"text=%ED%A0%80x", "í\xa0€x".replace("\xa0", " ")),
        ("twice", b"text=1&text=2", "2"),
        ("an equals sign", b"text=a=b", "a=b"),
        ("a line end at the end", b"text=1\r\n", "1"),
        ("a byte order mark", b"\xef\xbb\xbftext=1", "1"),
    ],
)
def test_text_of_a_hop(label: str, body: bytes, text: str) -> None:
    mark = b"\xef\xbb\xbf" if body.startswith(b"\xef") else b""
    body = mark + b"sessionId=s&phoneNumber=%2B265991000001&" + body.removeprefix(mark)
    hop = CHANNEL.read_hop(body)
    assert hop.text == text, label
    assert hop.phone == CHW


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=6))
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    assert read_form(urlencode(fields).encode()) == fields


@given(st.binary(max_size=400))
def test_one_bad_field_never_costs_another(junk: bytes) -> None:
    junk = junk.replace(b"&", b"").replace(b"=", b"")
    form = read_form(b"first=1&" + junk + b"&bad=" + junk + b"&last=%2B9")
    assert form["first"] == "1"
    assert form["last"] == "+9"
    assert not any("\0" in name + value for name, value in form.items())


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("%2B265991000001", CHW),
        ("+265991000001", CHW),  # an unencoded plus arrives as a space
        ("%20265991000001", CHW),
        ("265991000001", CHW),
        ("0991000001", CHW),
        ("%2B265991000001%0A", CHW),
        ("24000", "24000"),
        ("+24000", "24000"),
        ("MINISTRY", "MINISTRY"),
        ("%2B2547", "+2547"),  # no number, but it is what they sent
        ("x" * 50, "x" * 16),
        ("%00", ""),
    ],
)
def test_who_sent_it(sent: str, read: str) -> None:
    body = b"id=1&from=x" if read == "" else b"id=1&from=" + sent.encode()
    assert CHANNEL.read_sms(body).sender == (read or "x")


@pytest.mark.parametrize(
    "body", [b"", b"text=1", b"sessionId=&id=+&from=&phoneNumber=%20", b"\xff\xfe\x00"]
)
def test_what_cannot_be_read_names_the_field_only(body: bytes) -> None:
    for read in (
        CHANNEL.read_hop,
        CHANNEL.read_call_end,
        CHANNEL.read_sms,
        CHANNEL.read_delivery,
        CHANNEL.read_opt_out,
    ):
        with pytest.raises(BadCallback, match=r"^(sessionId|from|id|phoneNumber) is missing$"):
            read(body)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Sent", Delivery.SENT),
        ("Submitted", Delivery.SENT),
        ("Buffered", Delivery.BUFFERED),
        ("Rejected", Delivery.FAILED),
        ("Success", Delivery.DELIVERED),
        ("Failed", Delivery.FAILED),
        ("AbsentSubscriber", Delivery.ABSENT),
        ("Expired", Delivery.FAILED),
        ("Teleported", Delivery.OTHER),
        ("", Delivery.OTHER),
    ],
)
def test_delivery_words(word: str, status: Delivery) -> None:
    report = CHANNEL.read_delivery(f"id=ATXid_1&status={word}".encode())
    assert (report.status, report.word) == (status, word)


def test_stored_words_fit_their_columns() -> None:
    long = "x" * 5000
    report = CHANNEL.read_delivery(
        f"id={long}&status={long}&failureReason={long}&networkCode={long}&phoneNumber={long}".encode()
    )
    sizes = (80, 16, 40, 60, 20)
    kept = (report.provider_id, report.phone, report.word, report.reason, report.network)
    assert all(len(value) <= size for value, size in zip(kept, sizes, strict=True))


def test_a_strange_session_is_the_same_at_every_hop_and_at_the_end() -> None:
    strange = quote_plus("../\u202e" + "s" * 300)
    body = f"sessionId={strange}&phoneNumber=%2B265991000001".encode()
    session = CHANNEL.read_hop(body).session
    assert session == CHANNEL.read_call_end(body).session
    assert len(session) <= 80
    assert session.isalnum()


@pytest.mark.parametrize(
    ("reply", "body", "step"),
    [
        (HopReply("Age in months?", ends=False, ask="iccm.age"), "CON Age in months?", "iccm.age"),
        (HopReply("Saved. Merci à vous", ends=True), "END Saved. Merci à vous", None),
        (HopReply("x", ends=False, ask="a|b\r\nSet-Cookie: c"), "CON x", "a_b__Set-Cookie:_c"),
        (HopReply("x", ends=False, ask="é" * 200), "CON x", "_" * 99),
        (HopReply("", ends=True), "END ", None),
    ],
)
def test_write_hop(reply: HopReply, body: str, step: str | None) -> None:
    written, headers = CHANNEL.write_hop(reply)
    assert written == body
    assert headers["Content-Type"].startswith("text/plain")
    assert headers.get("at-ussd-hop-metadata") == step
