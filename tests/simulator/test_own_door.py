"""The simulator's own door: what it refuses, what it tells the page, and that it stops."""

import socket
import threading

import pytest
import requests

from smsapp.simulator.server import Simulator
from smsapp.simulator.setup import Refused, Setup
from tests.simulator.stand import CHW, SUPERVISOR, Sdk, post, record, wait_for

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/calls", b""),
        ("/calls", b"[]"),
        ("/calls", b"\x00\xff"),
        ("/calls", b'{"phone": 5}'),
        ("/calls", b'{"phone": "0991000001"}'),
        ("/calls", b'{"phone": "+265991000001", "how": "upside down"}'),
        ("/sms", b'{"from": "+265991000001"}'),
        ("/sms", b'{"from": "+265991000001", "text": "OK", "copies": 0}'),
        ("/sms", b'{"from": "+265991000001", "text": "\\ud800"}'),
        ("/sms", b'{"from": "+265991000001", "text": "' + b"x" * 1601 + b'"}'),
        ("/faults", b'{"next": "500"}'),
        ("/faults", b'{"next": ["explode"]}'),
        ("/faults", b'{"next": ["recipient_code:7"]}'),
        ("/faults", b'{"next": ["failed"]}'),
        ("/faults", b'{"next": ["500"], "phone": "me"}'),
        ("/phones", b'{"phone": "+"}'),
        ("/optout", b'{"phone": "me"}'),
    ],
)
def test_bad_input_is_one_sentence(simulator, service, path, body):
    answer = requests.post(simulator.url + path, data=body, headers=JSON, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert service.came == []


def test_keys_are_checked_and_an_unknown_call_is_not_found(simulator):
    call = post(simulator, "/calls", phone=CHW)["call"]
    for text in ("x" * 161, "1\n2"):
        assert "one line" in post(simulator, f"/calls/{call}/keys", text=text)["error"]
    assert "true or false" in post(simulator, f"/calls/{call}/hang", lost="yes")["error"]
    for path in ("/calls/ATUid_0/keys", "/calls/ATUid_0/hang"):
        answer = requests.post(simulator.url + path, json={"text": "1"}, timeout=5)
        assert (answer.status_code, list(answer.json())) == (404, ["error"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "phones.example", **JSON},
        {"Origin": "http://phones.example", **JSON},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_a_page_of_another_site_cannot_drive_it(simulator, service, headers):
    body = b'{"phone": "+265991000001"}'
    answer = requests.post(simulator.url + "/calls", data=body, headers=headers, timeout=5)
    assert answer.status_code in (400, 403)
    assert service.came == []


def test_it_listens_on_this_machine_only(simulator):
    assert simulator._door.server_address[0] == "127.0.0.1"


def test_the_state_tells_only_what_changed(simulator, sdk):
    def state(since=""):
        return requests.get(f"{simulator.url}/state?since={since}", timeout=5).json()

    whole = state()
    assert [phone["phone"] for phone in whole["phones"]] == [CHW, SUPERVISOR]
    assert state(whole["version"]) == {"version": whole["version"]}
    sdk.send("Hello", [SUPERVISOR])
    assert [phone["phone"] for phone in state(whole["version"])["phones"]] == [SUPERVISOR]
    assert len(state("another.7")["phones"]) == 2
    assert len(state("nonsense")["phones"]) == 2


def test_faults_are_listed_and_can_be_cleared(simulator):
    post(simulator, "/faults", next=["500", "twice"], phone=CHW)
    faults = requests.get(simulator.url + "/faults", timeout=5).json()
    assert faults["waiting"] == [
        {"phone": CHW, "fault": "500"},
        {"phone": CHW, "fault": "twice"},
    ]
    for place in ("answers", "reports", "hops"):
        names = [name for name, _ in faults[place]]
        assert "error" not in post(simulator, "/faults", next=names)
    assert post(simulator, "/faults", clear=True) == {"waiting": []}


def test_a_taken_port_is_one_sentence(simulator):
    with pytest.raises(Refused, match="is taken; set PORT"):
        Simulator(Setup("http://127.0.0.1:9/hooks/dev"), simulator._door.port)


def test_stopping_leaves_no_thread_even_while_something_hangs(start):
    before = set(threading.enumerate())
    simulator = start(hang=60.0)
    post(simulator, "/faults", next=["hang"])

    def send():
        with pytest.raises(requests.ConnectionError):
            Sdk(simulator.url).send("Hello", [CHW])

    with socket.create_connection(("127.0.0.1", simulator._door.port)):
        hanging = threading.Thread(target=send)
        hanging.start()
        wait_for(lambda: record(simulator)["refused"])
        simulator.stop()
        hanging.join(5)
    assert set(threading.enumerate()) - before == set()
