"""A login for looking only: every page opens, no form does anything."""

from smsapp.service.operators import invite
from tests.web.conftest import Console
from tests.web.test_console_door import PASSWORD, one_database, paths


@one_database
def test_who_only_looks_sees_every_page_and_changes_nothing(console: Console):
    console.programme.alarm()
    number = console.outbound("unknown", text="ALERT Chalo")
    invite(console.programme.rt, "guest", viewer=True)
    console.log_in("guest")
    assert "looks only" in console.page("/console/").text
    hers = {"console.choose_password", "console.leave"}
    for endpoint, path in paths(console.app, "POST"):
        if endpoint.startswith("console.") and endpoint not in hers:
            answer = console.send(path, "/console/", reason="because")
            assert (answer.status_code, "for looking only" in answer.text) == (403, True), path
    assert console.state(number) == "unknown"
    row = ("guest", "form_refused")
    assert row in [one[:2] for one in console.audited("page:console.discard")]
    form = {"password": PASSWORD, "repeated": PASSWORD}
    assert console.send("/console/password", **form).status_code == 302
