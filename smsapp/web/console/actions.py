"""What an operator decides: a message sent again or discarded, a lane resumed. Each with a reason.

Every decision is audited: by the service where it is done, here where it is refused.
"""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.runtime import LANES, Runtime
from smsapp.service import callbacks, operators, outbox, watch
from smsapp.service.outbox import NotWaiting
from smsapp.web.console import words
from smsapp.web.login import address, runtime

ID = "int(max=9223372036854775807)"  # what an id column holds
REASON_LEAST = 3  # characters: enough to forbid an empty or single-key reason
REASON_LONGEST = 200  # characters: the audit's column

Decide = Callable[[Runtime, int, str, str, str], None]


def add(pages: Blueprint) -> None:
    """Add these pages."""
    one = f"/messages/<{ID}:outbound_id>"
    pages.add_url_rule(one, "message", show_message)
    pages.add_url_rule(f"{one}/again", "send_again", send_again, methods=["POST"])
    pages.add_url_rule(f"{one}/discard", "discard", discard, methods=["POST"])
    pages.add_url_rule("/callbacks", "callbacks", show_callbacks)
    pages.add_url_rule("/callbacks/again", "read_again", read_again, methods=["POST"])
    pages.add_url_rule("/lanes/<lane>", "lane", show_lane)
    pages.add_url_rule("/lanes/<lane>/resume", "resume", resume, methods=["POST"])


def reason_given(action: str, thing: str) -> str | None:
    """The reason of this form, or None if there is none; then the refusal is written down."""
    reason = request.form.get("reason", "").replace("\0", "").strip()[:REASON_LONGEST]
    if len(reason) >= REASON_LEAST:
        return reason
    refused(action, thing, "no reason given")
    return None


def refused(action: str, thing: str, why: str) -> None:
    """Write down that an operator asked for something and it was not done."""
    operators.note(
        runtime(), current_user.username, f"{action}_refused", thing, address(), reason=why
    )


def show_message(outbound_id: int) -> ResponseReturnValue:
    """One SMS: what it is, why it waits, what may be done."""
    return _message_page(outbound_id, problem="")


def _message_page(outbound_id: int, problem: str) -> ResponseReturnValue:
    found = watch.message_page(runtime(), outbound_id)
    if found is None:
        abort(404)
    page = render_template("message.html", found=found, problem=problem)
    return page, 422 if problem else 200


def send_again(outbound_id: int) -> ResponseReturnValue:
    """Send this SMS once more, though the first may have arrived."""
    return _decide("send_again", outbox.send_again, outbound_id, words.SENT_AGAIN)


def discard(outbound_id: int) -> ResponseReturnValue:
    """Never send this SMS again."""
    return _decide("discard", outbox.discard, outbound_id, words.DISCARDED)


def _decide(action: str, decide: Decide, outbound_id: int, done: str) -> ResponseReturnValue:
    thing = f"outbound:{outbound_id}"
    reason = reason_given(action, thing)
    if reason is None:
        return _message_page(outbound_id, words.REASON_MISSING)
    try:
        decide(runtime(), outbound_id, current_user.username, reason, address())
    except NotWaiting:
        refused(action, thing, "it no longer waits")
        flash(words.NOT_WAITING)
        return redirect(url_for("console.message", outbound_id=outbound_id))
    flash(done)
    return redirect(url_for("console.now"))


def show_callbacks() -> ResponseReturnValue:
    """What the gateway sent and could not be read, and how to have it read again."""
    return _callbacks_page(problem="")


def _callbacks_page(problem: str) -> ResponseReturnValue:
    unread = watch.look(runtime()).unread
    page = render_template("callbacks.html", unread=unread, problem=problem)
    return page, 422 if problem else 200


def read_again() -> ResponseReturnValue:
    """Read everything once more that could not be read."""
    reason = reason_given("read_again", "callbacks")
    if reason is None:
        return _callbacks_page(words.REASON_MISSING)
    callbacks.read_again(runtime(), current_user.username, reason, address())
    flash(words.READ_AGAIN)
    return redirect(url_for("console.now"))


def show_lane(lane: str) -> ResponseReturnValue:
    """One lane that is held, and how to resume it."""
    return _lane_page(lane, problem="")


def _lane_page(lane: str, problem: str) -> ResponseReturnValue:
    if lane not in LANES:
        abort(404)
    found = watch.lane(runtime(), lane)
    return render_template("lane.html", lane=found, problem=problem), 422 if problem else 200


def resume(lane: str) -> ResponseReturnValue:
    """End the pause of a lane."""
    if lane not in LANES:
        abort(404)
    thing = f"lane:{lane}"
    reason = reason_given("release", thing)
    if reason is None:
        return _lane_page(lane, words.REASON_MISSING)
    try:
        outbox.release(runtime(), lane, current_user.username, reason, address())
    except NotWaiting:
        refused("release", thing, "it was not held")
        flash(words.NOT_HELD)
    else:
        flash(words.RESUMED)
    return redirect(url_for("console.now"))
