"""The supervisor's week in one SMS: what he should know first, by name while it fits.

Once a supervisor and week, whatever clocks run: a batch takes its slot, the outbox's key does the
rest. Who has nothing to be told hears nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.runtime import Runtime
from smsapp.service import outbox, team
from smsapp.service.naming import local_day
from smsapp.service.people import help_phone, language_of
from smsapp.store import team as store
from smsapp.store import ticks, visits
from smsapp.store.numbers import unheard
from smsapp.store.outbound import NewOutbound
from smsapp.store.people import Person, people_by_ids
from smsapp.store.team import Member

NAME = "digest"  # of the slots: week and the last supervisor of a batch
BATCH = 100  # supervisors of one transaction: some thousand CHWs
HOURS = 2  # house rule: an older digest only confuses
REFERRED = timedelta(days=2)  # after the day she was to ask: three days since she sent the child
JOINT = ", "
ORDER = ("silent", "out", "alerts", "referrals", "unvisited")  # the most important first


@dataclass
class Week:
    """What one supervisor should know: sentence -> names or refs."""

    named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, word: str, name: str) -> None:
        self.named.setdefault(word, []).append(name)


def send_due(rt: Runtime) -> int:
    """What the clock does for digests. Gives how many went to the outbox."""
    local = rt.now().astimezone(ZoneInfo(rt.settings.timezone))
    begins = rt.settings.digest_hour
    if local.weekday() != rt.settings.digest_weekday or not begins <= local.hour < begins + HOURS:
        return 0
    year, number, _ = local.isocalendar()
    week = f"{year}-W{number:02}"
    with rt.read() as db:
        if not store.leaders_after(db, store.told_up_to(db, NAME, week), 1):
            return 0
    with rt.begin() as db:
        leaders = store.leaders_after(db, store.told_up_to(db, NAME, week), BATCH)
        slot = f"{week}:{leaders[-1]:012}" if leaders else ""
        if not leaders or not ticks.take_slot(db, NAME, slot, rt.now()):
            return 0
        return _send(rt, db, leaders, week)


def _send(rt: Runtime, db: Connection, leaders: Sequence[int], week: str) -> int:
    weeks = weeks_of(rt, db, leaders)
    silent = unheard(db, list(weeks), rt.now() - timedelta(days=rt.settings.number_days))
    rows = [
        NewOutbound(
            key=f"digest:{week}:{one.id}",
            kind="reminder",
            phone=one.phone,
            text=text_of(rt, db, one, weeks[one.id]),
            lane="routine",
            person_id=one.id,
            expires_at=rt.now() + timedelta(hours=HOURS),
        )
        for one in people_by_ids(db, list(weeks), rt.now())
        if one.id not in silent
    ]
    return outbox.put_all(rt, db, rows)


def weeks_of(rt: Runtime, db: Connection, leaders: Sequence[int]) -> dict[int, Week]:
    """What each of these has to be told; who is absent has nothing."""
    members = [one for one in store.members(db, leaders) if not one.apart]
    ids = [one.id for one in members]
    weeks: dict[int, Week] = {}

    def add(word: str, one: Member) -> None:
        weeks.setdefault(one.leader_id, Week()).add(word, one.short)

    for one, _ in team.silent(rt, db, members):
        add("silent", one)
    for one, _ in team.out_of_stock(rt, db, members):
        add("out", one)
    for leader, refs in store.alerts_of(db, leaders).items():
        weeks.setdefault(leader, Week()).named["alerts"] = refs
    today = local_day(rt, rt.now())
    open_ones = store.referrals_open(db, ids, today - REFERRED)
    last = visits.last_visits(db, ids)
    for one in members:
        for _ in range(open_ones.get(one.id, 0)):
            add("referrals", one)
        if _is_overdue(rt, one, last.get(one.id), today):
            add("unvisited", one)
    return weeks


def _is_overdue(rt: Runtime, one: Member, last: visits.Last | None, today: date) -> bool:
    """Whether no visit was noted for so long; a new CHW is not overdue yet."""
    since = last.noted_on if last else None
    known: datetime = one.created_at
    return (since or local_day(rt, known)) < today - timedelta(days=rt.settings.visit_days)


def text_of(rt: Runtime, db: Connection, person: Person, week: Week) -> str:
    """One SMS: how many of each, and names in their place as far as they fit."""
    language, phone = language_of(rt, person), help_phone(rt, db, person)

    def whole(said: Mapping[str, str]) -> str:
        lines = [_say(rt, language, word, said[word]) for word in ORDER if word in said]
        dial = rt.flows.say("digest.dial", language, code=rt.settings.service_code)
        return rt.flows.wrap("\n".join([*lines, dial]), language, person.training, phone)

    said = {word: str(len(names)) for word, names in week.named.items()}
    for word in ORDER:
        named = {**said, word: JOINT.join(dict.fromkeys(week.named.get(word, ())))}
        if word in said and gsm.fits(whole(named)):
            said = named
    return whole(said)


def _say(rt: Runtime, language: str, word: str, names: str) -> str:
    days = {"silent": rt.settings.silent_days, "unvisited": rt.settings.visit_days}.get(word, 0)
    return rt.flows.say(f"digest.{word}", language, names=names, days=days)
