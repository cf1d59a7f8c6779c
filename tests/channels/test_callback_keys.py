"""The key of a callback: the same for every delivery of it, and of nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsapp.channels.africastalking import AfricasTalking
from smsapp.settings import Settings

CHANNEL = AfricasTalking(Settings(smsapp_env="development"))
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KINDS = ("sms", "delivery", "call_end", "opt_out")
SESSION = "ATUid_" + "0123456789abcdef" * 2
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


def test_an_sms_is_known_by_its_id_however_it_is_repeated() -> None:
    again = SMS.replace(b"cost=None", b"cost=0")
    later = NOW + timedelta(hours=11)
    assert CHANNEL.callback_key("sms", SMS, NOW) == CHANNEL.callback_key("sms", again, later)
    assert CHANNEL.callback_key("sms", SMS, NOW) == "sms:5f2b7a1e-0c6d-4b55-9e0b-6f4f21d5b0aa"


def test_an_sms_without_id_is_known_by_what_it_says() -> None:
    body = b"from=%2B265991000001&to=24000&text=HELP&date=2026-11-21+08%3A00%3A00"
    key = CHANNEL.callback_key("sms", body, NOW)
    assert key == CHANNEL.callback_key("sms", body + b"&cost=1", NOW + timedelta(hours=1))
    assert key != CHANNEL.callback_key("sms", body.replace(b"HELP", b"STOP"), NOW)
    assert key != CHANNEL.callback_key("sms", body.replace(b"08%3A", b"09%3A"), NOW)


def test_an_sms_without_id_and_date_may_be_said_again_later() -> None:
    body = b"from=%2B265991000001&text=CCM"
    key = CHANNEL.callback_key("sms", body, NOW)
    assert key == CHANNEL.callback_key("sms", body, NOW + timedelta(seconds=60))
    assert key != CHANNEL.callback_key("sms", body, NOW + timedelta(seconds=301))


def test_each_news_of_a_delivery_is_one_callback() -> None:
    keys = {
        CHANNEL.callback_key("delivery", b"id=1&status=" + status + rest, NOW)
        for status in (b"Sent", b"Success")
        for rest in (b"", b"&failureReason=DeliveryFailure", b"&retryCount=1")
    }
    assert len(keys) == 6
    assert CHANNEL.callback_key("delivery", REPORT, NOW) == CHANNEL.callback_key(
        "delivery", REPORT, NOW + timedelta(days=1)
    )


def test_a_call_ends_once() -> None:
    assert CHANNEL.callback_key("call_end", END, NOW) == f"call_end:{SESSION}"


def test_one_may_opt_out_again() -> None:
    body = b"senderId=24000&phoneNumber=%2B265991000001"
    assert CHANNEL.callback_key("opt_out", body, NOW) != CHANNEL.callback_key(
        "opt_out", body, NOW + timedelta(days=1)
    )


@given(st.sampled_from(KINDS), st.binary(max_size=300))
def test_any_body_has_a_key_that_is_short_and_plain(kind: str, body: bytes) -> None:
    for sent in (body, b"id=" + body, b"sessionId=" + body, b"from=" + body):
        key = CHANNEL.callback_key(kind, sent, NOW)
        assert key == CHANNEL.callback_key(kind, sent, NOW)
        assert key.startswith(f"{kind}:")
        assert len(key) <= 200
        assert key.isascii()
        assert key.isprintable()


@pytest.mark.parametrize("kind", KINDS)
def test_no_phone_or_text_can_be_read_in_a_key(kind: str) -> None:
    body = b"from=%2B265991000001&phoneNumber=%2B265991000001&text=CCM&date=x&id=" + b"9" * 90
    key = CHANNEL.callback_key(kind, body, NOW)
    assert "991000001" not in key
    assert "CCM" not in key
