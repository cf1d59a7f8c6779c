"""The pages of broadcasts: one SMS to many people, drafted, looked at, sent, paused, resumed."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.runtime import Runtime
from smsapp.service import broadcasts as service
from smsapp.service.audience import LEFT_OUT, Audience
from smsapp.service.broadcasts import BadBroadcast, By, Progress
from smsapp.service.prices import PriceError
from smsapp.service.verdict import ACT, WATCH, Line, count, gravest
from smsapp.web.console import words
from smsapp.web.console.actions import ID, reason_given, refused
from smsapp.web.login import address, runtime

ROLES = ("chw", "supervisor", "facility", "district")  # who may be told of something together
TEXT_LONGEST = 1000  # characters taken from the form; the service says what an SMS holds

Act = Callable[[Runtime, int, By], object]
ACTS: dict[str, Act] = {
    "send": service.send,
    "pause": service.pause,
    "resume": service.resume,
}


def add(pages: Blueprint) -> None:
    """Add these pages."""
    one = f"/broadcasts/<{ID}:broadcast_id>"
    pages.add_url_rule("/broadcasts", "broadcasts", show)
    pages.add_url_rule("/broadcasts", "draft_broadcast", draft, methods=["POST"])
    pages.add_url_rule(one, "broadcast", show_one)
    pages.add_url_rule(f"{one}/<act>", "act_on_broadcast", do, methods=["POST"])


def show() -> ResponseReturnValue:
    """The latest first, and a form for a new one."""
    return _list()


def _list(problem: str = "") -> ResponseReturnValue:
    rt = runtime()
    found = service.listed(rt)
    page = render_template(
        "broadcasts.html",
        found=found,
        verdict=gravest([line for one in found for line in _lines(one)], words.NO_BROADCAST),
        languages=rt.flows.words.languages,
        roles=ROLES,
        form=request.form,
        problem=problem,
    )
    return page, 422 if problem else 200


def _lines(found: Progress) -> list[Line]:
    one, far = found.one, f"{found.sent} of {found.total} have it"
    if one.state in ("writing", "sending"):
        return [Line(WATCH, f"Broadcast {one.id} is being sent: {far}. It goes on by day.")]
    if one.state == "paused":
        cure = "Resume it when it may go on."
        return [Line(ACT, f"Broadcast {one.id} is paused: {far}.", cure, patient=True)]
    return []


def draft() -> ResponseReturnValue:
    """Write a draft; its page says what sending it would do."""
    form, rt = request.form, runtime()
    said = {name: _clean(form.get(f"text_{name}", "")) for name in rt.flows.words.languages}
    texts = {language: text for language, text in said.items() if text}
    try:
        made = service.draft(rt, texts, _audience(), _by(words.FROM_CONSOLE))
    except BadBroadcast as wrong:
        refused("draft", "broadcast:new", "it cannot be sent so")
        return _list(str(wrong))
    flash(words.DRAFTED)
    return redirect(url_for("console.broadcast", broadcast_id=made))


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:TEXT_LONGEST]


def _audience() -> Audience:
    form = request.form
    places = tuple(form.get("places", "").replace("\0", "").replace(",", " ").split())
    days = form.get("silent", "").strip()
    if days and not (days.isascii() and days.isdecimal() and len(days) <= len("9999")):
        raise BadBroadcast("Write the days of silence as a number, or leave them empty.")
    roles = tuple(role for role in ROLES if role in form.getlist("roles"))
    return Audience(places, roles, int(days) if days else None)


def _by(reason: str) -> By:
    return current_user.username, reason, address()


def show_one(broadcast_id: int) -> ResponseReturnValue:
    """One broadcast: of a draft what it would do, of any other how far it has come."""
    return _page(broadcast_id)


def _page(broadcast_id: int, problem: str = "") -> ResponseReturnValue:
    rt = runtime()
    found = service.progress(rt, broadcast_id)
    if found is None:
        abort(404)
    preview, unpriced = None, ""
    if found.one.state == "draft":
        try:
            preview = service.preview(rt, broadcast_id)
        except PriceError as wrong:
            unpriced = str(wrong)
    more = {"preview": preview, "unpriced": unpriced, "left_out": LEFT_OUT, "problem": problem}
    lines = [*_lines(found), *_draft_lines(found)]
    verdict = gravest(lines, f"Broadcast {broadcast_id} is done: {found.sent} have it.")
    page = render_template("broadcast.html", found=found, verdict=verdict, count=count, **more)
    return page, 422 if problem else 200


def _draft_lines(found: Progress) -> list[Line]:
    if found.one.state != "draft":
        return []
    cure = "Look at who gets it and what it costs, then send it."
    return [Line(ACT, f"Broadcast {found.one.id} is a draft: nobody has it.", cure)]


def do(broadcast_id: int, act: str) -> ResponseReturnValue:
    """Send, pause or resume it; the service writes down who did and why."""
    if act not in ACTS:
        abort(404)
    thing = f"broadcast:{broadcast_id}"
    reason = reason_given(act, thing)
    if reason is None:
        return _page(broadcast_id, words.REASON_MISSING)
    try:
        ACTS[act](runtime(), broadcast_id, _by(reason))
    except BadBroadcast as wrong:
        refused(act, thing, "it does not stand so")
        return _page(broadcast_id, str(wrong))
    flash(words.BROADCAST_ACTS[act])
    return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))
