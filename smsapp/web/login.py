"""The console's door: who is let in, for how long, and what every page may load.

Everything that is not named in OPEN needs a login; every POST outside the gateway's callbacks
needs a CSRF token. A login ends after 30 idle minutes, after 12 hours, by logging out anywhere,
or by a new password.
"""

from datetime import timedelta

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from smsapp.runtime import Runtime
from smsapp.service import operators
from smsapp.service.operators import BadPassword, LoginRefused, TooManyTries
from smsapp.store.operators import Operator

IDLE = timedelta(minutes=30)  # OWASP Session Management: 15 to 30 minutes
LONGEST = timedelta(hours=12)  # a working day
OPEN = frozenset({"healthz", "readyz", "static", "console.static"})  # besides these blueprints:
OPEN_BLUEPRINTS = frozenset({"hooks", "health", "login"})
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE_SITES = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of our own forms
STYLE_SECONDS = 3600  # how long a browser may keep the stylesheet

pages = Blueprint("login", __name__, url_prefix="/login", template_folder="console/templates")
csrf = CSRFProtect()


class LoggedIn(UserMixin):  # type: ignore[misc]
    """An operator as Flask-Login knows her: her id carries the stamp that ends logins."""

    def __init__(self, operator: Operator) -> None:
        self.operator_id = operator.id
        self.username = operator.username
        self.has_password = bool(operator.password_hash)
        self.id = f"{operator.id}:{operator.stamp}"


def register(app: Flask, rt: Runtime) -> None:
    """Put the door before every page of this application."""
    app.extensions["smsapp"] = rt
    app.config.update(
        SECRET_KEY=rt.settings.secret_key,
        SESSION_COOKIE_NAME="smsapp",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=_is_secure(rt),
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its login
        WTF_CSRF_SSL_STRICT=False,  # our own no-referrer policy leaves nothing to compare
    )
    csrf.init_app(app)
    if "hooks" in app.blueprints:
        csrf.exempt(app.blueprints["hooks"])
    app.register_error_handler(CSRFError, _refuse_forgery)
    manager = LoginManager(app)
    manager.session_protection = None  # a phone changes its address; the stamp and clock guard
    manager.user_loader(_load)
    app.before_request(_refuse_other_sites)
    app.before_request(_ask_for_login)
    app.after_request(_add_headers)
    app.register_blueprint(pages)


def runtime() -> Runtime:
    """The Runtime of this application."""
    rt: Runtime = current_app.extensions["smsapp"]
    return rt


def address() -> str:
    """The network address of this request, for the audit."""
    return request.remote_addr or ""


def _is_secure(rt: Runtime) -> bool:
    http = rt.settings.address.startswith("http://")
    return not (rt.settings.smsapp_env == "development" and http)


def _load(session_id: str) -> LoggedIn | None:
    operator_id, _, stamp = session_id.partition(":")
    if _too_old() or not operator_id.isdecimal():
        return None
    operator = operators.find_operator(runtime(), int(operator_id), stamp)
    return None if operator is None else LoggedIn(operator)


def _too_old() -> bool:
    now = runtime().now().timestamp()
    began, seen = session.get("began", 0), session.get("seen", 0)
    return bool(now - began > LONGEST.total_seconds() or now - seen > IDLE.total_seconds())


def _is_callback() -> bool:
    return request.blueprint == "hooks"


def _refuse_other_sites() -> ResponseReturnValue | None:
    """A second wall against forged forms, for browsers that say where a request comes from."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or _is_callback() or site in SAFE_SITES:
        return None
    return _refuse("This form came from another site, so nothing was done.")


def _ask_for_login() -> ResponseReturnValue | None:
    unknown = request.endpoint is None  # a 404 of the application, the same for everyone
    if unknown or request.endpoint in OPEN or request.blueprint in OPEN_BLUEPRINTS:
        return None
    if not current_user.is_authenticated:
        session.clear()
        if request.method == "GET":
            session["next"] = request.full_path.rstrip("?")
        return redirect(url_for("login.show"))
    if "auto" not in request.args:  # a page that refreshes itself is no sign of a person
        session["seen"] = runtime().now().timestamp()
    return None


def _add_headers(response: Response) -> Response:
    if _is_callback():
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = f"public, max-age={STYLE_SECONDS}"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _refuse_forgery(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001 - Flask hands it in
    return _refuse("This form is too old or was not made by this console, so nothing was done.")


def _refuse(sentence: str) -> ResponseReturnValue:
    if current_user.is_authenticated:
        thing = f"page:{request.endpoint or ''}"
        operators.note(
            runtime(), current_user.username, "form_refused", thing, address(), reason=sentence
        )
    return render_template("refused.html", sentence=sentence), 403


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
