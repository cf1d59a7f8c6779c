"""The web server killed around a commit: what she was not thanked for is asked again, never twice.

Simulator, Valkey and database are those of the test; the web server is a process of its own.
"""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from sqlalchemy import text

from smsapp.cli.valkey import wait_for
from smsapp.runtime import Runtime
from smsapp.service import callbacks, outbox
from smsapp.service.demonstration import seed_demonstration
from smsapp.settings import Settings
from smsapp.simulator.server import Simulator
from tests.invariants import check_invariants
from tests.rig.whole import ROOT, START_SECONDS
from tests.story.phones import CHWS, Phones

DANGER = ("1", "14", "1")  # sick child, 14 months, fits: the last key commits
AFTER = ("1", "0", "3", "0", "0")  # going; nothing else: the last key closes
HOME = ("1", "14", "0", "0", "3", "0", "0")  # nothing at all: the last key commits and closes

Web = Callable[..., None]


@pytest.fixture
def web_process(settings: Settings, tmp_path: Path) -> Iterator[Web]:
    """Starts `smsapp web`, in the place of the one before, which is killed."""
    running: list[subprocess.Popen[bytes]] = []

    def end() -> None:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        running.clear()

    def start(crash_at: str = "") -> None:
        end()
        chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
        chosen |= {"crash_at": crash_at, "web_processes": 1}
        with (tmp_path / "web.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "smsapp", "web"],
                cwd=ROOT,
                env=os.environ | {name.upper(): str(value) for name, value in chosen.items()},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(process)
        assert wait_for(lambda: is_up(settings.port), START_SECONDS)

    yield start
    end()


def is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def phones(rt: Runtime, simulator: Simulator) -> Phones:
    """The phones of the demonstration programme."""
    assert seed_demonstration(rt)
    return Phones(simulator.url)


def rows(rt: Runtime, sql: str, **values: Any) -> list[Any]:
    with rt.read() as db:
        return list(db.execute(text(sql), values))


def reports(rt: Runtime, phone: str) -> list[tuple[str, str, int]]:
    """Ref, state and number of alerts of each report from this phone."""
    query = (
        "SELECT report.ref, report.state, count(alert.id) FROM report "
        "JOIN person ON person.id = report.person_id "
        "LEFT JOIN alert ON alert.report_id = report.id "
        "WHERE person.phone = :phone GROUP BY report.id, report.ref, report.state"
    )
    return [tuple(row) for row in rows(rt, query, phone=phone)]


def crash(
    rt: Runtime, phones: Phones, phone: str, keys: tuple[str, ...] = DANGER
) -> dict[str, str]:
    """A call whose last key kills the web server; gives the request that had no answer."""
    assert wait_for(lambda: is_up(rt.settings.port), START_SECONDS)  # it came back from the last
    call = phones.dial(phone, *keys)
    assert call.ends
    assert "no connection" in call.screen
    hop = phones.record()["hop"][-1]
    assert hop["status"] is None
    form = {"sessionId": hop["session"], "phoneNumber": phone, "text": hop["text"]}
    return {**form, "serviceCode": "*384*2400#", "networkCode": "65010"}


def repeat(rt: Runtime, form: dict[str, str]) -> str:
    """The gateway asks again what had no answer."""
    address = f"http://127.0.0.1:{rt.settings.port}/hooks/dev/ussd"
    answer = requests.post(address, data=urlencode(form), timeout=10)
    assert answer.status_code == 200
    return answer.text


def settle(rt: Runtime, phones: Phones) -> None:
    """All that is due is done, and nothing is broken."""
    while callbacks.read_due(rt) or outbox.drain(rt, "urgent"):
        pass
    assert check_invariants(rt.engine, phones.record()) == []


def refer(rt: Runtime, phones: Phones, phone: str, saved: list[tuple[str, str, int]]) -> None:
    """She dials again and goes on from the danger that was saved."""
    ((ref, state, alerts),) = saved
    assert (state, alerts) == ("open", 1)
    call = phones.dial(phone)
    assert "1 14 months" in call.screen
    assert "REFER NOW" in call.press("1")
    assert ref in call.press(*AFTER)
    assert call.ends
    assert reports(rt, phone) == [(ref, "closed", 1)]


def test_killed_after_the_commit(rt: Runtime, phones: Phones, web_process: Web) -> None:
    web_process("ussd_after_commit")
    danger, danger_again = (crash(rt, phones, phone) for phone in CHWS[:2])
    _, home_again = (crash(rt, phones, phone, HOME) for phone in CHWS[2:4])
    saved = {phone: reports(rt, phone) for phone in CHWS[:4]}
    web_process()

    assert danger["text"] == danger_again["text"]
    refer(rt, phones, CHWS[0], saved[CHWS[0]])
    first = repeat(rt, danger_again)
    assert first.startswith("CON ")
    assert "REFER NOW" in first
    assert repeat(rt, danger_again) == first
    refer(rt, phones, CHWS[1], saved[CHWS[1]])

    for phone in CHWS[2:4]:
        ((ref, state, alerts),) = saved[phone]
        assert (state, alerts) == ("closed", 0)
        if phone == CHWS[3]:
            last = repeat(rt, home_again)
            assert last.startswith("CON ")
            assert "Saved" in last
            assert ref in last
            assert repeat(rt, home_again) == last
        screen = phones.dial(phone).screen
        assert f"Saved {ref}" in screen
        assert ref in screen
        assert "Continue?" not in screen
        assert reports(rt, phone) == saved[phone]
    settle(rt, phones)
    for phone in CHWS[:2]:  # her handset never showed the danger screen
        assert any("The call dropped" in one for one in phones.heard(phone))


def test_killed_before_the_commit(rt: Runtime, phones: Phones, web_process: Web) -> None:
    web_process("ussd_before_commit")
    crash(rt, phones, CHWS[0])
    home = crash(rt, phones, CHWS[1], HOME)
    assert rows(rt, "SELECT id FROM report") == []
    assert rows(rt, "SELECT id FROM outbound") == []
    web_process()

    call = phones.dial(CHWS[0])
    assert "1 14 months" in call.screen
    assert "1 Fits in this illness" in call.press("1")
    assert "REFER NOW" in call.press("1")
    assert "REFER NOW. Saved." in call.press(*AFTER)
    last = repeat(rt, home)
    assert last.startswith("CON ")
    assert "TREAT AT HOME. Saved" in last
    assert "Saved " in phones.dial(CHWS[1]).screen

    states = [(state, alerts) for one in CHWS[:2] for _, state, alerts in reports(rt, one)]
    assert states == [("closed", 1), ("closed", 0)]
    settle(rt, phones)
