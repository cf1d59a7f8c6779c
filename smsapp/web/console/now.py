"""The page Now: one true sentence, the lanes, open alerts, and what waits for a person."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from smsapp.service import watch
from smsapp.service.verdict import judge
from smsapp.web.login import runtime

REFRESH_SECONDS = 15  # the page asks again by itself; an operator can switch that off


def add(pages: Blueprint) -> None:
    """Add this page."""
    pages.add_url_rule("/", "now", show)


def show() -> ResponseReturnValue:
    """What an operator sees first."""
    rt = runtime()
    seen = watch.look(rt)
    still = request.args.get("refresh") == "off"
    return render_template(
        "now.html",
        seen=seen,
        verdict=judge(seen, watch.zone(rt)),
        messages=watch.waiting_for_person(rt),
        refresh=0 if still else REFRESH_SECONDS,
    )
