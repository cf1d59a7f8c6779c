"""Broadcasts: drafted, previewed, then sent a batch at a time, by day, at most once to each.

Who gets it is written down when the sending begins, a page in a transaction; what was cut off in
the middle the clock goes on with. Each is looked at once more before her SMS. The next batch is put
into the lane when the last has left it. Pausing, and the evening, take back what waits in the
outbox and was never tried.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.audience import Audience, Preview, everybody, preview_of, sort_out, write_down
from smsapp.service.moments import by_day
from smsapp.service.roster import ROLES
from smsapp.store import broadcasts as store
from smsapp.store.audit import add_audit
from smsapp.store.broadcasts import KEY, Broadcast
from smsapp.store.outbound import NewOutbound

BATCH = 200  # SMS put into the lane at once: what a pause has to take back
MOST_SEGMENTS = 3  # of one text: a longer one is for a meeting
LISTED = 20  # broadcasts a list shows


class BadBroadcast(Exception):
    """It cannot be done. The message is one sentence that names the cure."""


By = tuple[str, str, str]  # actor, reason, network address


def draft(rt: Runtime, texts: Mapping[str, str], audience: Audience, by: By) -> int:
    """Write a draft; nobody is told. Gives its number. Raises BadBroadcast."""
    said = {language: gsm.clean(text).strip() for language, text in texts.items()}
    _check_texts(rt, said)
    with rt.begin() as db:
        _check_audience(db, audience)
        row = {"texts": said, "audience": asdict(audience), "state": "draft", "by": by[0]}
        made = store.add(db, **row, made_at=rt.now())
        _audit(rt, db, "draft", made, by)
    return made


def _check_texts(rt: Runtime, texts: Mapping[str, str]) -> None:
    if not texts or not all(texts.values()):
        raise BadBroadcast("There is no text: write one in each language that is named.")
    for language, text in texts.items():
        if language not in rt.flows.words.spoken:
            known = " ".join(rt.flows.words.spoken)
            raise BadBroadcast(f"{language} is no language of this programme: {known}.")
        size = gsm.measure(text)
        if size.segments > MOST_SEGMENTS:
            parts = f"{size.segments} parts, at most {MOST_SEGMENTS}"
            raise BadBroadcast(f"The text in {language} has {parts}: shorten it.")


def _check_audience(db: Connection, audience: Audience) -> None:
    for role in audience.roles:
        if role not in ROLES:
            raise BadBroadcast(f"{role} is no role: {' '.join(ROLES)}.")
    if not audience.roles:
        raise BadBroadcast("Name a role, such as chw.")
    if audience.silent_days is not None and audience.silent_days < 1:
        raise BadBroadcast("Silent is 1 day or more.")
    unknown = set(audience.places) - store.places(db, audience.places).keys()
    if unknown:
        raise BadBroadcast(f"No place has the code {', '.join(sorted(unknown))}.")


def preview(rt: Runtime, broadcast_id: int) -> Preview:
    """What sending it now would do. Raises BadBroadcast and PriceError."""
    with rt.read() as db:
        one = _found(store.by_id(db, broadcast_id), broadcast_id)
        if not one.texts:
            raise BadBroadcast(f"The text of {broadcast_id} is no longer kept: write a new one.")
        return preview_of(rt, db, one)


@dataclass(frozen=True)
class Begun:
    """How many are written down, and how many there were to be when it was begun."""

    people: int
    foreseen: int


def send(rt: Runtime, broadcast_id: int, by: By) -> Begun:
    """Begin to send a draft. Raises BadBroadcast.

    It is begun before they are written down, so that nothing that is cut off stays half done.
    """
    with rt.read() as db:
        one = _in(store.by_id(db, broadcast_id), broadcast_id, "draft")
        told = len(everybody(rt, db, one).told)
    if not told:
        raise BadBroadcast(f"Nobody would get {broadcast_id}: its preview says why.")
    with rt.begin() as db:
        _in(store.by_id(db, broadcast_id, lock=True), broadcast_id, "draft")
        store.change(db, broadcast_id, state="writing", sent_at=rt.now())
        _audit(rt, db, "send", broadcast_id, by, after=str(told))
    while _write_apart(rt, broadcast_id):
        pass
    with rt.read() as db:
        return Begun(sum(store.states(db, broadcast_id).values()), told)


def _write_apart(rt: Runtime, broadcast_id: int) -> bool:
    """The next page in a transaction of its own. False: there is nothing more to write."""
    with rt.begin() as db:
        one = store.by_id(db, broadcast_id, lock=True)
        return one is not None and one.state == "writing" and not write_down(rt, db, one)


def pause(rt: Runtime, broadcast_id: int, by: By) -> None:
    """Nobody more gets it until it is resumed. Raises BadBroadcast."""
    with rt.begin() as db:
        _in(store.by_id(db, broadcast_id, lock=True), broadcast_id, *store.UNDER_WAY)
        store.recall(db, broadcast_id)
        store.change(db, broadcast_id, state="paused")
        _audit(rt, db, "pause", broadcast_id, by)


def resume(rt: Runtime, broadcast_id: int, by: By) -> None:
    """Go on with who waits, and with who is not written down yet. Raises BadBroadcast."""
    with rt.begin() as db:
        _in(store.by_id(db, broadcast_id, lock=True), broadcast_id, "paused")
        store.change(db, broadcast_id, state="writing")
        _audit(rt, db, "resume", broadcast_id, by)
    while _write_apart(rt, broadcast_id):
        pass


@dataclass(frozen=True)
class Progress:
    """How far a broadcast has come, in people. `sent`: it has left the outbox."""

    one: Broadcast
    waiting: int
    sent: int
    left_out: int

    @property
    def total(self) -> int:
        """How many get it, or have got it."""
        return self.waiting + self.sent


def listed(rt: Runtime) -> list[Progress]:
    """The latest broadcasts first."""
    with rt.read() as db:
        return [_progress(db, one) for one in store.latest(db, LISTED)]


def progress(rt: Runtime, broadcast_id: int) -> Progress | None:
    """How far this one has come; None: there is none of this number."""
    with rt.read() as db:
        one = store.by_id(db, broadcast_id)
        return None if one is None else _progress(db, one)


def _progress(db: Connection, one: Broadcast) -> Progress:
    count = store.states(db, one.id)
    queued = store.count_queued(db, one.id) if one.state == "sending" else 0
    waiting, put, left = (count.get(name, 0) for name in ("waiting", "put", "left_out"))
    return Progress(one, waiting + queued, put - queued, left)


def send_due(rt: Runtime) -> int:
    """What the clock does: the next page or batch of each, by day; what waits in the evening goes
    back.
    """
    with rt.read() as db:
        found = store.under_way(db)
    count = 0
    for broadcast_id in found:
        with rt.begin() as db:
            one = store.by_id(db, broadcast_id, lock=True, free=True)
            if one is None or one.state not in store.UNDER_WAY:
                continue
            if one.state == "writing" and not write_down(rt, db, one):
                continue
            if by_day(rt):
                count += _send_batch(rt, db, one)
            else:
                store.recall(db, broadcast_id)
    return count


def _send_batch(rt: Runtime, db: Connection, one: Broadcast) -> int:
    """Those with one text together; who may not be told any more is left out."""
    if store.any_queued(db, one.id):
        return 0
    ids = store.next_waiting(db, one.id, BATCH)
    if not ids:
        store.change(db, one.id, state="done")
        return 0
    found = sort_out(rt, one, store.people(db, one.audience["roles"], rt.now(), ids))
    for who, why in found.left_out:
        store.settle(db, one.id, [who.id], "left_out", why)
    known = {who.id for who, _ in (*found.told, *found.left_out)}
    store.settle(db, one.id, [who for who in ids if who not in known], "left_out", "left")
    store.settle(db, one.id, [who.id for who, _ in found.told], "put")
    rows = [
        NewOutbound(
            key=KEY.format(one.id, who.id),
            kind="broadcast",
            phone=who.phone,
            text=one.texts[language],
            lane="bulk",
            person_id=who.id,
        )
        for who, language in sorted(found.told, key=lambda pair: pair[1])
    ]
    return outbox.put_all(rt, db, rows)


def _found(one: Broadcast | None, broadcast_id: int) -> Broadcast:
    if one is None:
        raise BadBroadcast(f"There is no broadcast {broadcast_id}: `smsapp broadcast list`.")
    return one


def _in(found: Broadcast | None, broadcast_id: int, *states: str) -> Broadcast:
    one = _found(found, broadcast_id)
    if one.state not in states:
        raise BadBroadcast(f"Broadcast {broadcast_id} is {one.state}, not {states[-1]}.")
    return one


def _audit(
    rt: Runtime, db: Connection, action: str, broadcast_id: int, by: By, after: str = ""
) -> None:
    actor, reason, address = by
    names = {"actor": actor, "action": action, "object": f"broadcast:{broadcast_id}"}
    add_audit(db, rt.now(), **names, after=after, reason=reason, address=address)
