"""USSD calls that are going on, in Redis: what was typed, and how far it has come.

A call can always be rebuilt from the gateway's cumulative text and the drafts in the database, so
everything here may be lost. Keys of Redis hold no phone number.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

CALL_SECONDS = 1800  # an unsettled call lives this long: plan, section 4
SILENT = "calls:silent"  # sorted set: session -> when its silence is looked at


@dataclass
class Filling:
    """One flow begun in a call: what was known then, what was typed since, how far it is."""

    flow: str
    version: int
    origin: str
    n: int
    given: str  # JSON
    began_at: float
    resumed: list[list[str]] = field(default_factory=list)  # accepted in an earlier call
    keys: list[str] = field(default_factory=list)  # as typed, refused ones too
    walked: dict[str, Any] | None = None
    saved: int = 0  # of its commits: how many are in the database
    report_id: int | None = None  # the report it amends, or has opened
    done: bool = False
    last: str = ""  # the screen that says that it is saved
    then: dict[str, str] = field(default_factory=dict)  # what she may begin there: digit -> flow


@dataclass
class Who:
    """Who may be calling, as she was asked: people who share the phone, or nobody known."""

    people: list[list[Any]]  # id and short name of each, in the order shown
    language: str
    tries: int = 0  # answers that named nobody
    until: int = 0  # characters of the gateway's text up to which this screen stood


@dataclass
class Call:
    """Dial to hang-up. `marks` tell which keys a shorter text held: [length, filling, keys]."""

    session: str
    phone: str
    at: float  # of the last hop, seconds since the epoch
    length: int = 0  # characters of the gateway's text that the keys hold
    marks: list[list[int]] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    n: int = 0  # flows begun so far
    outcomes: dict[str, str] = field(default_factory=dict)  # of the last commit
    last: str = ""  # the screen that ended the call
    person: int | None = None  # who calls; None: not said yet
    borrowed: bool = False  # the phone is another's: she gave her code
    who: Who | None = None  # she was asked who she is
    live: Any = None  # of this hop alone: how far the last filling is, as the flow engine has it


def load(redis: Redis, session: str) -> Call | None:
    """The call of this gateway session, None where Redis has none."""
    raw = _ask(redis, "GET", _key(session))
    return _call(raw) if raw else None


def save(redis: Redis, call: Call) -> None:
    """Keep a call for `CALL_SECONDS`."""
    _ask(redis, "SET", _key(call.session), _json(call), "EX", CALL_SECONDS)


def begin(redis: Redis, call: Call, silence_at: float) -> None:
    """Keep a new call, findable by its phone, and look at its silence at that time."""
    with redis.pipeline(transaction=False) as pipe:
        pipe.set(_key(call.session), _json(call), ex=CALL_SECONDS)
        pipe.set(_phone_key(call.phone), call.session, ex=CALL_SECONDS)
        pipe.zadd(SILENT, {call.session: silence_at})
        pipe.execute()


def of_phone(redis: Redis, phone: str) -> Call | None:
    """The latest call of this phone, if it is still kept."""
    session = redis.get(_phone_key(phone))
    return load(redis, _text(session)) if session else None


def forget(redis: Redis, session: str) -> None:
    """The call is settled; a repeat of its last hop is still answered for a while."""
    redis.zrem(SILENT, session)


def silent(redis: Redis, until: float, most: int) -> list[str]:
    """The sessions whose silence is to be looked at by now."""
    found = redis.zrangebyscore(SILENT, "-inf", until, start=0, num=most)
    return [_text(session) for session in found]


def look_again(redis: Redis, session: str, at: float) -> None:
    """It was not silent: look later."""
    redis.zadd(SILENT, {session: at})


def _ask(redis: Redis, *command: str | int) -> Any:
    """One command straight on a pooled connection. Raises RedisError.

    The client's own way costs twice as much, and every hop takes it twice.
    """
    pool = redis.connection_pool
    connection = pool.get_connection()
    try:
        connection.send_command(*command)  # type: ignore[no-untyped-call]
        return connection.read_response()
    except BaseException:
        connection.disconnect()  # type: ignore[no-untyped-call]  # half a conversation
        raise
    finally:
        pool.release(connection)


def _json(call: Call) -> str:
    """Not `dataclasses.asdict`: its deep copy costs more than the rest of a hop."""
    fillings = [vars(one) for one in call.fillings]
    who = vars(call.who) if call.who else None
    return json.dumps({**vars(call), "fillings": fillings, "who": who, "live": None})


def _call(raw: Any) -> Call:
    data = json.loads(raw)
    fillings = [Filling(**one) for one in data.pop("fillings")]
    who = data.pop("who", None)
    return Call(**data, fillings=fillings, who=Who(**who) if who else None)


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _key(session: str) -> str:
    return f"call:{session}"


def _phone_key(phone: str) -> str:
    return f"call-of:{hashlib.sha256(phone.encode()).hexdigest()[:20]}"
