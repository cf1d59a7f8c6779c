"""What stands before every page: a login, a CSRF token, and what a page may load.

Everything that is not named in OPEN needs a login; every POST outside the gateway's callbacks
needs a CSRF token. So a new page is closed unless somebody opens it here.
"""

from flask import Flask, Response, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from smsapp.runtime import Runtime
from smsapp.service import operators
from smsapp.web import login
from smsapp.web.login import address, runtime

OPEN = frozenset({"healthz", "readyz", "console.static"})  # besides these blueprints:
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
OWN = frozenset({"console.choose_password", "console.leave"})  # forms about one's own login
REPEAT = "Open the console again and repeat what you wanted."
ONLY_LOOKS = "Your login is for looking only, so nothing was done. Ask an operator who may act."
SAFE_SITES = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of our own forms
STYLE_SECONDS = 3600  # how long a browser may keep the stylesheet
HSTS_SECONDS = 31_536_000  # a year

csrf = CSRFProtect()


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
    manager.user_loader(login.load)
    app.before_request(_refuse_other_sites)
    app.before_request(_ask_for_login)
    app.before_request(_stop_viewers)
    app.after_request(_add_headers)
    app.register_blueprint(login.pages)


def _is_secure(rt: Runtime) -> bool:
    http = rt.settings.address.startswith("http://")
    return not (rt.settings.smsapp_env == "development" and http)


def _is_callback() -> bool:
    return request.blueprint == "hooks"


def _refuse_other_sites() -> ResponseReturnValue | None:
    """A second wall against forged forms, for browsers that say where a request comes from."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method in ("GET", "HEAD", "OPTIONS") or _is_callback() or site in SAFE_SITES:
        return None
    return _refuse(f"This form came from another site, so nothing was done. {REPEAT}")


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


def _stop_viewers() -> ResponseReturnValue | None:
    """Who only looks changes nothing but her own login; a new form is closed to her too."""
    changes = request.method == "POST" and request.blueprint == "console"
    if not changes or request.endpoint in OWN or not current_user.viewer:
        return None
    return _refuse(ONLY_LOOKS)


def _add_headers(response: Response) -> Response:
    if _is_callback():
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = f"public, max-age={STYLE_SECONDS}"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")
    return response


def _refuse_forgery(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001 - Flask hands it in
    return _refuse(f"This form is too old or not of this console, so nothing was done. {REPEAT}")


def _refuse(sentence: str) -> ResponseReturnValue:
    if current_user.is_authenticated:
        thing = f"page:{request.endpoint or ''}"
        operators.note(
            runtime(), current_user.username, "form_refused", thing, address(), reason=sentence
        )
    return render_template("refused.html", sentence=sentence), 403
