"""Whom a broadcast reaches, whom it leaves out and why, and what it costs."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.gsm import Size
from smsapp.runtime import Runtime
from smsapp.service.people import FALLBACK
from smsapp.service.prices import Cost, cost_of, read_prices
from smsapp.store import broadcasts as store
from smsapp.store.broadcasts import Broadcast, Meant, Whom

PAGE = 1000  # people of one statement, and of one transaction that writes down who gets it

LEFT_OUT = {  # why somebody who is meant gets nothing, first that holds
    "left": "left the programme",
    "no_phone": "no phone",
    "opted_out": "sent STOP",
    "training": "in training",
    "silent_number": "number not heard for NUMBER_DAYS",
    "same_phone": "shares a phone with somebody who gets it",
}


@dataclass(frozen=True)
class Audience:
    """Who is meant: at or under these places (none: everywhere), in these roles, silent so long."""

    places: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("chw",)
    silent_days: int | None = None


@dataclass(frozen=True)
class Text:
    """One text: how many get it, and what it is as an SMS."""

    language: str
    people: int
    size: Size


@dataclass(frozen=True)
class Preview:
    """What sending would do. `cost`: None where no price is known."""

    people: int
    left_out: Mapping[str, int]  # why -> how many
    texts: tuple[Text, ...]
    segments: int
    cost: Cost | None


@dataclass(frozen=True)
class Sorted:
    """Who gets it, each with the language of her text; who does not, and why."""

    told: tuple[tuple[Meant, str], ...]
    left_out: tuple[tuple[Meant, str], ...]


def _pages(rt: Runtime, db: Connection, one: Broadcast, after: int = 0) -> Iterator[list[Meant]]:
    """Who is meant, by id, so many at a time: the last page is not full. `after`: this id.

    Of one whose sending has begun: who was meant at that moment, and nobody who came since.
    """
    at = one.sent_at or rt.now()
    days = one.audience.get("silent_days")
    tops = store.places(db, one.audience["places"]).values()
    whom = Whom(
        places=store.under(db, tops) if one.audience["places"] else None,
        roles=one.audience["roles"],
        silent_since=at - timedelta(days=days) if days else None,
        known_by=at,
    )
    page = store.people_after(db, whom, rt.now(), after, PAGE)
    while len(page) == PAGE:
        yield page
        page = store.people_after(db, whom, rt.now(), page[-1].id, PAGE)
    yield page


def sort_out(
    rt: Runtime, one: Broadcast, meant: Iterable[Meant], phones: Collection[str] = ()
) -> Sorted:
    """Who of these gets it, as they stand now. `phones`: of those who get it already."""
    told: list[tuple[Meant, str]] = []
    left: list[tuple[Meant, str]] = []
    phones = set(phones)
    for who in meant:
        why = _why_not(rt, who, phones)
        if why:
            left.append((who, why))
        else:
            phones.add(who.phone)
            told.append((who, text_language(one.texts, who.language)))
    return Sorted(tuple(told), tuple(left))


def _why_not(rt: Runtime, who: Meant, phones: set[str]) -> str:
    if not who.active:
        return "left"
    if not who.phone:
        return "no_phone"
    if who.opted_out:
        return "opted_out"
    if who.training:
        return "training"
    if who.heard_at and rt.now() - who.heard_at > timedelta(days=rt.settings.number_days):
        return "silent_number"
    return "same_phone" if who.phone in phones else ""


def text_language(texts: Mapping[str, str], language: str) -> str:
    """The language in which somebody is told: her own, else English, else any there is."""
    return next(name for name in (language, FALLBACK, *texts) if name in texts)


def everybody(rt: Runtime, db: Connection, one: Broadcast) -> Sorted:
    """Everybody who is meant, as they stand now."""
    return sort_out(rt, one, chain.from_iterable(_pages(rt, db, one)))


def write_down(rt: Runtime, db: Connection, one: Broadcast) -> bool:
    """Write down the next page of who gets it. True: it was the last, and now it is sent."""
    last = store.written_up_to(db, one.id)
    for page in _pages(rt, db, one, after=last):
        phones = store.phones_told(db, one.id, [who.phone for who in page if who.phone], last)
        told = sort_out(rt, one, page, phones).told
        store.freeze(db, one.id, [(who.id, language) for who, language in told])
        if len(page) < PAGE:
            store.change(db, one.id, state="sending")
            return True
        if told:  # else nothing says that they were looked at: on with the next
            break
    return False


def preview_of(rt: Runtime, db: Connection, one: Broadcast) -> Preview:
    """What sending it now would do. Raises PriceError."""
    found = everybody(rt, db, one)
    sizes = {language: gsm.measure(text) for language, text in one.texts.items()}
    people = Counter(language for _, language in found.told)
    sent = [(who.phone, sizes[language].segments) for who, language in found.told]
    return Preview(
        people=len(sent),
        left_out=Counter(why for _, why in found.left_out),
        texts=tuple(Text(name, people[name], size) for name, size in sizes.items()),
        segments=sum(segments for _, segments in sent),
        cost=cost_of(read_prices(rt.settings.prices_file), sent),
    )
