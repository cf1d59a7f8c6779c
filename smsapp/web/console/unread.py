"""The page Not understood: words of SMS that nobody could read, and what they mean."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from smsapp.service import unread
from smsapp.store.misspellings import UnreadSms
from smsapp.web.console import words
from smsapp.web.console.actions import reason_given, refused
from smsapp.web.login import address, runtime


def add(pages: Blueprint) -> None:
    """Add these pages."""
    pages.add_url_rule("/unread", "unread", show)
    pages.add_url_rule("/unread/messages", "unread_messages", show_messages, methods=["POST"])
    pages.add_url_rule("/unread/means", "explain_word", explain, methods=["POST"])
    pages.add_url_rule("/unread/forget", "forget_word", forget, methods=["POST"])


def show() -> ResponseReturnValue:
    """The words, never the SMS."""
    return _page()


def show_messages() -> ResponseReturnValue:
    """The SMS of one word, in this answer only; who asked and why is written down."""
    word = _word()
    reason = reason_given("show_unread", f"word:{word}")
    if reason is None:
        return _page(problem=words.REASON_MISSING)
    found = unread.show(runtime(), word, current_user.username, reason, address())
    return _page(word=word, messages=tuple(found))


def explain() -> ResponseReturnValue:
    """A word means a keyword from now on."""
    word = _word()
    means = request.form.get("means", "")
    try:
        count = unread.explain(
            runtime(), word, means, current_user.username, words.MAPPED_REASON, address()
        )
    except unread.BadWord as wrong:
        refused("explain_word", f"word:{word}", "it cannot mean that")
        return _page(problem=str(wrong))
    flash(words.explained(word, means, count))
    return redirect(url_for("console.unread"))


def forget() -> ResponseReturnValue:
    """A word means nothing any more."""
    word = _word()
    try:
        unread.forget(runtime(), word, current_user.username, words.MAPPED_REASON, address())
    except unread.BadWord as wrong:
        return _page(problem=str(wrong))
    flash(words.FORGOTTEN)
    return redirect(url_for("console.unread"))


def _word() -> str:
    return request.form.get("word", "").replace("\0", "").strip()[: unread.LONGEST]


def _page(
    problem: str = "", word: str = "", messages: tuple[UnreadSms, ...] = ()
) -> ResponseReturnValue:
    bench = unread.workbench(runtime())
    page = render_template(
        "unread.html", bench=bench, problem=problem, word=word, messages=messages
    )
    return page, 422 if problem else 200
