"""An operator's browser without a browser: pages fetched, forms filled as they stand."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from smsapp.service.operators import make_login_link
from smsapp.store.tables import audit, inbound, outbound
from smsapp.web.app import create_app
from tests.rig.programme import Programme
from tests.rig.stage import Stage


class Page(HTMLParser):
    """The elements of a page and the hidden fields of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def values(self, tag: str, attribute: str) -> list[str]:
        return [
            attrs[attribute] for name, attrs in self.elements if name == tag and attribute in attrs
        ]

    @property
    def token(self) -> str:
        found = [
            a["value"] for t, a in self.elements if t == "input" and a.get("name") == "csrf_token"
        ]
        return found[0] if found else ""


@dataclass
class Console:
    """The console as one operator uses it."""

    programme: Programme
    app: Flask
    client: FlaskClient

    def link(self, username: str = "operator") -> str:
        """The path of a new login link."""
        address = self.programme.rt.settings.address
        return make_login_link(self.programme.rt, username).removeprefix(address)

    def log_in(self, username: str = "operator") -> "Console":
        answer = self.send(self.link(username))
        assert answer.status_code == 302
        return self

    def page(self, path: str) -> Page:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status
        return Page(answer.text)

    def send(self, path: str, page: str = "", **form: str) -> TestResponse:
        """Send a form with the token of `page` (the same address, if there is none)."""
        token = Page(self.client.get(page or path).text).token
        return self.client.post(path, data={"csrf_token": token, **form})

    def outbound(self, state: str = "unknown", code: str = "sup", **values: Any) -> int:
        """An SMS in this state."""
        who, now = self.programme.person(code), self.programme.rt.now()
        row = {
            "key": f"test:{self.programme.count(outbound)}",
            "lane": "urgent",
            "kind": "alert",
            "phone": who.phone,
            "person_id": who.id,
            "text": "ALERT Chalo",
            "text_hash": "0",
            "segments": 1,
            "state": state,
            "due_at": now,
            "created_at": now,
            **values,
        }
        with self.programme.rt.begin() as db:
            return db.scalars(insert(outbound).values(row).returning(outbound.c.id)).one()

    def inbound(self, code: str, text: str, **values: Any) -> None:
        """An SMS from a person."""
        who, now = self.programme.person(code), self.programme.rt.now()
        row = {
            "key": f"sms:{self.programme.count(inbound)}",
            "kind": "sms",
            "raw": b"",
            "state": "done",
            "due_at": now,
            "received_at": now,
            "person_id": who.id,
            "phone": who.phone,
            "text": text,
            **values,
        }
        with self.programme.rt.begin() as db:
            db.execute(insert(inbound).values(row))

    def state(self, outbound_id: int) -> str:
        with self.programme.rt.read() as db:
            return str(db.scalar(select(outbound.c.state).where(outbound.c.id == outbound_id)))

    def audited(self, thing: str) -> list[tuple[str, str, str]]:
        """What was done to a thing: actor, action, reason."""
        query = select(audit.c.actor, audit.c.action, audit.c.reason).order_by(audit.c.id)
        with self.programme.rt.read() as db:
            return [tuple(row) for row in db.execute(query.where(audit.c.object == thing))]


@pytest.fixture
def console(programme: Programme) -> Console:
    """The console with nobody logged in; it is seen from 127.0.0.1."""
    app = create_app(programme.rt)
    return Console(programme, app, app.test_client())


@pytest.fixture
def village(stage: Stage) -> Console:
    """The console of the demonstration, where people dial and write."""
    app = create_app(stage.rt)
    programme = Programme(stage.rt, None)  # type: ignore[arg-type]  # the stage moves the clock
    return Console(programme, app, app.test_client()).log_in()
