"""The page of one alert: who was told, what happened, and what somebody said of it by phone."""

import re
import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.service import on_word
from smsapp.service.on_word import NotDone
from smsapp.web.console import words
from smsapp.web.console.actions import ID, reason_given, refused
from smsapp.web.login import address, runtime

ONCE_BYTES = 8  # of the random word that makes one form one answer
ONCE = re.compile(rf"[0-9a-f]{{{2 * ONCE_BYTES}}}")
ROW = re.compile(r"[0-9]{1,18}", re.ASCII)  # what an id column holds


def add(pages: Blueprint) -> None:
    """Add this page."""
    one = f"/alerts/<{ID}:alert_id>"
    pages.add_url_rule(one, "alert", show)
    pages.add_url_rule(one, "say_of_alert", say, methods=["POST"])


def show(alert_id: int) -> ResponseReturnValue:
    """One alert, open or closed."""
    return _page(alert_id)


def _page(alert_id: int, problem: str = "") -> ResponseReturnValue:
    found = on_word.page(runtime(), alert_id)
    if found is None:
        abort(404)
    once = secrets.token_hex(ONCE_BYTES)
    page = render_template("alert.html", found=found, once=once, problem=problem, form=request.form)
    return page, 422 if problem else 200


def say(alert_id: int) -> ResponseReturnValue:
    """Do what somebody said, as if he had sent it; the service writes down who wrote it and why."""
    form, thing = request.form, f"alert:{alert_id}"
    reason = reason_given("alert_said", thing)
    if reason is None:
        return _page(alert_id, words.REASON_MISSING)
    who, once = form.get("person", ""), form.get("once", "")
    saying = form.get("saying", "").replace("\0", "")
    if not (saying and ROW.fullmatch(who) and ONCE.fullmatch(once)):
        return _page(alert_id, words.SAYING_MISSING)
    by = (current_user.username, reason, address())
    try:
        on_word.write(runtime(), alert_id, int(who), saying, by, once)
    except NotDone as wrong:
        refused("alert_said", thing, wrong.outcome)
        return _page(alert_id, words.NOT_SAID.get(wrong.outcome, words.NOT_SAID["over"]))
    flash(words.SAID)
    return redirect(url_for("console.alert", alert_id=alert_id))
