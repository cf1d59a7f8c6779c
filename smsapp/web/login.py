"""Logging in and out. A login ends after 30 idle minutes, after 12 hours, by logging out anywhere,
or by a new password.
"""

from datetime import timedelta

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from smsapp.runtime import Runtime
from smsapp.service import operators
from smsapp.service.operators import BadPassword, LoginRefused, TooManyTries
from smsapp.store.operators import Operator

IDLE = timedelta(minutes=30)  # OWASP Session Management: 15 to 30 minutes
LONGEST = timedelta(hours=12)  # a working day

pages = Blueprint("login", __name__, url_prefix="/login", template_folder="console/templates")


class LoggedIn(UserMixin):  # type: ignore[misc]
    """An operator as Flask-Login knows her: her id carries the stamp that ends logins."""

    def __init__(self, operator: Operator) -> None:
        self.operator_id = operator.id
        self.username = operator.username
        self.viewer = operator.viewer
        self.has_password = bool(operator.password_hash)
        self.id = f"{operator.id}:{operator.stamp}"


def runtime() -> Runtime:
    """The Runtime of this application."""
    rt: Runtime = current_app.extensions["smsapp"]
    return rt


def address() -> str:
    """The network address of this request, for the audit."""
    return request.remote_addr or ""


def load(session_id: str) -> LoggedIn | None:
    """Who this cookie belongs to, or None if that login has ended."""
    operator_id, _, stamp = session_id.partition(":")
    if _too_old() or not operator_id.isdecimal():
        return None
    operator = operators.find_operator(runtime(), int(operator_id), stamp)
    return None if operator is None else LoggedIn(operator)


def _too_old() -> bool:
    now = runtime().now().timestamp()
    began, seen = session.get("began", 0), session.get("seen", 0)
    return bool(now - began > LONGEST.total_seconds() or now - seen > IDLE.total_seconds())


def _begin(operator: Operator, *, by_link: bool = False) -> None:
    """Sign in with a session of its own: nothing of the one before the login is kept."""
    goal = session.get("next", "")
    session.clear()
    now = runtime().now().timestamp()
    session.update(began=now, seen=now, next=goal, by_link=by_link)
    login_user(LoggedIn(operator))
    generate_csrf()


def _onward() -> ResponseReturnValue:
    """Where she wanted to go; `next` is ours (signed), and never leaves the console."""
    goal = session.pop("next", "")
    return redirect(goal if goal.startswith("/console/") else url_for("console.now"))


@pages.get("")
def show() -> ResponseReturnValue:
    """The form for name and password."""
    return render_template("login.html")


@pages.post("")
def enter() -> ResponseReturnValue:
    """Sign in by name and password."""
    username = request.form.get("username", "").replace("\0", "").strip()
    password = request.form.get("password", "")
    try:
        operator = operators.enter_by_password(runtime(), username, password, address())
    except LoginRefused as refused:
        page = render_template("login.html", problem=str(refused), username=username)
        return page, 429 if isinstance(refused, TooManyTries) else 401
    _begin(operator)
    return _onward()


@pages.get("/link/<token>")
def show_link(token: str) -> ResponseReturnValue:
    """One button: a program that only looks at the link must not use it up."""
    return render_template("link.html", token=token)


@pages.post("/link/<token>")
def enter_by_link(token: str) -> ResponseReturnValue:
    """Sign in by a link that works once."""
    try:
        operator = operators.enter_by_link(runtime(), token, address())
    except LoginRefused as refused:
        page = render_template("login.html", problem=str(refused))
        return page, 429 if isinstance(refused, TooManyTries) else 401
    _begin(operator, by_link=True)
    return _onward()


def choose_password() -> ResponseReturnValue:
    """Take a new password (a page of the console: one must be logged in)."""
    form = request.form
    try:
        if current_user.has_password and not session.get("by_link"):
            operators.enter_by_password(
                runtime(), current_user.username, form.get("current", ""), address()
            )
        operator = operators.choose_password(
            runtime(),
            current_user.operator_id,
            form.get("password", ""),
            form.get("repeated", ""),
            address(),
        )
    except (BadPassword, LoginRefused) as bad:
        return render_template("password.html", problem=str(bad)), 422
    _begin(operator)
    flash("Your password is set. Other logins of yours have ended.")
    return redirect(url_for("console.now"))


def leave() -> ResponseReturnValue:
    """End this login and every copy of its cookie."""
    operators.leave(runtime(), current_user.operator_id, current_user.username, address())
    logout_user()
    session.clear()
    flash("You have logged out.")
    return redirect(url_for("login.show"))
