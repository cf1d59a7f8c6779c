"""The operators' pages. One file a page; every page is closed unless `web/door.py` opens it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from smsapp.phone import mask
from smsapp.runtime import Runtime
from smsapp.service.verdict import count, next_step, span
from smsapp.service.watch import zone
from smsapp.web import door, login
from smsapp.web.console import (
    actions,
    alert,
    broadcasts,
    now,
    orders,
    person,
    recall,
    signals,
    unread,
    words,
)
from smsapp.web.login import runtime


def register(app: Flask, rt: Runtime) -> None:
    """Add the console and its door to the application. Call it after the hooks are registered."""
    pages = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
    )
    for page in (now, alert, orders, recall, signals, broadcasts, person, actions, unread):
        page.add(pages)
    pages.add_url_rule("/password", "password", _show_password)
    pages.add_url_rule("/password", "choose_password", login.choose_password, methods=["POST"])
    pages.add_url_rule("/leave", "leave", login.leave, methods=["POST"])
    pages.register_error_handler(404, _not_found)
    pages.context_processor(lambda: {"words": words})
    app.register_blueprint(pages)
    app.add_url_rule("/", "home", _home)
    door.register(app, rt)
    _add_filters(app, zone(rt))


def _add_filters(app: Flask, local: ZoneInfo) -> None:
    app.jinja_env.filters.update(
        mask=mask,
        span=span,
        moment=lambda at: _moment(at, local),
        since=lambda at: _since(at),
        next_step=lambda alert: next_step(alert, local),
    )
    app.jinja_env.globals.update(count=count, words=words)


def _moment(at: datetime | None, local: ZoneInfo) -> Markup:
    """A time where the programme is, with UTC on hover."""
    if at is None:
        return Markup("–")  # noqa: RUF001
    here, utc = at.astimezone(local), at.astimezone(UTC)
    today = runtime().now().astimezone(local).date()
    shown = here.strftime("%H:%M" if here.date() == today else "%d %b %Y, %H:%M")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), utc.strftime("%Y-%m-%d %H:%M:%S UTC"), shown
    )


def _since(at: datetime | None) -> str:
    """How long ago, in words."""
    return "-" if at is None else span(max(timedelta(), runtime().now() - at))


def _show_password() -> ResponseReturnValue:
    return render_template("password.html")


def _home() -> ResponseReturnValue:
    return redirect(url_for("console.now"))


def _not_found(_error: Exception) -> ResponseReturnValue:
    return render_template("not_found.html"), 404
