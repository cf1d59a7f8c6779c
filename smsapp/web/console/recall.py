"""The page on which a lot is called back: looked at first, then begun."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.service import recalls
from smsapp.service.recalls import LANGUAGE, NotKnown, Preview
from smsapp.web.console import words
from smsapp.web.console.actions import reason_given, refused
from smsapp.web.login import address, runtime

THING = "lot:new"  # in the audit, of what was refused


def add(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/recall", "recall", show)
    pages.add_url_rule("/recall/look", "look_at_recall", look, methods=["POST"])
    pages.add_url_rule("/recall", "begin_recall", begin, methods=["POST"])


def show() -> ResponseReturnValue:
    """The form. Nobody is told before the next page was seen."""
    return _page()


def _page(preview: Preview | None = None, problem: str = "") -> ResponseReturnValue:
    products = runtime().flows.products
    names = {name: one.name.get(LANGUAGE, name) for name, one in products.items()}
    page = render_template(
        "recall.html", products=names, preview=preview, form=request.form, problem=problem
    )
    return page, 422 if problem else 200


def _lot() -> tuple[str, str]:
    product, lot = (request.form.get(name, "").replace("\0", "") for name in ("product", "lot"))
    return product.strip(), lot.strip()


def look() -> ResponseReturnValue:
    """How many would be asked, and in what words."""
    if reason_given("recall", THING) is None:
        return _page(problem=words.REASON_MISSING)
    try:
        return _page(recalls.preview(runtime(), *_lot()))
    except NotKnown as wrong:
        refused("recall", THING, "no such product or lot")
        return _page(problem=_sentence(wrong))


def begin() -> ResponseReturnValue:
    """Call it back; the service writes down who did and why. Twice is once."""
    reason = reason_given("recall", THING)
    if reason is None:
        return _page(problem=words.REASON_MISSING)
    try:
        begun = recalls.begin(runtime(), *_lot(), reason, current_user.username, address())
    except NotKnown as wrong:
        refused("recall", THING, "no such product or lot")
        return _page(problem=_sentence(wrong))
    flash(words.begun(begun.ref, begun.told, begun.without_phone, again=begun.again))
    return redirect(url_for("console.orders"))


def _sentence(wrong: NotKnown) -> str:
    said = str(wrong)
    return f"{said[:1].upper()}{said[1:]}."
