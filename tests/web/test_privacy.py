"""What goes to the pay desk is for it alone: every page, list and command is as if it were not."""

import re

import pytest
import structlog
from click.testing import CliRunner
from flask.testing import FlaskClient

from smsapp.cli.people import people
from smsapp.cli.queues import queues
from smsapp.cli.words import words
from smsapp.service.operators import make_login_link
from smsapp.web.app import create_app
from tests.rig.stage import Stage

CHW, DESK, BOSS, FACILITY = "+265991000001", "+265991000501", "+265991000101", "+265991000201"
PAGES = ("", "people", "callbacks", "unread", "lanes/urgent", "lanes/inbound", "password")
PAGES += ("orders", "signals", "broadcasts")
ONCE = re.compile(r'name="csrf_token" value="[^"]+"')


@pytest.fixture
def client(stage: Stage) -> FlaskClient:
    """An operator's browser, logged in."""
    client = create_app(stage.rt).test_client()
    link = make_login_link(stage.rt, "operator").removeprefix(stage.rt.settings.address)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link).text)
    assert token
    assert client.post(link, data={"csrf_token": token[1]}).status_code == 302
    return client


@pytest.fixture
def terminal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the same database."""
    for name in ("var_dir", "flows_dir", "database_url", "redis_url"):
        monkeypatch.setenv(name.upper(), str(getattr(stage.rt.settings, name)))
    return CliRunner()


def arrive(stage: Stage) -> None:
    """Every SMS has arrived: how many wait in a lane is no secret, and would differ."""
    stage.write("UPDATE outbound SET state = 'delivered', final_at = created_at")


def seen(stage: Stage, client: FlaskClient, terminal: CliRunner) -> dict[str, str]:
    """Everything that others can look at."""
    everybody = [row.id for row in stage.rows("SELECT id FROM person ORDER BY id")]
    paths = [*PAGES, *(f"people/{one}" for one in everybody)]
    paths += [f"people?q={word}" for word in (CHW, "DEMO-001", "DEMO-401", "DEMO")]
    shown = {path: ONCE.sub("", client.get(f"/console/{path}").text) for path in paths}
    commands = ((people, ["list"]), (queues, []), (words, ["list"]))
    one = stage.rt.engine.dialect.name == "sqlite"  # a command leaves its connections to its end
    for command, said in commands if one else ():
        done = terminal.invoke(command, said)
        shown[str(command.name)] = re.sub(r"\d+ s\b", "", done.output)
    for phone in (BOSS, FACILITY, "+265991000002", "+265991000301"):
        stage.phone = phone
        shown[f"dial {phone}"] = stage.dial().text
    return shown


def whole_life(stage: Stage) -> set[str]:
    """Queries by call and SMS, dropped, misspelt, answered, disputed. Gives every private ref."""
    stage.phone = CHW
    stage.dial()
    stage.keys("8", "3", "2")
    stage.dial()
    stage.keys("8", "1", "2", "3")
    stage.drop()
    for said in ("PAY P2 W3", "C2", "PYA P1", "my pay did not come", "HELP PAY", "PAY P1 oops"):
        stage.send(CHW, said)
    ref = stage.rows("SELECT ref FROM query ORDER BY id LIMIT 1")[0].ref
    stage.send(DESK, f"ANS {ref} 2")
    stage.send(DESK, f"ASN {ref} 2")
    stage.send(CHW, f"PAY {ref} V2")
    for said in (f"{ref}?", f"FIX {ref} P1", f"CANCEL {ref}", f"R{ref} 1"):
        stage.send(CHW, said)
    stage.phone = DESK
    stage.dial()
    stage.keys("3", "1", "4")
    stage.phone = CHW
    stage.dial("8")
    return {row.ref for row in stage.rows("SELECT ref FROM report WHERE private")}


def test_nobody_else_sees_that_it_was_ever_used(
    stage: Stage, client: FlaskClient, terminal: CliRunner
):
    stage.send(CHW, "CCM A14 S1 D0 M3 P0 T0")
    stage.send(BOSS, "OK")
    arrive(stage)
    before = seen(stage, client, terminal)
    last = max(row.id for row in stage.rows("SELECT id FROM outbound"))
    with structlog.testing.capture_logs() as logged:
        refs = whole_life(stage)
    assert len(refs) > 4
    arrive(stage)
    after = seen(stage, client, terminal)
    for name, page in before.items():
        assert after[name] == page, name
    for ref in refs:
        found = client.get(f"/console/people?q={ref}")
        assert found.status_code == 200
        assert f"ref <bdi>{ref}</bdi>" in found.text
        assert not any(ref in str(line) for line in logged)
    assert not any(phone in str(line) for line in logged for phone in (CHW, DESK))
    made = [row.id for row in stage.rows("SELECT id FROM outbound") if row.id > last]
    assert made
    assert {client.get(f"/console/messages/{one}").status_code for one in made} == {404}


def test_her_own_phone_does_not_betray_her(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("8", "3", "2")
    assert "Saved" not in stage.dial().text
    stage.send(CHW, "LAST")
    assert "pay" not in stage.rows("SELECT text FROM outbound ORDER BY id DESC")[0].text.lower()
    stage.dial()
    stage.keys("8", "1")
    stage.drop()
    menu = stage.dial().text
    assert "Continue?" in menu
    assert "ay" not in menu.replace("Today", "")
    said = [row.text for row in stage.rows("SELECT text FROM outbound WHERE private")]
    assert said
    assert all("pay" not in text.lower() and "Esther" not in text for text in said)


def test_one_that_is_in_doubt_is_decided_without_a_name(stage: Stage, client: FlaskClient):
    stage.send(CHW, "PAY P3 W2")
    ref = stage.rows("SELECT ref FROM query")[0].ref
    stage.write("UPDATE outbound SET state = 'unknown' WHERE private")
    now = client.get("/console/").text
    assert now.count("Private message") == 2
    rows = stage.rows("SELECT id, text FROM outbound WHERE private")
    pages = [now, *(client.get(f"/console/messages/{row.id}").text for row in rows)]
    for page in pages:
        hidden = (ref, "Esther", "Pay Desk", "…001", "…501", *(row.text for row in rows))
        assert not [word for word in hidden if word in page]
    assert "Send again" in pages[1]
