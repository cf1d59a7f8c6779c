"""The indicators of a facility's month (domain notes E5): each a numerator and a denominator.

Pure counting over what was read. What nobody asked or reported is missing, never zero: `None`, and
a note that says why. Denominators of people are the active CHWs of the 15th.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from smsapp.service.period import Period
from smsapp.store.figures import Due, Raised, Seen

CHILD = "iccm"
SMALL = 5  # people: a smaller cell of what is confidential is left out (domain notes G4)
UNHEARD = "no CHW of this facility has told of anything in this month"
ON_TIME_DAY = 2  # of the month after: cStock and domain notes E5
ON_TIME = timedelta(hours=24)  # to verify a signal: domain notes C2
NEAR = timedelta(days=1)  # a follow-up on day 3, one day earlier or later: domain notes E5
BANDS = ((2, "0-1"), (12, "2-11"), (60, "12-59"))  # months, up to which; domain notes A2


@dataclass(frozen=True)
class Row:
    """One line of the table. None: missing, and the note says why."""

    code: str
    name: str
    numerator: int | str | None
    denominator: int | None
    note: str = ""


@dataclass(frozen=True)
class Month:
    """What is known of a facility and month."""

    period: Period
    zone: ZoneInfo
    active: frozenset[int]  # the active CHWs of the 15th
    heard: frozenset[int] = frozenset()  # who told of anything in the month
    children: Sequence[Seen] = ()
    due: Sequence[Due] = ()
    raised: Sequence[Raised] = ()
    months: Mapping[int, Seen] = field(default_factory=dict)
    visited: frozenset[int] = frozenset()
    paid: Mapping[int, str] = field(default_factory=dict)
    pay_asked: bool = False  # whether the flow is offered at all


def indicators(month: Month) -> list[Row]:
    """Every row that is counted from reports."""
    return [row for rows in (_cases, _follow, _people, _pay, _alerts) for row in rows(month)]


def _cases(month: Month) -> Iterator[Row]:
    """Of the children; all of them missing where nobody told of anything."""
    for row in _children(month):
        yield row if month.heard else replace(row, numerator=None, denominator=None, note=UNHEARD)


Test = Callable[[Seen], bool]


def _share(
    code: str, name: str, among: Sequence[Seen], of: Test, what: Test, note: str = ""
) -> Row:
    base = [one for one in among if of(one)]
    return Row(code, name, sum(map(what, base)), len(base), note)


def _children(month: Month) -> Iterator[Row]:
    seen = month.children
    bands = [_band(one) for one in seen]
    for _, band in BANDS:
        name = f"sick children seen, {band} months"
        yield Row(f"ICCM_CASES_{band}", name, bands.count(band), None)
    yield Row("ICCM_CASES_unknown", "sick children seen, age not known", bands.count(""), None)
    told = f"{len(month.heard & month.active)} of {len(month.active)} active CHWs told of anything"
    sex = f"the sex of a child is not asked; {told}"
    yield Row("ICCM_CASES", "sick children seen and sent", len(seen), None, sex)
    unsent = [_number(one, "unsent") for one in month.months.values()]
    note = f"from {len(unsent)} monthly reports"
    many = sum(unsent) if unsent else None
    yield Row("CASES_UNSENT", "seen, in the paper register alone", many, None, note)
    yield from _treated(month)
    yield _share(
        "DANGER_REF",
        "with a danger sign and going to a facility, or gone",
        seen,
        lambda one: bool(one.danger),
        lambda one: one.answers.get("going") == "going" or one.answers.get("since") == "went",
        "every one of them was answered REFER; a CHW who did not say counts as not going",
    )
    yield _found(month)


def _found(month: Month) -> Row:
    """Of the CHWs who have said it: all their children, sent and in the paper register alone."""
    told = {who: one for who, one in month.months.items() if "found" in one.answers}
    if not told:
        return Row("ACTIVE_SHARE", "found on a home visit", None, None, "no CHW has said it")
    found, cases = (
        sum(_number(one, name) for one in told.values()) for name in ("found", "unsent")
    )
    cases += sum(one.person_id in told for one in month.children)
    note = f"{len(told)} monthly reports say it"
    return Row("ACTIVE_SHARE", "found on a home visit", found, cases, note)


def _treated(month: Month) -> Iterator[Row]:
    """Those treated at home: whoever has a danger sign goes, and gets a first dose at most."""
    home = [one for one in month.children if not one.danger]

    def has(name: str, *wanted: str) -> Test:
        return lambda one: not set(wanted).isdisjoint(_listed(one, name))

    def said(*words: str) -> Test:
        return lambda one: one.answers.get("rdt") in words

    fever, loose = has("problems", "fever"), has("problems", "diarrhoea")
    al, amoxicillin, tested = (
        has("given", "al"), has("given", "amoxicillin"), said("positive", "negative")
    )  # fmt: skip
    fast, both = (
        lambda one: bool({"fast_infant", "fast_child"} & {*one.classes}),
        lambda one: {"ors", "zinc"} <= {*_listed(one, "given")},
    )
    safe = "children without a danger sign; one with fever is not tested but referred"
    yield _share("FEVER_TESTED", "fever with a test result", home, fever, tested, safe)
    yield _share("RDT_POS_AL", "test positive, given AL", home, said("positive"), al)
    yield _share("RDT_NEG_AL", "test negative, given AL (misuse)", home, said("negative"), al)
    yield _share("FAST_AMOX", "fast breathing, given amoxicillin", home, fast, amoxicillin)
    yield _share("DIARR_ORSZ", "diarrhoea, given ORS and zinc", home, loose, both)
    yield _share(
        "TREAT_24H",
        "treated within 24 hours of onset",
        home,
        lambda one: bool(_listed(one, "given")),
        has("long", "recent"),
        "onset as the CHW ticked it: began today or yesterday",
    )


def _band(one: Seen) -> str:
    age = one.answers.get("age")
    if not isinstance(age, int):
        return ""
    months = age * 12 if one.answers.get("unit") == "years" else age
    return next((band for under, band in BANDS if months < under), "")


def _listed(one: Seen, name: str) -> list[str]:
    value = one.answers.get(name)
    return value if isinstance(value, list) else []


def _number(one: Seen, name: str) -> int:
    value = one.answers.get(name)
    return value if isinstance(value, int) else 0


def _follow(month: Month) -> Iterator[Row]:
    sent = [one for one in month.due if one.kind == "referral"]
    there = [one for one in sent if one.outcome == "arrived"]
    note = f"{sum(one.by_other for one in there)} told by the facility, the others by the CHW"
    yield Row("REF_DONE", "referral completed", len(there), len(sent), note)
    follow = [one for one in month.due if one.kind == "follow_up"]
    near = sum(_is_near(month, one) for one in follow)
    yield Row("FU_3D", "seen again on day 3, one day earlier or later", near, len(follow))


def _is_near(month: Month, one: Due) -> bool:
    day = _day(month, one.done_at) if one.done_at else None
    return day is not None and abs(day - one.due_on) <= NEAR


def _day(month: Month, moment: datetime) -> date:
    return moment.astimezone(month.zone).date()


def _people(month: Month) -> Iterator[Row]:
    active = len(month.active)
    reports = {who: one for who, one in month.months.items() if who in month.active}
    limit = month.period.after.first + timedelta(days=ON_TIME_DAY - 1)
    on_time = sum(_day(month, one.opened_at) <= limit for one in reports.values())
    yield Row("REPORT_RATE", "CHWs who sent a monthly report", len(reports), active)
    yield Row("REPORT_ON_TIME", f"by day {ON_TIME_DAY} of the month after", on_time, active)
    yield Row(
        "SUPERV",
        "CHWs with a visit of their supervisor",
        len(month.visited & month.active),
        active,
        "visits that both have said",
    )
    said = sum(who in month.visited or _number(one, "visits") > 0 for who, one in reports.items())
    yield Row("SUPERV_SAID", "CHWs who say they had a visit", said, len(reports), "monthly reports")


def _pay(month: Month) -> Iterator[Row]:
    """Confidential (domain notes D4): a cell of 1 to 4 people is left out on either side."""
    names = ("CHWs who say they were paid in full", "paid in part or not at all")
    if not month.pay_asked:
        yield Row("PAID", names[0], None, None, "not asked: no pay desk is named")
        yield Row("NOT_PAID", names[1], None, None, "not asked: no pay desk is named")
        return
    answers = [word for who, word in month.paid.items() if who in month.active]
    full = answers.count("all")
    hidden = any(0 < cell < SMALL for cell in (full, len(answers) - full, len(answers)))
    for code, name, cell in zip(
        ("PAID", "NOT_PAID"), names, (full, len(answers) - full), strict=True
    ):
        if not answers:
            yield Row(code, name, None, None, "nobody has said")
        elif hidden:
            yield Row(code, name, None, None, f"left out: a cell under {SMALL}")
        else:
            yield Row(code, name, cell, len(answers), "of those who have said, in the month after")
    rate = None if 0 < len(answers) < SMALL else len(answers)
    note = f"left out: a cell under {SMALL}" if rate is None else ""
    yield Row(
        "PAY_SAID", "CHWs who have said whether they were paid", rate, len(month.active), note
    )


def _alerts(month: Month) -> Iterator[Row]:
    signals = [one for one in month.raised if one.signal]
    took = [one.verified_at - one.raised_at for one in signals if one.verified_at]
    quick = sum(span <= ON_TIME for span in took)
    note = "community alerts; verified is the first VERIFIED"
    yield Row("ALERT_24H", "alerts verified within 24 hours", quick, len(signals), note)
    closed = Counter(one.ends for one in month.raised if one.ends)
    outcomes = ", ".join(f"{word} {number}" for word, number in sorted(closed.items()))
    ended, all_ = closed.total(), len(month.raised)
    yield Row("ALERTS_CLOSED", "alerts closed with an outcome", ended, all_, outcomes)
    open_ = [one for one in month.raised if one.acknowledged_at is None]
    refs = _refs(one.ref for one in open_)
    yield Row("ALERTS_UNANSWERED", "alerts nobody answered", len(open_), len(month.raised), refs)
    away = [one for one in month.due if one.kind == "referral" and one.outcome != "arrived"]
    refs = _refs(one.ref for one in away)
    sent = sum(one.kind == "referral" for one in month.due)
    yield Row("REF_NOT_ARRIVED", "referrals not known to have arrived", len(away), sent, refs)


def _refs(refs: Iterable[str]) -> str:
    named = " ".join(sorted(refs))
    return f"refs {named}" if named else ""
