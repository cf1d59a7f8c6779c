"""Delivery reports, SMS callbacks and their repetition, and the record over a restart."""

import json
import time

import pytest
import requests

from smsapp.simulator.later import Later
from tests.simulator.stand import CHW, post, record, wait_for

QUIET_SECONDS = 0.3  # long against the pauses of these tests: what has not come will not


def answered(simulator, door):
    callbacks = record(simulator)["callback"]
    return [callback["status"] for callback in callbacks if callback["door"] == door]


def delivered(service):
    return [form["status"] for form in service.doors("delivery")]


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("accept", ["Sent", "Success"]),
        ("late_report", ["Sent", "Success"]),
        ("double_report", ["Sent", "Success", "Success"]),
        ("reordered_report", ["Success", "Buffered", "Sent"]),
        ("absent", ["Sent", "AbsentSubscriber"]),
        ("failed:UserInBlackList", ["Sent", "Failed"]),
        ("report:Expired", ["Expired"]),
    ],
)
def test_the_order_of_delivery_reports(simulator, sdk, service, name, statuses):
    post(simulator, "/faults", next=[name])
    one = sdk.send("Hello", [CHW])["SMSMessageData"]["Recipients"][0]
    wait_for(lambda: len(service.doors("delivery")) == len(statuses))
    assert delivered(service) == statuses
    assert {form["id"] for form in service.doors("delivery")} == {one["messageId"]}
    assert service.doors("delivery")[0]["phoneNumber"] == CHW
    reasons = [form.get("failureReason") for form in service.doors("delivery")]
    assert ("UserInBlackList" in reasons) == name.startswith("failed")


def test_an_early_report_comes_before_the_answer(simulator, sdk, service):
    post(simulator, "/faults", next=["early_report"])
    sdk.send("Hello", [CHW])
    assert delivered(service) == ["Success"]


def test_no_report_is_none(simulator, sdk, service):
    post(simulator, "/faults", next=["no_report"])
    sdk.send("Hello", [CHW])
    time.sleep(QUIET_SECONDS)
    assert delivered(service) == []


def test_both_halves_of_a_fault_happen(simulator, sdk, service):
    post(simulator, "/faults", next=["accept_then_500+absent"])
    with pytest.raises(Exception, match="Internal Server Error"):
        sdk.send("Hello", [CHW])
    wait_for(lambda: delivered(service) == ["Sent", "AbsentSubscriber"])


def test_an_unreachable_phone_does_not_ring(simulator, sdk):
    post(simulator, "/faults", next=["absent"])
    sdk.send("Hello", [CHW])
    assert simulator.net.record.inbox(CHW) == []


def test_an_sms_is_repeated_until_answered_200(simulator, service):
    service.statuses["sms"] = [503, 500, 404, 202]
    post(simulator, "/sms", **{"from": CHW, "text": "OK 123456"})
    wait_for(lambda: len(service.doors("sms")) == 5)
    forms = service.doors("sms")
    assert all(form == forms[0] for form in forms)
    assert forms[0].keys() == {
        *("date", "from", "id", "linkId", "text", "to", "cost", "networkCode"),
    }
    assert (forms[0]["from"], forms[0]["text"], forms[0]["to"]) == (CHW, "OK 123456", "24000")
    wait_for(lambda: len(record(simulator)["callback"]) == 5)
    answers = [callback["status"] for callback in record(simulator)["callback"]]
    assert answers == [503, 500, 404, 202, 200]
    time.sleep(QUIET_SECONDS)
    assert len(service.doors("sms")) == 5


def test_one_sms_can_arrive_three_times_under_one_id(simulator, service):
    name = post(simulator, "/sms", copies=3, **{"from": CHW, "text": "CCM A14"})["id"]
    wait_for(lambda: len(service.doors("sms")) == 3)
    assert {form["id"] for form in service.doors("sms")} == {name}
    post(simulator, "/sms", id=name, **{"from": CHW, "text": "CCM A14"})
    wait_for(lambda: len(service.doors("sms")) == 4)


def test_an_opt_out_is_told(simulator, service):
    post(simulator, "/optout", phone=CHW)
    wait_for(lambda: service.doors("optout") == [{"senderId": "24000", "phoneNumber": CHW}])


def test_after_a_restart_the_record_is_there_and_what_was_left_goes_on(start, service, tmp_path):
    service.statuses["sms"] = [503] * 1000
    first = start()
    post(first, "/faults", next=["late_report"])
    form = {"username": "sandbox", "to": CHW, "message": "Hello"}
    url = first.url + "/version1/messaging"
    requests.post(url, data=form, headers={"apiKey": "simulator"}, timeout=5)
    post(first, "/sms", **{"from": CHW, "text": "OK"})
    wait_for(lambda: delivered(service) == ["Sent"] and service.doors("sms"))
    first.stop()
    before = first.net.record.since(0)
    file = tmp_path / "simulator" / "record.jsonl"
    file.write_bytes(file.read_bytes() + b'{"n": 99, "ki')  # as a crash leaves it
    service.statuses["sms"] = []
    again = start()
    assert again.net.record.since(0)["accepted"] == before["accepted"]
    assert [sms["text"] for sms in again.net.record.inbox(CHW)] == ["Hello"]
    wait_for(lambda: delivered(service) == ["Sent", "Success"])
    wait_for(lambda: answered(again, "sms")[-1] == 200)
    again.stop()
    assert [json.loads(line)["n"] for line in file.read_text().splitlines()][:3] == [1, 2, 3]
    time.sleep(QUIET_SECONDS)
    seen = len(service.came)
    start()
    time.sleep(QUIET_SECONDS)
    assert len(service.came) == seen


def test_nothing_happens_after_the_stop():
    later, done = Later(), []
    later.after(0.01, lambda: done.append("soon"))
    later.after(60, lambda: done.append("late"))
    wait_for(lambda: done)
    later.stop()
    assert done == ["soon"]
