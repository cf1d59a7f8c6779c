"""The gateway's door while the database or Valkey is away."""

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine

from smsapp.runtime import Runtime
from smsapp.web.app import create_app
from tests.rig.servers import Valkey
from tests.web.test_hooks import BODIES, HOP, is_screen, rows

# What differs between the databases is tested in store and service.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def client(rt: Runtime) -> FlaskClient:
    return create_app(rt).test_client()


@pytest.fixture
def nowhere(rt: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """A Runtime whose database cannot be reached."""
    engine: Engine = create_engine(f"sqlite:///{tmp_path}/no/such/folder/db.sqlite")
    yield replace(rt, engine=engine)
    engine.dispose()


class TestWithoutDatabase:
    def test_a_callback_is_not_acknowledged(self, nowhere: Runtime) -> None:
        client = create_app(nowhere).test_client()
        for kind, body in BODIES.items():
            answer = client.post(f"/hooks/dev/{kind}", data=body)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "60"

    def test_a_hop_still_has_its_last_screen(self, nowhere: Runtime) -> None:
        answer = create_app(nowhere).test_client().post("/hooks/dev/ussd", data=HOP)
        assert answer.status_code == 200
        assert answer.text.startswith("END ")
        assert is_screen(answer.text)

    def test_health_is_told_apart_from_readiness(self, nowhere: Runtime) -> None:
        client = create_app(nowhere).test_client()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503


class TestWithoutValkey:
    @pytest.fixture
    def frozen(self, valkey: Valkey) -> Iterator[None]:
        assert valkey.process is not None
        valkey.process.send_signal(signal.SIGSTOP)
        yield
        valkey.process.send_signal(signal.SIGCONT)

    @pytest.mark.usefixtures("frozen")
    def test_everything_is_still_answered_in_time(self, client: FlaskClient, rt: Runtime) -> None:
        start = time.monotonic()
        assert is_screen(client.post("/hooks/dev/ussd", data=HOP).text)
        assert time.monotonic() - start < 10
        assert client.post("/hooks/dev/sms", data=BODIES["sms"]).status_code == 200
        assert rows(rt) == [("sms", BODIES["sms"])]
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (200, {"database": True, "valkey": False})


def test_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"database": True, "valkey": True}
