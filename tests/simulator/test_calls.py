"""A handset's call: what the service is asked, and what the handset makes of the answers."""

import re
import threading

import pytest

from tests.simulator.stand import CHW, post, record, wait_for


def dial(simulator, **more):
    return post(simulator, "/calls", phone=CHW, **more)


def press(simulator, call, *keys, **more):
    for key in keys:
        call = post(simulator, f"/calls/{call['call']}/keys", text=key, **more)
    return call


def test_text_is_cumulative_and_the_call_ends_with_its_event(simulator, service):
    call = dial(simulator)
    assert (call["screen"], call["ends"], call["septets"]) == ("Screen 1: ", False, 10)
    last = press(simulator, call, "1", "14", "9")
    assert (last["screen"], last["ends"]) == ("Thank you: 1*14*9", True)
    assert [form["text"] for form in service.doors("ussd")] == ["", "1", "1*14", "1*14*9"]
    assert [told for door, _, told in service.came if door == "ussd"] == [
        "",
        "ask1",
        "ask2",
        "ask3",
    ]
    wait_for(lambda: service.doors("ussd-end"))
    end = service.doors("ussd-end")[0]
    hop = service.doors("ussd")[0]
    assert hop.keys() == {"sessionId", "phoneNumber", "networkCode", "serviceCode", "text"}
    assert re.fullmatch(r"ATUid_[0-9a-f]{32}", hop["sessionId"])
    assert hop["serviceCode"] == "*384*2400#"
    assert {name: end[name] for name in ("sessionId", "phoneNumber", "status", "hopsCount")} == {
        "sessionId": hop["sessionId"],
        "phoneNumber": CHW,
        "status": "Success",
        "hopsCount": "4",
    }
    assert (end["input"], end["lastAppResponse"]) == ("1*14*9", "Thank you: 1*14*9")
    assert end["hopsMetadata"] == "ask1|ask2|ask3|ask4"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", end["date"])
    assert end.keys() >= {"serviceCode", "networkCode", "cost", "durationInMillis"}


def test_an_empty_input_and_a_star_stand_where_they_were_typed(simulator, service):
    press(simulator, dial(simulator), "a*b", "", "3")
    assert [form["text"] for form in service.doors("ussd")] == ["", "a*b", "a*b*", "a*b**3"]


def test_digits_behind_the_code_are_keys(simulator, service):
    dial(simulator, code="*384*2400*1*4#")
    assert service.doors("ussd")[0]["text"] == "1*4"
    assert service.doors("ussd")[0]["serviceCode"] == "*384*2400#"


def test_another_code_reaches_nobody(simulator, service):
    assert dial(simulator, code="*100#")["screen"] == "Connection problem or invalid MMI code."
    assert service.came == []


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (("Saved", 200), "Network error: the answer does not begin with CON or END."),
        ((" CON Age?", 200), "Network error: the answer does not begin with CON or END."),
        (("", 200), "Network error: the answer does not begin with CON or END."),
        (("CON Age?", 500), "Network error: the service answered 500."),
    ],
)
def test_a_wrong_answer_ends_the_call(simulator, service, answer, shown):
    service.answers = [answer]
    call = dial(simulator)
    assert (call["screen"], call["ends"]) == (shown, True)
    wait_for(lambda: service.doors("ussd-end"))
    end = service.doors("ussd-end")[0]
    assert (end["status"], end["errorMessage"]) == ("Failed", shown)


def test_no_answer_within_the_deadline_ends_the_call(start, service):
    service.pause = 0.5
    call = dial(start(hop=0.1))
    assert (call["screen"], call["ends"]) == ("Network error: no answer within 0.1 s.", True)


def test_hanging_up_and_losing_the_signal_are_incomplete(simulator, service):
    first, second = dial(simulator), None
    post(simulator, f"/calls/{first['call']}/hang", lost=False)
    second = dial(simulator)
    lost = post(simulator, f"/calls/{second['call']}/hang", lost=True)
    assert (lost["ends"], lost["problem"]) == (True, "Signal lost.")
    wait_for(lambda: len(service.doors("ussd-end")) == 2)
    assert [end["status"] for end in service.doors("ussd-end")] == ["Incomplete"] * 2
    assert service.doors("ussd-end")[1]["lastAppResponse"] == "Screen 1: "


def test_an_end_event_can_be_lost_too(simulator, service):
    call = dial(simulator)
    post(simulator, f"/calls/{call['call']}/hang", lost=True, end="never")
    again = dial(simulator)
    post(simulator, f"/calls/{again['call']}/hang", lost=False)
    wait_for(lambda: service.doors("ussd-end"))
    assert [end["sessionId"] for end in service.doors("ussd-end")] == [again["call"]]


def test_the_network_ends_a_long_call(start, service):
    simulator = start(session=0.2)
    call = dial(simulator)
    wait_for(lambda: service.doors("ussd-end"))
    assert "such call" in press(simulator, call, "1")["error"]


def test_the_same_hop_twice_at_once_and_again_after_its_answer(simulator, service):
    service.pause = 0.1
    call = press(simulator, dial(simulator), "1", how="twice")
    assert call["screen"] == "Screen 2: 1"
    call = press(simulator, call, "2", how="repeat")
    assert [form["text"] for form in service.doors("ussd")] == ["", "1", "1", "1*2", "1*2"]
    call = press(simulator, call, "3")
    assert call["screen"] == "Screen 4: 1*2*3"


def test_a_signal_lost_before_the_answer_shows_nothing(simulator, service):
    call = dial(simulator)
    post(simulator, "/faults", next=["lost"])
    lost = press(simulator, call, "1")
    assert (lost["ends"], lost["screen"]) == (True, "Signal lost.")
    assert service.doors("ussd")[1]["text"] == "1"
    wait_for(lambda: service.doors("ussd-end"))


def test_a_key_while_the_network_is_still_busy_is_refused(simulator, service):
    call = dial(simulator)
    service.pause = 0.3
    first = threading.Thread(target=press, args=(simulator, call, "1"))
    first.start()
    wait_for(lambda: len(service.doors("ussd")) == 2)
    assert "has not answered" in press(simulator, call, "2")["error"]
    first.join()


def test_every_hop_is_in_the_record(simulator, service):
    press(simulator, dial(simulator), "9")
    hops = record(simulator)["hop"]
    assert [(hop["text"], hop["status"], hop["answer"]) for hop in hops] == [
        ("", 200, "CON Screen 1: "),
        ("9", 200, "END Thank you: 9"),
    ]
    assert all(hop["milliseconds"] >= 0 and hop["phone"] == CHW for hop in hops)
