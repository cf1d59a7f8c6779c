"""`smsapp dial` and `smsapp sms`, as a person types them."""

import pytest
from click.testing import CliRunner

from smsapp.cli import main
from tests.simulator.stand import CHW, wait_for

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens


def run(*words, keys=None):
    return CliRunner().invoke(main, list(words), input=keys)


def test_keys_are_played_and_each_screen_printed(simulator):
    done = run("dial", "--url", simulator.url, CHW, "1", "9")
    assert done.exit_code == 0
    assert done.output == "Screen 1: \n> 1\nScreen 2: 1\n> 9\nThank you: 1*9\n"


def test_keys_left_over_hang_up(simulator, service):
    assert run("dial", "--url", simulator.url, CHW, "1").exit_code == 0
    wait_for(lambda: service.doors("ussd-end"))
    assert service.doors("ussd-end")[0]["status"] == "Incomplete"


def test_a_key_after_the_end_fails(simulator):
    done = run("dial", "--url", simulator.url, CHW, "9", "1")
    assert done.exit_code == 1
    assert "The call ended before key '1'." in done.output


def test_a_person_types_and_an_empty_line_hangs_up(simulator, service):
    done = run("dial", "--url", simulator.url, CHW, keys="1\n\n")
    assert done.exit_code == 0
    assert "Screen 2: 1\n[11 septets, 0 s]\n" in done.output
    wait_for(lambda: service.doors("ussd-end"))


def test_a_service_that_fails_is_exit_code_1(simulator, service):
    service.answers = [("CON", 500)]
    done = run("dial", "--url", simulator.url, CHW, "1")
    assert done.exit_code == 1
    assert "the service answered 500" in done.output


def test_an_sms_reaches_the_service(simulator, service):
    assert run("sms", "--url", simulator.url, CHW, "OK 123456").exit_code == 0
    wait_for(lambda: [form["text"] for form in service.doors("sms")] == ["OK 123456"])


@pytest.mark.parametrize("words", [("dial", CHW, "1"), ("sms", CHW, "OK")])
def test_without_a_simulator_the_cure_is_named(words):
    done = run(words[0], "--url", NOBODY, *words[1:])
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "is `make run` running?" in done.output


def test_a_bad_number_is_one_line(simulator):
    done = run("dial", "--url", simulator.url, "0991000001")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "+265991000001" in done.output
