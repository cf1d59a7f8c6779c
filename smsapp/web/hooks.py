"""The gateway's door: `POST /hooks/<token>/<kind>`, in front of the application with the pages.

It stands before Flask for two reasons. No cookie, login or form protection of the pages can touch
a callback; and a request with a wrong token, kind or method is simply handed on, so that it gets
the very answer of any other unknown path. A USSD hop has 10 seconds in all, and its answer is
always a screen; every other callback is answered 200 only when its raw bytes are durable.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.utils import get_content_length
from werkzeug.wsgi import get_input_stream

from smsapp import gsm
from smsapp.channels.contract import BadCallback, HopReply
from smsapp.runtime import Runtime
from smsapp.service import callbacks, ussd
from smsapp.web.fault import place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()

PATH = "/hooks/"
CALLBACKS = {"ussd-end": "call_end", "sms": "sms", "delivery": "delivery", "optout": "opt_out"}
BODY_LIMIT = 64 * 1024  # bytes; the gateway's largest callbacks have some 2,000
RETRY_AFTER = "60"  # seconds: the gateway repeats an SMS every minute

# Said only when not even the words of the flows can be read. None claims more than is known.
LAST_WORDS = {
    "hop.not_saved": "Sorry, not saved. Dial again. / Non enregistre. Rappelez.",
    "hop.not_sure": "Not sure it was saved. Dial again, nothing is counted twice. / "
    "Enregistrement incertain. Rappelez, rien ne compte deux fois.",
}


class Hooks:
    """A WSGI door that answers the gateway and hands everybody else on."""

    def __init__(self, rt: Runtime, inside: "WSGIApplication") -> None:
        self._rt = rt
        self._inside = inside
        self._tokens = tuple(sha256(token.encode()).digest() for token in rt.settings.tokens)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(PATH) and environ["REQUEST_METHOD"] == "POST":
            token, _, kind = path[len(PATH) :].partition("/")
            if self._is_known(token):
                if kind == "ussd":
                    return self._answer_hop(environ, start_response)
                if kind in CALLBACKS:
                    return self._keep(CALLBACKS[kind], environ, start_response)
        return self._inside(environ, start_response)

    def _is_known(self, token: str) -> bool:
        """Compare with every token, so that the time taken tells nothing."""
        given = sha256(token.encode("latin-1", "replace")).digest()
        known = False
        for digest in self._tokens:
            known |= hmac.compare_digest(given, digest)
        return known

    def _answer_hop(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        screen, headers = self._rt.channel.write_hop(self._take_hop(environ))
        body = screen.encode()
        start_response("200 OK", [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]

    def _take_hop(self, environ: "WSGIEnvironment") -> HopReply:
        """The screen of this hop; whatever fails, a last screen that says what is known."""
        try:
            return ussd.take_hop(self._rt, self._rt.channel.read_hop(_read(environ)))
        except (BadCallback, RequestEntityTooLarge, ClientDisconnected) as error:
            log.warning("hop_unreadable", error=type(error).__name__, at=place_of(error))
            return self._sorry("hop.not_saved")
        except ussd.NotSaved as error:
            cause = error.__cause__ or error
            log.error("hop_not_saved", error=type(cause).__name__, at=place_of(cause))
            return self._sorry("hop.not_saved")
        except Exception as error:
            log.error("hop_failed", error=type(error).__name__, at=place_of(error))
            return self._sorry("hop.not_sure")

    def _sorry(self, word: str) -> HopReply:
        """A last screen in every language there is room for: whose call it is may not be known."""
        text = ""
        try:
            for language in self._rt.flows.words.languages:
                line = self._rt.flows.say(word, language)
                longer = f"{text} / {line}" if text else line
                text = longer if gsm.fits(longer) else text
        except Exception as error:
            log.error("words_failed", error=type(error).__name__, at=place_of(error))
        return HopReply(text or LAST_WORDS[word], ends=True)

    def _keep(
        self, kind: str, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Make a callback durable; until it is, the gateway is told to come again."""
        status, extra = "200 OK", []
        try:
            callbacks.take(self._rt, kind, _read(environ))
        except RequestEntityTooLarge:
            status = "413 Content Too Large"
        except ClientDisconnected:
            status = "400 Bad Request"
        except Exception as error:
            log.error("callback_lost", kind=kind, error=type(error).__name__, at=place_of(error))
            status, extra = "503 Service Unavailable", [("Retry-After", RETRY_AFTER)]
        headers = [("Content-Type", "text/plain"), ("Content-Length", "0"), *extra]
        start_response(status, headers)
        return []


def _read(environ: "WSGIEnvironment") -> bytes:
    """The whole raw body. Raises RequestEntityTooLarge, or ClientDisconnected if it is cut short.

    The stream alone tells neither on every server. Of a body in chunks it gives the first part
    only, so one byte more than allowed is asked for; of a broken one it gives what came, which,
    once kept under its id, would hide the whole one that is sent again.
    """
    body = get_input_stream(environ, max_content_length=BODY_LIMIT + 1).read()
    if len(body) > BODY_LIMIT:
        raise RequestEntityTooLarge
    said = get_content_length(environ.get("CONTENT_LENGTH"), environ.get("HTTP_TRANSFER_ENCODING"))
    if said is not None and len(body) != said:
        raise ClientDisconnected
    return body
