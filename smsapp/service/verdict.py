"""One true sentence: is anything stuck, what happens next, what should a person do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from smsapp.store.lanes import Lane
from smsapp.store.signal_list import Listed
from smsapp.store.watch import OpenAlert

ALL_WELL = "All alerts answered. Nothing waits."
URGENT_WAIT = timedelta(minutes=2)  # an alert not sent by then is stuck: a drain takes 20 s
ROUTINE_WAIT = timedelta(minutes=30)  # the same for what nobody waits for
CALM, WATCH, ACT = "calm", "watch", "act"  # nothing; it goes on by itself; a person must act

ROLES = {
    "chw": "the health worker",
    "supervisor": "the supervisor",
    "facility": "the facility",
    "deputy": "the deputy",
    "district": "the district officer",
    "desk": "the pay desk",
    "operator": "the operator",
}


@dataclass(frozen=True)
class Seen:
    """What was seen in one look. A `workers` of None: the queue server does not answer."""

    now: datetime
    lanes: tuple[Lane, ...]
    alerts: tuple[OpenAlert, ...]
    alert_count: int
    undecided: int  # messages that wait for a person
    undecided_alerts: int  # those of them that are alerts
    unread: int  # callbacks that could not be read
    workers: dict[str, int] | None
    others: tuple["Line", ...] = ()  # what other pages have found


@dataclass(frozen=True)
class Line:
    """One finding: how grave, what is so, and what to do (empty: nothing)."""

    level: str
    sentence: str
    cure: str = ""
    patient: bool = False  # nobody waits for it


@dataclass(frozen=True)
class Verdict:
    """The gravest finding first, then the others. `needs_person`: it will not mend itself."""

    level: str
    sentence: str
    cure: str
    others: tuple[Line, ...]

    @property
    def needs_person(self) -> bool:
        return self.level == ACT


def judge(seen: Seen, zone: ZoneInfo) -> Verdict:
    """Say what is so, gravest first."""
    lines = [
        *_nobody(seen),
        *_queue_server(seen),
        *_pauses(seen, zone),
        *_workers(seen),
        *_stuck(seen),
        *_decisions(seen),
        *_unread(seen),
        *seen.others,
        *_unanswered(seen, zone),
    ]
    return gravest(lines, ALL_WELL)


def gravest(lines: Sequence[Line], calm: str) -> Verdict:
    """The gravest line first; `calm` where there is none."""
    first, *others = sorted(lines, key=_gravity) or [Line(CALM, calm)]
    return Verdict(first.level, first.sentence, first.cure, tuple(others))


def _gravity(line: Line) -> tuple[bool, bool]:
    return line.level != ACT, line.patient


def _queue_server(seen: Seen) -> list[Line]:
    if seen.workers is not None:
        return []
    sentence = "The queue server does not answer: only alerts and replies are sent, by the clock."
    return [Line(ACT, sentence, "Start Valkey (REDIS_URL). Nothing is lost meanwhile.")]


def _pauses(seen: Seen, zone: ZoneInfo) -> list[Line]:
    """One line a reason: a refused account holds every lane for the same one."""
    held: dict[tuple[str, datetime | None], list[Lane]] = {}
    for lane in seen.lanes:
        if lane.paused:
            held.setdefault((lane.paused.rstrip("."), lane.paused_until), []).append(lane)
    return [_pause(seen.now, reason, until, lanes, zone) for (reason, until), lanes in held.items()]


def _pause(
    now: datetime, reason: str, until: datetime | None, lanes: list[Lane], zone: ZoneInfo
) -> Line:
    verb = "is" if len(lanes) == 1 else "are"
    sentence = f"{_names(lanes, 'The')} {verb} held: {reason}."
    if until is None:
        cure = f"Mend the cause, then resume {_names(lanes, 'the')}."
        return Line(ACT, sentence, cure, patient=not _hasty(lanes))
    when = "now" if until <= now else f"at {clock(until, zone)}"
    cure = f"One message tries again {when}; when it is taken, the lane goes on."
    return Line(ACT if _hasty(lanes) else WATCH, sentence, cure, patient=not _hasty(lanes))


def _workers(seen: Seen) -> list[Line]:
    if seen.workers is None:
        return []
    idle = [lane for lane in seen.lanes if not seen.workers.get(lane.name)]
    if not idle:
        return []
    waiting = sum(lane.waiting for lane in idle)
    what = f"{count(waiting, 'message')} due" if waiting else "nothing is due yet"
    which = "any lane" if len(idle) == len(seen.lanes) else _names(idle, "the")
    sentence = f"No worker serves {which}: {what}."
    lane = idle[0].name if len(idle) == 1 else "LANE, for each of them"
    cure = f"Start one: python worker.py {lane}"
    return [Line(ACT, sentence, cure, patient=not _hasty(idle))]


def _names(lanes: list[Lane], article: str) -> str:
    """`the urgent lane`, `the bulk and routine lanes`."""
    *names, last = [lane.name for lane in lanes]
    if not names:
        return f"{article} {last} lane"
    return f"{article} {', '.join(names)} and {last} lanes"


def _hasty(lanes: list[Lane]) -> bool:
    """Whether somebody waits for one of these lanes."""
    return any(lane.name in ("inbound", "urgent") for lane in lanes)


def _stuck(seen: Seen) -> list[Line]:
    found = []
    for lane in seen.lanes:
        patience = URGENT_WAIT if lane.name in ("urgent", "inbound") else ROUTINE_WAIT
        served = seen.workers is None or seen.workers.get(lane.name)
        if not served or lane.paused or lane.oldest_at is None:
            continue
        if seen.now - lane.oldest_at <= patience:
            continue
        age = span(seen.now - lane.oldest_at)
        sentence = f"The {lane.name} lane does not move: its oldest message has waited {age}."
        cure = "Run smsapp doctor; it names the cause."
        found.append(Line(ACT, sentence, cure, patient=not _hasty([lane])))
    return found


def _nobody(seen: Seen) -> list[Line]:
    left = [alert for alert in seen.alerts if alert.climb_at is None]
    if not left:
        return []
    age = span(seen.now - left[0].raised_at)
    sentence = (
        f"Alert {left[0].ref} has no answer for {age} and nobody is left to tell."
        if len(left) == 1
        else f"{len(left)} alerts have no answer and nobody is left to tell, the oldest for {age}."
    )
    return [Line(ACT, sentence, "Call the health worker or her facility now.")]


def _decisions(seen: Seen) -> list[Line]:
    if not seen.undecided:
        return []
    start = "" if seen.alert_count else "All alerts answered. "
    needs = "needs" if seen.undecided == 1 else "need"
    of_alerts = f" {count(seen.undecided_alerts, 'alert')} among them." * bool(
        seen.undecided_alerts
    )
    sentence = f"{start}{count(seen.undecided, 'message')} {needs} a decision.{of_alerts}"
    return [Line(ACT, sentence, "Decide each one below: send it again or discard it.")]


def _unread(seen: Seen) -> list[Line]:
    if not seen.unread:
        return []
    sentence = f"{count(seen.unread, 'callback')} of the gateway could not be read."
    cure = "The raw text is kept. Once the cause is mended, have them read again (Now, below)."
    return [Line(WATCH, sentence, cure)]


def _unanswered(seen: Seen, zone: ZoneInfo) -> list[Line]:
    waiting = [alert for alert in seen.alerts if alert.climb_at is not None]
    if not waiting:
        return []
    oldest = waiting[0]
    soonest = min(alert.climb_at for alert in waiting if alert.climb_at is not None)
    age = span(seen.now - oldest.raised_at)
    if len(waiting) == 1:
        sentence = f"1 alert has no answer for {age}; {next_step(oldest, zone)}."
    else:
        number = max(len(waiting), seen.alert_count - (len(seen.alerts) - len(waiting)))
        sentence = (
            f"{number} alerts have no answer, the oldest for {age}; "
            f"the next step is at {clock(soonest, zone)}."
        )
    return [Line(WATCH, sentence, "")]


def next_step(alert: OpenAlert | Listed, zone: ZoneInfo) -> str:
    """What happens to an unanswered alert by itself, and when."""
    if alert.climb_at is None:
        return "nobody is left to tell"
    at = clock(alert.climb_at, zone)
    if not alert.next_roles:
        return f"the health worker hears of it at {at}"
    if alert.level > 1:  # an early climb: the health worker may hear of the silence first
        return f"the next step is at {at}"
    told = " and ".join(ROLES.get(role, role) for role in alert.next_roles)
    return f"{told} {'is' if len(alert.next_roles) == 1 else 'are'} told next at {at}"


def count(number: int, noun: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day where the programme is: `14:05`."""
    return moment.astimezone(zone).strftime("%H:%M")


def span(age: timedelta) -> str:
    """A length of time as people say it: `12 minutes`."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < 60:
        return count(seconds, "second")
    if seconds < 3600:
        return count(seconds // 60, "minute")
    if seconds < 86400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{count(hours, 'hour')} {minutes} min" if minutes else count(hours, "hour")
    return count(seconds // 86400, "day")
