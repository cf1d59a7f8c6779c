"""The page Person: who she is, and everything that happened to her, newest first."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.service import operators
from smsapp.service.timeline import find_people, person_page, read_cursor, write_cursor
from smsapp.web.console.actions import ID, reason_given
from smsapp.web.login import address, runtime


def add(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/people", "people", search)
    pages.add_url_rule(f"/people/<{ID}:person_id>", "person", show)
    pages.add_url_rule(f"/people/<{ID}:person_id>/phone", "unmask", unmask, methods=["POST"])


def search() -> ResponseReturnValue:
    """Find a person by phone, code or ref; one alone is shown at once."""
    query = request.args.get("q", "")
    found = find_people(runtime(), query)
    if len(found) == 1:
        return redirect(url_for("console.person", person_id=found[0].id))
    return render_template("people.html", query=query, found=found)


def show(person_id: int) -> ResponseReturnValue:
    """A person and one page of her history."""
    return _page(person_id)


def unmask(person_id: int) -> ResponseReturnValue:
    """Show her number and the texts once, in this answer only; who asked and why is kept."""
    thing = f"person:{person_id}"
    reason = reason_given("show_person", thing)
    if reason is None:
        flash("Say why you need to see it; nothing was shown.")
        return redirect(url_for("console.person", person_id=person_id))
    page = _page(person_id, unmasked=True)
    operators.note(runtime(), current_user.username, "show_person", thing, address(), reason=reason)
    return page


def _page(person_id: int, *, unmasked: bool = False) -> ResponseReturnValue:
    before = request.args.get("before")
    cursor = None if before is None else read_cursor(before)
    found = person_page(runtime(), person_id, cursor)
    if found is None or (before is not None and cursor is None):
        abort(404)
    older = "" if found.older is None else write_cursor(found.older)
    return render_template(
        "person.html",
        found=found,
        older=older,
        before=before,
        first=before is None,
        unmasked=unmasked,
    )
