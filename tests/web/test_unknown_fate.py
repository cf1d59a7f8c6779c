"""The connection breaks after COMMIT was sent: the screen admits it, the next dial settles it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from smsapp.cli.valkey import wait_for
from smsapp.runtime import Runtime
from smsapp.service.demonstration import seed_demonstration
from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from smsapp.web.app import create_app
from tests.invariants import check_invariants
from tests.web.test_hooks import HOP, is_screen

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
COMMIT = b"COMMIT"
DANGER = ("1", "14", "1")
HOME = ("1", "14", "0", "0", "3", "0", "0")


class Line:
    """Stands between a client and PostgreSQL; told to, it breaks at the next COMMIT.

    `after`: the COMMIT arrives and only its answer is lost; otherwise the COMMIT is lost too.
    """

    def __init__(self, server: Path, folder: Path) -> None:
        self.server, self.breaks, self.after = server, False, True
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(folder / server.name))
        self.door.listen()
        self.ends: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                client, _ = self.door.accept()
                server = socket.socket(socket.AF_UNIX)
                self.ends += [client, server]
                server.connect(str(self.server))
                self._start(self._up, client, server)
                self._start(self._down, server, client)

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        self.threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self.threads[-1].start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):  # either end may be gone
            while said := client.recv(65536):
                lost = self.breaks and COMMIT in said
                if lost:
                    client.shutdown(socket.SHUT_RDWR)
                if self.after or not lost:
                    server.sendall(said)
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)

    def close(self) -> None:
        for one in [self.door, *self.ends]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        for one in [self.door, *self.ends]:
            one.close()


@pytest.fixture
def line(database_url: str, tmp_path: Path) -> Iterator[Line]:
    folder = Path(str(make_url(database_url).query["host"]))
    broken = Line(next(folder.glob(".s.PGSQL.*[0-9]")), tmp_path)
    yield broken
    broken.close()


@pytest.fixture
def behind(rt: Runtime, line: Line, make_settings: Callable[..., Settings]) -> Iterator[Runtime]:
    """The Runtime whose database stands behind the line."""
    assert seed_demonstration(rt)
    folder = str(Path(line.door.getsockname()).parent)
    url = make_url(rt.settings.database).update_query_dict({"host": folder})
    engine = make_engine(make_settings(database_url=url.render_as_string(hide_password=False)))
    yield replace(rt, engine=engine)
    engine.dispose()


def dial(client: FlaskClient, session: str, *keys: str) -> list[str]:
    """The screens of a call, hop by hop."""
    form = {**HOP, "sessionId": session}
    texts = ["*".join(keys[:count]) for count in range(len(keys) + 1)]
    return [client.post("/hooks/dev/ussd", data={**form, "text": one}).text for one in texts]


def reports(rt: Runtime) -> int:
    with rt.read() as db:
        return int(db.exec_driver_sql("SELECT count(*) FROM report").scalar_one())


@pytest.mark.parametrize("keys", [DANGER, HOME], ids=["danger", "home"])
@pytest.mark.parametrize("after", [True, False], ids=["answer lost", "commit lost"])
def test_not_sure_is_said_and_is_made_true(
    rt: Runtime, behind: Runtime, line: Line, keys: tuple[str, ...], after: bool
) -> None:
    client = create_app(behind).test_client()
    dial(client, "ATUid_fate", *keys[:-1])
    line.breaks, line.after = True, after
    form = {**HOP, "sessionId": "ATUid_fate", "text": "*".join(keys)}
    screen = client.post("/hooks/dev/ussd", data=form).text
    assert screen.startswith("END Not sure it was saved. Dial again")
    assert is_screen(screen)
    line.breaks = False
    assert wait_for(lambda: reports(rt) == int(after), 5)  # the server may still be at it

    again = client.post("/hooks/dev/ussd", data=form).text  # the gateway repeats the hop
    said = "REFER NOW" if keys == DANGER else "TREAT AT HOME. Saved"
    assert said in again
    assert reports(rt) == 1
    assert check_invariants(rt.engine, {}) == []


def test_a_new_dial_after_a_lost_answer_names_the_report(
    rt: Runtime, behind: Runtime, line: Line
) -> None:
    client = create_app(behind).test_client()
    dial(client, "ATUid_fate", *HOME[:-1])
    line.breaks = True
    form = {**HOP, "sessionId": "ATUid_fate", "text": "*".join(HOME)}
    assert "Not sure" in client.post("/hooks/dev/ussd", data=form).text
    line.breaks = False
    assert wait_for(lambda: reports(rt) == 1, 5)
    (menu,) = dial(client, "ATUid_next")
    assert "\nSaved " in menu
    assert reports(rt) == 1
