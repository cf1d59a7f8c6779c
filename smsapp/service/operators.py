"""Who may open the console: links that work once, passwords, and patience with wrong ones."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection
from werkzeug.security import check_password_hash, generate_password_hash

from smsapp.runtime import Runtime
from smsapp.store import operators as store
from smsapp.store.audit import add_audit, count_audit
from smsapp.store.operators import Operator

LINK_HOURS = 24  # an invitation that nobody used by then needs a new one
LINK_BYTES = 32  # 256 bits: not to be guessed
PASSWORD_LENGTH = 15  # characters, least, where no second factor is asked (NIST SP 800-63B-4)
PASSWORD_LONGEST = 200  # characters: a longer one is only work for us
USERNAME_LENGTH = 80  # characters: the column's width
FREE_FAILURES = 3  # wrong passwords in a row before the first pause
PAUSE_SECONDS = 2  # the first pause of an account; doubles
PAUSE_LONGEST_SECONDS = 900  # 15 minutes: an account can be slowed, never locked for good
ADDRESS_FAILURES = 20  # failures of one network address in ADDRESS_MINUTES before it must wait
ADDRESS_MINUTES = 15


class LoginRefused(Exception):
    """The login failed. The message is for the person; it never says whether the name exists."""


class TooManyTries(LoginRefused):
    """Too many failures from this address."""


class BadPassword(Exception):
    """The new password cannot be taken. The message names the cure."""


class NameTaken(Exception):
    """An operator of this name exists. The message names the cure."""


@dataclass(frozen=True)
class Invited:
    """A new operator and the link that lets her in."""

    username: str
    link: str


def make_login_link(rt: Runtime, username: str = "operator", hours: float = LINK_HOURS) -> str:
    """A link that signs this operator in once. In development, without any operator, makes one."""
    with rt.begin() as db:
        found = store.operator_by_name(db, username)
        if found is None and rt.settings.smsapp_env == "development":
            operator_id = store.add_operator(db, username, _stamp(), rt.now())
        elif found is None:
            raise LookupError(f"no operator is called {username}; smsapp operator add {username}")
        elif not found.active:
            raise LookupError(f"the access of {username} has ended; add her by another name")
        else:
            operator_id = found.id
        return _add_link(rt, db, operator_id, username, hours)


def invite(
    rt: Runtime, username: str, hours: float = LINK_HOURS, *, viewer: bool = False
) -> Invited:
    """Make an operator, or one who only looks, and her invitation. Raises NameTaken."""
    name = username.strip()
    if not name or len(name) > USERNAME_LENGTH:
        raise ValueError(f"a name has 1 to {USERNAME_LENGTH} characters")
    with rt.begin() as db:
        if store.operator_by_name(db, name) is not None:
            raise NameTaken(f"{name} exists; smsapp operator link {name} makes a new link")
        operator_id = store.add_operator(db, name, _stamp(), rt.now(), viewer=viewer)
        return Invited(name, _add_link(rt, db, operator_id, name, hours))


def end_access(rt: Runtime, username: str) -> None:
    """From now on no link, no password and no open login lets her in. Raises LookupError."""
    with rt.begin() as db:
        found = store.operator_by_name(db, username)
        if found is None:
            raise LookupError(f"no operator is called {username}; smsapp operator list")
        store.end_operator(db, found.id, _stamp())
        store.drop_links(db, found.id, rt.now())
        add_audit(db, rt.now(), actor="system", action="end_access", object=f"operator:{username}")


def all_operators(rt: Runtime) -> list[Operator]:
    """Everybody who was ever let in, by name."""
    with rt.read() as db:
        return store.all_operators(db)


def _add_link(rt: Runtime, db: Connection, operator_id: int, username: str, hours: float) -> str:
    token = secrets.token_urlsafe(LINK_BYTES)
    store.drop_links(db, operator_id, rt.now())
    store.add_link(db, _digest(token), operator_id, rt.now() + timedelta(hours=hours))
    add_audit(db, rt.now(), actor="system", action="make_link", object=f"operator:{username}")
    return f"{rt.settings.address}/login/link/{token}"


def enter_by_link(rt: Runtime, token: str, address: str) -> Operator:
    """Use up a link. Raises LoginRefused if it is unknown, used, too old, or hers no more."""
    with rt.begin() as db:
        _check_address(rt, db, address)
        operator_id = store.use_link(db, _digest(token), rt.now())
        found = None if operator_id is None else store.operator_by_id(db, operator_id)
        if found is not None and found.active:
            store.set_failures(db, found.id, 0, None)
            _note(rt, db, found.username, "enter_by_link", f"operator:{found.username}", address)
            return found
        _note(rt, db, "", "login_failed", f"address:{address}", address)
    raise LoginRefused(
        "This link has been used or is too old. Ask for a new one: smsapp operator link NAME"
    )


def enter_by_password(rt: Runtime, username: str, password: str, address: str) -> Operator:
    """Check a password: same work, same words, whatever is wrong. Raises LoginRefused."""
    with rt.read() as db:
        _check_address(rt, db, address)
        found = store.operator_by_name(db, username)
    fits = check_password_hash(_hash_of(found), password[:PASSWORD_LONGEST])
    with rt.begin() as db:
        found = store.operator_by_name(db, username, lock=True)
        if found is not None and fits and found.active and not _paused(found, rt.now()):
            store.set_failures(db, found.id, 0, None)
            _note(rt, db, found.username, "enter", f"operator:{found.username}", address)
            return found
        if found is not None and not _paused(found, rt.now()):
            failures = found.failures + 1
            store.set_failures(db, found.id, failures, _pause_until(failures, rt.now()))
        _note(rt, db, "", "login_failed", f"address:{address}", address)
    raise LoginRefused(
        "Name or password is wrong, or there were too many tries. Wait a little, then try again."
    )


def _paused(found: Operator, now: datetime) -> bool:
    return found.locked_until is not None and found.locked_until > now


def _pause_until(failures: int, now: datetime) -> datetime | None:
    if failures <= FREE_FAILURES:
        return None
    seconds = PAUSE_SECONDS * 2 ** min(failures - FREE_FAILURES - 1, 20)
    return now + timedelta(seconds=min(seconds, PAUSE_LONGEST_SECONDS))


def _check_address(rt: Runtime, db: Connection, address: str) -> None:
    since = rt.now() - timedelta(minutes=ADDRESS_MINUTES)
    if count_audit(db, f"address:{address}", "login_failed", since) >= ADDRESS_FAILURES:
        raise TooManyTries(
            f"Too many failed logins from your network. Wait {ADDRESS_MINUTES} minutes."
        )


def _hash_of(found: Operator | None) -> str:
    return found.password_hash if found is not None and found.password_hash else _dummy_hash()


@cache
def _dummy_hash() -> str:
    """What an unknown name is checked against, so that it takes as long as a known one."""
    return generate_password_hash(secrets.token_urlsafe(LINK_BYTES))


def choose_password(
    rt: Runtime, operator_id: int, password: str, repeated: str, address: str
) -> Operator:
    """Set a password and end her other logins. Raises BadPassword."""
    if len(password) < PASSWORD_LENGTH:
        raise BadPassword(
            f"Use at least {PASSWORD_LENGTH} characters: three or four words do well."
        )
    if len(password) > PASSWORD_LONGEST:
        raise BadPassword(f"Use at most {PASSWORD_LONGEST} characters.")
    if password != repeated:
        raise BadPassword("The two passwords differ. Type the same one twice.")
    hashed = generate_password_hash(password)
    with rt.begin() as db:
        store.set_password_hash(db, operator_id, hashed, _stamp())
        found = store.operator_by_id(db, operator_id)
        assert found is not None
        _note(rt, db, found.username, "choose_password", f"operator:{found.username}", address)
    return found


def find_operator(rt: Runtime, operator_id: int, stamp: str) -> Operator | None:
    """The operator of a login, or None if that login has ended."""
    with rt.read() as db:
        found = store.operator_by_id(db, operator_id)
    if found is None or not found.active or not secrets.compare_digest(found.stamp, stamp):
        return None
    return found


def leave(rt: Runtime, operator_id: int, username: str, address: str) -> None:
    """End every login of this operator, also one whose cookie was copied."""
    with rt.begin() as db:
        store.set_stamp(db, operator_id, _stamp())
        _note(rt, db, username, "leave", f"operator:{username}", address)


def note(
    rt: Runtime, actor: str, action: str, thing: str, address: str, *, reason: str = ""
) -> None:
    """Write down what an operator did or was refused."""
    with rt.begin() as db:
        _note(rt, db, actor, action, thing, address, reason)


def _note(
    rt: Runtime,
    db: Connection,
    actor: str,
    action: str,
    thing: str,
    address: str,
    reason: str = "",
) -> None:
    add_audit(
        db, rt.now(), actor=actor, action=action, object=thing, reason=reason, address=address
    )


def _stamp() -> str:
    return secrets.token_hex(16)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
