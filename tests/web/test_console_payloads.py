"""What people outside wrote stays text on every page."""

import pytest
from sqlalchemy import insert, update

from smsapp.store.tables import broadcast, place, recall, report
from tests.web.conftest import Console, Page

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "javascript:alert(1)",
    '"><form action=//evil>',
    "'-alert(1)-'",
    "\u202egnp.exe",
)


@one_database
@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_written_outside_becomes_part_of_a_page(console: Console, payload: str):
    console.log_in()
    programme = console.programme
    chw = programme.person("chw")
    programme.change("chw", name=payload, short=payload[:12])
    programme.alarm()
    with programme.rt.begin() as db:
        db.execute(update(place).values(name=payload))
        db.execute(update(report).values(flow=payload))
        made = {"by": payload, "reason": payload, "at": programme.rt.now()}
        db.execute(insert(recall).values(ref="482913", product="la", lot="B1", **made))
        meant = {"places": [], "roles": ["chw"], "silent_days": None}
        said = {"texts": {"en": payload}, "audience": meant, "state": "draft", "by": payload}
        db.execute(insert(broadcast).values(**said, made_at=programme.rt.now()))
    number = console.outbound("unknown", code="chw", text=payload, reason=payload)
    console.inbound("chw", payload, error=payload)
    pages = ["/console/", f"/console/messages/{number}", f"/console/people/{chw.id}"]
    pages += ["/console/orders", "/console/broadcasts", "/console/broadcasts/1"]
    for path in pages:
        page = console.page(path)
        inert(page.elements)
        shown = " ".join(payload.split())
        assert shown in page.text, path
    found = console.client.get("/console/people", query_string={"q": payload})
    inert(Page(found.text).elements)


def inert(elements: list[tuple[str, dict[str, str]]]) -> None:
    for tag, attributes in elements:
        assert tag not in {"script", "img", "iframe", "object", "svg"}
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("action", "/").startswith("/")
        assert attributes.get("href", "/").startswith(("/", "#", "data:,"))
