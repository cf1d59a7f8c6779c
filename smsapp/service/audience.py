"""Whom a broadcast reaches, whom it leaves out and why, and what it costs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.gsm import Size
from smsapp.runtime import Runtime
from smsapp.service.people import FALLBACK
from smsapp.service.prices import Cost, cost_of, read_prices
from smsapp.store import broadcasts as store
from smsapp.store.broadcasts import Broadcast, Meant

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


def sort_out(
    rt: Runtime, db: Connection, one: Broadcast, ids: Iterable[int] | None = None
) -> Sorted:
    """Everybody who is meant, or of these people alone, as they stand now."""
    days = one.audience.get("silent_days")
    since = rt.now() - timedelta(days=days) if days and ids is None else None
    tops = [] if ids is not None else list(store.places(db, one.audience["places"]).values())
    chosen = None if ids is None else list(ids)
    meant = store.people(db, tops, one.audience["roles"], since, rt.now(), chosen)
    told: list[tuple[Meant, str]] = []
    left: list[tuple[Meant, str]] = []
    phones: set[str] = set()
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


def preview_of(rt: Runtime, db: Connection, one: Broadcast) -> Preview:
    """What sending it now would do. Raises PriceError."""
    found = sort_out(rt, db, one)
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
