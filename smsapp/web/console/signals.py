"""The page Signals: what was told of villages, who heard of it, and how it stands. Reads only."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from smsapp.service import watch
from smsapp.service.open_signals import LISTED, judge, open_signals
from smsapp.web.login import runtime


def add(pages: Blueprint) -> None:
    """Add this page."""
    pages.add_url_rule("/signals", "signals", show)


def show() -> ResponseReturnValue:
    """Those without an answer first. Closing one is the district's."""
    rt = runtime()
    seen = open_signals(rt)
    verdict = judge(seen, watch.zone(rt))
    return render_template("signals.html", seen=seen, verdict=verdict, listed=LISTED)
