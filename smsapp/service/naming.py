"""How a child is named without a name: by the line of her register, the age, the day seen."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smsapp import gsm
from smsapp.flow.fill import WIDTHS
from smsapp.flow.model import Answers, Flow
from smsapp.runtime import Runtime
from smsapp.store.drafts import Draft

WEEK = 7  # days in which the name of a day says which one
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def title_of(flow: Flow, language: str) -> str:
    """What a flow is called, in this language where it has it. At most 24 septets: `check`."""
    return flow.title.get(language) or next(iter(flow.title.values()), "")


def language_name(rt: Runtime, code: str) -> str:
    """A language as its speakers call it; its code where no word says so."""
    return rt.flows.words.names_of(code)[:2][-1].capitalize()


def local_time(rt: Runtime, moment: datetime) -> str:
    """The hour and minute where the programme works."""
    return f"{moment.astimezone(ZoneInfo(rt.settings.timezone)):%H:%M}"


def local_day(rt: Runtime, moment: datetime) -> date:
    """The day where the programme works."""
    return moment.astimezone(ZoneInfo(rt.settings.timezone)).date()


def seen_day(rt: Runtime, at: datetime, seen_on: date | None) -> date:
    """The day a child was seen who was told of at that moment."""
    return seen_on or local_day(rt, at)


def named(
    rt: Runtime,
    language: str,
    answers: Mapping[str, Any],
    at: datetime,
    seen_on: date | None = None,
    title: str = "",
) -> str:
    """`line 57, 14 m, Tue`: so that she finds the right child. At most 24 septets.

    `answers` as stored, or as typed; `at`: when it was told; `seen_on`: None for the same day;
    `title`: of its flow, for what has no age; "" where that says too much.
    """
    words = {"time": when_seen(rt, language, at, seen_on)}
    age, line = str(answers.get("age", "")), str(answers.get("line", ""))
    known = age.isdigit() and int(age) != 99  # as typed, 99 is not known
    word = "person" if answers.get("who") else "report"
    if known:
        words["age"] = str(int(age))
        word = "draft_years" if answers.get("unit") in ("2", "years") else "draft"
    if line.isdigit():
        words["line"] = str(int(line))
        word = f"line_{word}" if known else "line"
    if title and word == "report":
        whole = f"{title}, {words['time']}"
        return whole if gsm.measure(whole).units <= WIDTHS["what"] else title
    return rt.flows.say(f"item.{word}", language, **words)


def dropped(rt: Runtime, language: str, draft: Draft, among: Sequence[Draft]) -> str:
    """What names a dropped report: the number she typed first. Nothing of what is private.

    Of several, one in danger says so: two children of one age are not mistaken.
    """
    typed: dict[str, Any] = {}
    flow = None if draft.private else rt.flows.flows.get(draft.flow)
    if not draft.private:
        typed = {**{pair[0]: pair[1] for pair in draft.keys}, **draft.given.get("answers", {})}
    title = title_of(flow, language) if flow else ""
    what = named(rt, language, typed, draft.began_at, title=title)
    told = draft.danger and len(among) > 1
    return rt.flows.say("item.danger", language, what=what) if told else what


def when_seen(rt: Runtime, language: str, at: datetime, seen_on: date | None = None) -> str:
    """`10:42` of today, `Tue` of this week, else day and month."""
    today, day = local_day(rt, rt.now()), seen_day(rt, at, seen_on)
    if day == today:
        return local_time(rt, at)
    if 0 < (today - day).days < WEEK:
        return rt.flows.say(f"day.{DAYS[day.weekday()]}", language)
    return f"{day.day}/{day.month}"


def dated(rt: Runtime, language: str, day: date) -> str:
    """`Tue 17/11`: a day that is not to be mistaken for another."""
    return f"{rt.flows.say(f'day.{DAYS[day.weekday()]}', language)} {day.day}/{day.month}"


def seen_on(rt: Runtime, flow: Flow, answers: Answers, told_at: datetime) -> date | None:
    """The local day on which that happened which is told; None: the day it was told."""
    dated = next((ask.id for ask in flow.asks if ask.dates), "")
    days = answers.get(dated)
    return local_day(rt, told_at) - timedelta(days=days) if isinstance(days, int) and days else None
