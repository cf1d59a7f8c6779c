"""`smsapp doctor`: what is wrong with this deployment, a line each, with its cure."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import click
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from smsapp.logs import start_logging
from smsapp.runtime import LANES, Runtime, build
from smsapp.service.people_check import unheld
from smsapp.service.watch import workers
from smsapp.settings import read_settings
from smsapp.store.migrate import is_current
from smsapp.store.people import any_people, without_supervisor
from smsapp.store.people_check import silent_answerers
from smsapp.store.standing import standing
from smsapp.store.ticks import last_slot

SKEW_SECONDS = 30  # a process whose clock is further off refuses to claim SMS
MISSED_SWEEPS = 6  # a clock that missed so many in a row has stopped
SHOWN = 5  # codes of people in one line
REPORT_WIDTH = 10  # characters of a check's name

Check = Callable[[Runtime], str]


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look at settings, database, Valkey, clock, workers, gateway, flows and people."""
    settings = read_settings()
    start_logging("ERROR")
    rt = build(settings)
    _say("settings", "")
    try:
        sick = [name for name, problem in _examine(rt) if _say(name, problem)]
    finally:
        rt.engine.dispose()
        rt.redis.close()
    ctx.exit(1 if sick else 0)


def _say(name: str, problem: str) -> bool:
    click.echo(f"{name:<{REPORT_WIDTH}}{problem or 'ok'}")
    return bool(problem)


def _examine(rt: Runtime) -> Iterator[tuple[str, str]]:
    """Each check and its problem; what needs the database waits until that is well."""
    database = _database(rt)
    yield "database", database
    yield "valkey", _valkey(rt)
    for name, check in (("clock", _clock), ("people", _people), ("orders", _orders)):
        yield name, "not looked at: mend the database first" if database else check(rt)
    yield "workers", _workers(rt)
    yield "gateway", rt.channel.reachable()
    yield "flows", _flows(rt)


def _database(rt: Runtime) -> str:
    try:
        current = is_current(rt.engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", type(error).__name__)).strip().split("\n")[0]
        return f"does not answer ({reason}); start it, or set DATABASE_URL"
    return "" if current else "has another version's shape; run: smsapp migrate"


def _valkey(rt: Runtime) -> str:
    try:
        policy = rt.redis.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except RedisError as error:
        return f"does not answer ({type(error).__name__}); start it, or set REDIS_URL"
    if policy != "noeviction":
        return f"may drop keys (maxmemory-policy {policy}); set it to noeviction"
    return ""


def _clock(rt: Runtime) -> str:
    with rt.read() as db:
        there = db.scalar(select(func.current_timestamp()))
        ticked = last_slot(db, "sweep")
    skew = abs((datetime.now(UTC) - _aware(there)).total_seconds())
    if skew > SKEW_SECONDS:
        return f"is {skew:.0f} s off the database's; set both by NTP"
    if ticked is None:
        return "has never ticked; start: smsapp clock"
    age = (rt.now() - ticked).total_seconds()
    if age > MISSED_SWEEPS * rt.settings.sweep_seconds:
        return f"ticked {age:.0f} s ago; start: smsapp clock"
    return ""


def _aware(there: datetime | str | None) -> datetime:
    """SQLite gives text, PostgreSQL a moment; SQLite's is UTC without saying so."""
    moment = there if isinstance(there, datetime) else datetime.fromisoformat(str(there))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _workers(rt: Runtime) -> str:
    found = workers(rt)
    if found is None:
        return "cannot be counted while Valkey does not answer"
    missing = [lane for lane in LANES if not found[lane]]
    return "; ".join(f"none on lane {lane}: start smsapp worker {lane}" for lane in missing)


def _flows(rt: Runtime) -> str:
    if rt.flows.problems:
        return "; ".join(rt.flows.problems)
    return "" if rt.flows.flows else f"none in {rt.settings.flows_dir}; set FLOWS_DIR"


def _people(rt: Runtime) -> str:
    with rt.read() as db:
        if not any_people(db):
            return "nobody yet; run: smsapp people import roster.csv"
        alone, nobody = without_supervisor(db), unheld(rt, db)
        silent = silent_answerers(db, rt.now() - timedelta(days=rt.settings.number_days))
    if nobody:
        return f"nobody is {', '.join(nobody)}, whom ladders or flows tell; mend the roster"
    found = []
    if alone:
        found.append(f"{_shown(alone)} without a supervisor who has a phone; mend the roster")
    if silent:
        days = rt.settings.number_days
        what = f"not heard for {days} days, and told of nothing but alerts"
        found.append(f"{_shown(silent)} who answer {what}; call them")
    return "; ".join(found)


def _shown(codes: list[str]) -> str:
    """How many, and the first of them."""
    return f"{len(codes)} ({', '.join(codes[:SHOWN])}{' …' if len(codes) > SHOWN else ''})"


def _orders(rt: Runtime) -> str:
    with rt.read() as db:
        lost = [one.ref for one in standing(db) if not one.waits_for]
    if not lost:
        return ""
    return f"{_shown(lost)} wait for nobody; mend the roster: smsapp people check"
