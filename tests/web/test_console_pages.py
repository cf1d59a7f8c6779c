"""The console's pages: what an operator reads, decides and is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from smsapp.service.callbacks import read_due
from smsapp.store.tables import draft as draft_table
from smsapp.store.tables import outbound, pause, person
from tests.web.conftest import Console

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGE_BYTES = 100_000  # a page must come through a bad link


def test_now_says_one_sentence_and_lists_what_waits(console: Console):
    console.log_in()
    console.programme.alarm()
    waiting = console.outbound("unknown", reason="The gateway did not answer in time.")
    text = console.page("/console/").text
    for word in ("Needs you", "No worker serves any lane", "1 message needs a decision"):
        assert word in text
    assert "Grace +265…101" in text
    assert "+265991000101" not in text
    assert f"/console/messages/{waiting}" in console.page("/console/").values("a", "href")
    assert "the district officer is told next at" in text.lower()


def test_an_unknown_alert_is_sent_again_once_with_a_reason(console: Console):
    console.log_in("grace")
    number = console.outbound("unknown")
    path = f"/console/messages/{number}"
    assert "may have gone" in console.page(path).text
    assert console.send(f"{path}/again", path, reason="  ").status_code == 422
    assert console.state(number) == "unknown"
    assert console.send(f"{path}/again", path, reason="not received").location == "/console/"
    assert console.state(number) == "queued"
    token = console.page("/console/").token
    twice = console.client.post(f"{path}/again", data={"csrf_token": token, "reason": "again"})
    assert twice.location == path
    assert "decided or has moved on" in console.page(path).text
    assert console.audited(f"outbound:{number}") == [
        ("grace", "send_again_refused", "no reason given"),
        ("grace", "send_again", "not received"),
        ("grace", "send_again_refused", "it no longer waits"),
    ]


@one_database
@pytest.mark.parametrize("state", ["unknown", "held", "dead"])
def test_what_waits_can_be_discarded(console: Console, state: str):
    console.log_in()
    number = console.outbound(state, kind="reminder")
    path = f"/console/messages/{number}"
    assert console.send(f"{path}/discard", path, reason="too late").status_code == 302
    assert console.state(number) == "discarded"
    assert console.audited(f"outbound:{number}") == [("operator", "discard", "too late")]


@one_database
@pytest.mark.parametrize("state", ["queued", "accepted", "delivered", "expired"])
def test_what_does_not_wait_offers_no_decision(console: Console, state: str):
    console.log_in()
    number = console.outbound(state)
    page = console.page(f"/console/messages/{number}")
    assert "Your decision" not in page.text
    assert console.send(
        f"/console/messages/{number}/discard", "/console/", reason="not needed"
    ).location
    assert console.state(number) == state


@one_database
def test_a_held_lane_is_resumed(console: Console):
    console.log_in()
    now = console.programme.rt.now()
    with console.programme.rt.begin() as db:
        db.execute(insert(pause).values(lane="urgent", reason="No credit <b>", tries=0, since=now))
    text = console.page("/console/").text
    assert "The urgent lane is held: No credit <b>" in text
    path = "/console/lanes/urgent"
    assert console.send(f"{path}/resume", path, reason="").status_code == 422
    assert console.send(f"{path}/resume", path, reason="credit bought").status_code == 302
    assert "is held" not in console.page("/console/").text
    console.send(f"{path}/resume", "/console/", reason="once more")
    assert [row[1] for row in console.audited("lane:urgent")] == [
        "release_refused",
        "release",
        "release_refused",
    ]


@one_database
def test_a_person_is_found_by_phone_code_and_ref(console: Console):
    console.log_in()
    who = console.programme.person("chw")
    _, ref, _ = console.programme.alarm()
    for query in ("+265991000001", "0991000001", "265 991 000 001", "chw", ref, f" {ref} "):
        answer = console.client.get("/console/people", query_string={"q": query})
        if query.startswith("265"):
            continue  # without + it is a number of this country, and there is none
        assert answer.location == f"/console/people/{who.id}", query
    for query in ("", "nobody", "\0", "+1", "999999999999999999999", "é" * 500):
        answer = console.client.get("/console/people", query_string={"q": query})
        assert answer.status_code == 200, query


@one_database
def test_a_number_is_shown_for_a_reason_only(console: Console):
    console.log_in()
    who = console.programme.person("chw")
    path = f"/console/people/{who.id}"
    assert who.phone not in console.client.get(path).text
    assert who.phone not in console.send(f"{path}/phone", path, reason="").text
    assert who.phone in console.send(f"{path}/phone", path, reason="to call her").text
    assert who.phone not in console.client.get(path).text
    assert console.audited(f"person:{who.id}") == [
        ("operator", "show_person_refused", "no reason given"),
        ("operator", "show_person", "to call her"),
    ]


def test_a_long_history_is_read_page_by_page_without_a_gap(console: Console):
    console.log_in()
    programme = console.programme
    who = programme.person("chw")
    now = programme.rt.now()
    for n in range(60):  # many at one moment, in several sources
        at = now - timedelta(minutes=n // 7)
        console.outbound("delivered", code="chw", text=f"out-{n}.", created_at=at)
        console.inbound("chw", f"in-{n}.", received_at=at)
    path, seen = f"/console/people/{who.id}", ""
    for _ in range(10):
        page = console.page(path)
        shown = f"/console/people/{who.id}/phone?{path.partition('?')[2]}"
        assert "out-" not in page.text
        assert "in-" not in page.text
        seen += console.send(shown, path, reason="to read them").text
        older = [href for href in page.values("a", "href") if "before=" in href]
        if not older:
            break
        path = older[0]
    assert not older
    for n in range(60):
        assert seen.count(f"out-{n}.") == 1
        assert seen.count(f"in-{n}.") == 1
    assert seen.index("in-0.") < seen.index("in-59.")
    for bad in (
        "x",
        "1~2~3",
        "2026-01-01~in~1",
        "2026-01-01T00:00:00+00:00~in~99999999999999999999",
    ):
        assert (
            console.client.get(
                f"/console/people/{who.id}", query_string={"before": bad}
            ).status_code
            == 404
        )


@one_database
def test_pages_stay_small_and_foreign_numbers_are_not_found(console: Console):
    console.log_in()
    for _ in range(60):
        console.outbound("unknown", text="x" * 160, reason="y" * 200)
    who = console.programme.person("sup")
    for path in ("/console/", f"/console/people/{who.id}"):
        answer = console.client.get(path)
        assert answer.status_code == 200
        assert len(answer.data) < PAGE_BYTES
    assert "50 oldest are shown" in console.page("/console/").text
    for path in (
        "messages/999",
        "people/999",
        "lanes/none",
        f"people/{2**63 - 1}",
        f"messages/{2**64}",
    ):
        assert console.client.get(f"/console/{path}").status_code == 404


@one_database
def test_a_history_names_drafts_requests_and_alerts_in_words(console: Console):
    console.log_in()
    programme = console.programme
    who = programme.person("chw")
    programme.alarm()
    with programme.rt.begin() as db:
        db.execute(
            insert(draft_table).values(
                origin="ussd:1:1",
                person_id=who.id,
                flow="iccm",
                version=1,
                given={},
                keys=[],
                state="open",
                began_at=programme.rt.now(),
                due_at=programme.rt.now(),
            )
        )
        db.execute(update(person).where(person.c.id == who.id).values(opted_out=True))
        db.execute(update(outbound).values(state="delivered", final_at=programme.rt.now()))
    text = console.page(f"/console/people/{who.id}").text
    for words in (
        "Draft iccm",
        "Alert raised",
        "Alert sent to Grace",
        "stopped reminders",
        "Report",
    ):
        assert words in text
    told = console.page(f"/console/people/{programme.person('sup').id}").text
    assert "Told of alert" in told
    assert "delivered to the phone" in told


def test_what_could_not_be_read_is_read_again_with_a_reason(console: Console):
    console.log_in()
    raw = b"id=ATXid_9&status=Success&phoneNumber=%2B265991000101&networkCode=65001"
    broken = {"kind": "delivery", "raw": raw, "state": "error", "error": "ValueError"}
    console.inbound("chw", "", attempts=5, **broken)
    assert "/console/callbacks" in console.page("/console/").values("a", "href")
    assert "1 callback could not be read" in console.page("/console/callbacks").text
    path = "/console/callbacks/again"
    assert console.send(path, "/console/callbacks", reason="").status_code == 422
    assert console.send(path, "/console/callbacks", reason="mended").location == "/console/"
    assert read_due(console.programme.rt) == 1
    assert "All of them were read" in console.page("/console/callbacks").text
    assert console.audited("callbacks")[-1] == ("operator", "read_again", "mended")
