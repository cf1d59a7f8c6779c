"""The web application: the gateway's door in front, health and pages behind it."""

import secrets

import structlog
from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from smsapp.runtime import Runtime
from smsapp.web import console
from smsapp.web.fault import place_of
from smsapp.web.hooks import Hooks

log = structlog.get_logger()

PAGE_LIMIT = 1024 * 1024  # bytes of a request to a page; the gateway's door has its own limit
FAULT_BYTES = 4  # of the random name that joins an error page with its line in the log

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title><h1>{title}</h1><p>{text}
"""
PAGES = {  # status -> what a person reads; never what she sent
    400: ("Not understood", "Go back and try again."),
    404: ("Not found", "There is no such page."),
    405: ("Not found", "There is no such page."),
    413: ("Too large", "Send less at once."),
}


def create_app(rt: Runtime) -> Flask:
    """Build the application. Call it in the process that serves it, after any fork."""
    app = Flask("smsapp.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = PAGE_LIMIT
    app.url_map.merge_slashes = False  # a tidied path would be an answer of its own
    app.register_error_handler(Exception, _show_error)
    app.register_blueprint(_health(rt))
    console.register(app, rt)
    hops = rt.settings.proxy_hops
    if hops:  # a login is limited by address: without this all would share the proxy's
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.wsgi_app = Hooks(rt, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _health(rt: Runtime) -> Blueprint:
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """Whether this process is alive. It asks nothing else: a restart cures nothing else."""
        return {"alive": True}

    @health.get("/readyz")
    def readyz() -> ResponseReturnValue:
        """Whether callbacks can be taken: the database must answer, Valkey may be away."""
        database, valkey = _database_answers(rt), _valkey_answers(rt)
        return {"database": database, "valkey": valkey}, 200 if database else 503

    return health


def _database_answers(rt: Runtime) -> bool:
    try:
        with rt.read() as db:
            return bool(db.execute(text("SELECT 1")).scalar_one() == 1)
    except SQLAlchemyError as error:
        log.error("database_away", error=type(error).__name__)
        return False


def _valkey_answers(rt: Runtime) -> bool:
    try:
        return bool(rt.redis.ping())
    except RedisError as error:
        log.error("valkey_away", error=type(error).__name__)
        return False


def _show_error(error: Exception) -> ResponseReturnValue:
    """A page without a stack, and without anything the person sent."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        if error.code < 400:
            return error
        title, what = PAGES.get(error.code, ("Not possible", "Go back and try again."))
        return PAGE.format(title=title, text=what), 404 if error.code == 405 else error.code
    fault = secrets.token_hex(FAULT_BYTES)
    log.error("page_failed", fault=fault, error=type(error).__name__, at=place_of(error))
    what = f"Try again. If it happens again, tell your support this word: {fault}"
    return PAGE.format(title="Something went wrong", text=what), 500
