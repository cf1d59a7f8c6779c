"""Operators of the console and the links that let them in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from smsapp.store.tables import login_link, operator


@dataclass(frozen=True)
class Operator:
    """Someone who may open the console. `password_hash` is empty until she chose a password."""

    id: int
    username: str
    password_hash: str
    active: bool
    viewer: bool  # looks, and changes nothing
    failures: int
    locked_until: datetime | None
    stamp: str


def _operator(row: RowMapping | None) -> Operator | None:
    return None if row is None else Operator(**{k: v for k, v in row.items() if k != "created_at"})


def operator_by_id(db: Connection, operator_id: int) -> Operator | None:
    """The operator with this id."""
    query = select(operator).where(operator.c.id == operator_id)
    return _operator(db.execute(query).mappings().first())


def operator_by_name(db: Connection, username: str, *, lock: bool = False) -> Operator | None:
    """The operator with this name; with `lock`, nobody else changes the row until commit."""
    query = select(operator).where(operator.c.username == username)
    return _operator(db.execute(query.with_for_update() if lock else query).mappings().first())


def all_operators(db: Connection) -> list[Operator]:
    """All of them, by name."""
    rows = db.execute(select(operator).order_by(operator.c.username)).mappings()
    return [one for row in rows if (one := _operator(row))]


def count_operators(db: Connection) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).select_from(operator)) or 0


def add_operator(
    db: Connection, username: str, stamp: str, now: datetime, *, viewer: bool = False
) -> int:
    """A new operator, without a password: she comes in by a link."""
    values = {"username": username, "stamp": stamp, "created_at": now, "viewer": viewer}
    return int(db.execute(insert(operator).values(values).returning(operator.c.id)).scalar_one())


def set_failures(
    db: Connection, operator_id: int, failures: int, locked_until: datetime | None
) -> None:
    """Remember how often in a row the password was wrong, and until when none is tried."""
    db.execute(
        update(operator)
        .where(operator.c.id == operator_id)
        .values(failures=failures, locked_until=locked_until)
    )


def set_password_hash(db: Connection, operator_id: int, password_hash: str, stamp: str) -> None:
    """A new password; the new stamp ends every other login of hers."""
    db.execute(
        update(operator)
        .where(operator.c.id == operator_id)
        .values(password_hash=password_hash, stamp=stamp)
    )


def set_stamp(db: Connection, operator_id: int, stamp: str) -> None:
    """End every login of this operator."""
    db.execute(update(operator).where(operator.c.id == operator_id).values(stamp=stamp))


def end_operator(db: Connection, operator_id: int, stamp: str) -> None:
    """She comes in no more; the new stamp ends every login of hers."""
    db.execute(
        update(operator).where(operator.c.id == operator_id).values(active=False, stamp=stamp)
    )


def add_link(db: Connection, token_hash: str, operator_id: int, expires_at: datetime) -> None:
    """A link that lets this operator in once."""
    db.execute(
        insert(login_link).values(
            token_hash=token_hash, operator_id=operator_id, expires_at=expires_at
        )
    )


def use_link(db: Connection, token_hash: str, now: datetime) -> int | None:
    """Use up a link. Returns its operator, or None if it is unknown, used or too old."""
    used: int | None = db.scalar(
        update(login_link)
        .where(
            login_link.c.token_hash == token_hash,
            login_link.c.used_at.is_(None),
            login_link.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(login_link.c.operator_id)
    )
    return used


def drop_links(db: Connection, operator_id: int, now: datetime) -> None:
    """Make the unused links of an operator worthless: the newest one alone counts."""
    db.execute(
        update(login_link)
        .where(login_link.c.operator_id == operator_id, login_link.c.used_at.is_(None))
        .values(used_at=now)
    )
