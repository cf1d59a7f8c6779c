"""The page Orders: medicines asked for and lots called back, for whom each waits, what is next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from smsapp.service.open_orders import LISTED, judge, open_orders
from smsapp.web.login import runtime


def add(pages: Blueprint) -> None:
    """Add this page."""
    pages.add_url_rule("/orders", "orders", show)


def show() -> ResponseReturnValue:
    """What is stuck first, then what waits longest."""
    seen = open_orders(runtime())
    return render_template("orders.html", seen=seen, verdict=judge(seen), listed=LISTED)
