"""The gateway's face, as the provider's own SDK sees it."""

import re

import pytest
import requests
from africastalking.Service import AfricasTalkingException

from tests.simulator.stand import CHW, SUPERVISOR, Sdk, post, record

SHORT = (0.5, 0.4)  # seconds: connect, read


def fault(simulator, *names, **more):
    assert "error" not in post(simulator, "/faults", next=list(names), **more)


def send(sdk, *phones, text="Hello"):
    return sdk.send(text, list(phones or [CHW]), timeout=SHORT)["SMSMessageData"]


def delivered(service):
    return [(form["id"], form["status"]) for form in service.doors("delivery")]


def test_an_accepted_sms_has_the_recorded_shape(simulator, sdk):
    answer = send(sdk, CHW, SUPERVISOR, text="x" * 161)
    assert answer["Message"] == "Sent to 2/2 Total Cost: KES 3.2000 Message parts: 4"
    one = answer["Recipients"][0]
    assert re.fullmatch(r"ATXid_[0-9a-f]{32}", one.pop("messageId"))
    assert one == {
        "cost": "KES 1.6000",
        "messageParts": 2,
        "number": CHW,
        "status": "Success",
        "statusCode": 101,
    }


def test_content_type_and_status_are_exactly_the_provider_s(simulator):
    form = {"username": "sandbox", "to": CHW, "message": "Hello", "enqueue": "1"}
    url = simulator.url + "/version1/messaging"
    answer = requests.post(url, data=form, headers={"apiKey": "simulator"}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert answer.json()["SMSMessageData"]["Recipients"][0]["statusCode"] == 102
    answer = requests.post(url, data=form, headers={"apiKey": "wrong"}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain")
    assert answer.text == "The supplied authentication is invalid"
    assert len(record(simulator)["accepted"]) == 1


def test_a_bad_number_is_turned_down_alone(simulator, sdk):
    good, bad = send(sdk, CHW, "+2547")["Recipients"]
    assert (good["statusCode"], bad["statusCode"]) == (101, 403)
    assert (bad["messageId"], bad["cost"], bad["status"]) == ("None", "0", "InvalidPhoneNumber")


def test_the_sms_is_in_the_record_in_full_and_on_the_phone(simulator, sdk):
    send(sdk, text="Seen by Grace 10:42\nRef 123456")
    entry = record(simulator)["accepted"][0]
    assert (entry["phone"], entry["text"]) == (CHW, "Seen by Grace 10:42\nRef 123456")
    phones = requests.get(simulator.url + "/state", timeout=5).json()["phones"]
    inbox = {phone["phone"]: phone["inbox"] for phone in phones}
    assert [sms["text"] for sms in inbox[CHW]] == ["Seen by Grace 10:42\nRef 123456"]
    assert inbox[SUPERVISOR] == []


def test_balance_and_messages_can_be_fetched(simulator, sdk, service):
    service.statuses["sms"] = [503] * 1000
    ids = [
        post(simulator, "/sms", **{"from": CHW, "text": text})["id"] for text in ("OK 1", "OK 2")
    ]
    first, second = sdk.fetch_messages(0)["SMSMessageData"]["Messages"]
    assert (first["text"], second["text"]) == ("OK 1", "OK 2")
    assert sdk.fetch_messages(ids[0])["SMSMessageData"]["Messages"] == [second]
    url = simulator.url + "/version1/user?username=sandbox"
    user = requests.get(url, headers={"apiKey": "simulator"}, timeout=5).json()
    assert user["UserData"]["balance"].startswith("KES ")


@pytest.mark.parametrize(
    ("name", "error", "accepted"),
    [
        ("hang", requests.ReadTimeout, 0),
        ("accept_then_hang", requests.ReadTimeout, 1),
        ("reset", requests.ConnectionError, 0),
        ("accept_then_reset", requests.ConnectionError, 1),
        ("partial", requests.exceptions.ChunkedEncodingError, 1),
        ("garbage201", requests.exceptions.JSONDecodeError, 1),
        ("500", AfricasTalkingException, 0),
        ("accept_then_500", AfricasTalkingException, 1),
        ("400", AfricasTalkingException, 0),
        ("401", AfricasTalkingException, 0),
        ("429", AfricasTalkingException, 0),
    ],
)
def test_a_fault_raises_in_the_sdk_and_happens_once(simulator, sdk, name, error, accepted):
    fault(simulator, name)
    with pytest.raises(error):
        send(sdk)
    assert len(record(simulator)["accepted"]) == accepted
    assert len(record(simulator)["refused"]) == 1 - accepted
    assert send(sdk)["Recipients"][0]["statusCode"] == 101


def test_a_reset_is_a_reset_on_the_wire(simulator, sdk):
    fault(simulator, "accept_then_reset")
    with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
        send(sdk)


def test_the_plain_sdk_follows_a_redirect_by_posting_again(simulator, sdk):
    fault(simulator, "307")
    assert send(sdk)["Recipients"][0]["statusCode"] == 101
    assert [len(record(simulator)[kind]) for kind in ("refused", "accepted")] == [1, 1]


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("recipient_code:405", 405, "InsufficientBalance"),
        ("recipient_code:406", 406, "UserInBlacklist"),
        ("recipient_code:100", 100, "Success"),
    ],
)
def test_recipient_codes(simulator, sdk, name, code, status):
    fault(simulator, name)
    one = send(sdk)["Recipients"][0]
    assert (one["statusCode"], one["status"]) == (code, status)
    assert len(record(simulator)["accepted"]) == (code == 100)


@pytest.mark.parametrize(
    ("name", "message"),
    [("invalid_sender", "InvalidSenderId"), ("empty_recipients", "Sent to 0/0 ")],
)
def test_an_answer_without_recipients(simulator, sdk, name, message):
    fault(simulator, name)
    answer = send(sdk)
    assert answer["Recipients"] == []
    assert answer["Message"].startswith(message)
    assert record(simulator)["accepted"] == []


def test_a_web_page_in_the_gateway_s_place(simulator, sdk):
    fault(simulator, "garbage200")
    assert sdk.send("Hello", [CHW]).startswith("<!doctype html>")


def test_a_fault_for_one_number_leaves_the_others_alone(simulator, sdk):
    fault(simulator, "500", phone=SUPERVISOR)
    send(sdk)
    with pytest.raises(AfricasTalkingException):
        send(sdk, SUPERVISOR)


def test_a_wrong_key_is_refused_and_recorded(simulator):
    with pytest.raises(AfricasTalkingException, match="authentication is invalid"):
        send(Sdk(simulator.url, "wrong"))
    assert [entry["fault"] for entry in record(simulator)["refused"]] == ["wrong key"]
