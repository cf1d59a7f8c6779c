"""A broadcast says beforehand what it does, reaches each at most once, rests and goes on."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smsapp.service import broadcasts, outbox
from smsapp.service.audience import Audience
from smsapp.service.broadcasts import BadBroadcast
from smsapp.store.outbound import claim, move
from smsapp.store.tables import audit, report
from tests.rig.stage import Stage

BY = ("grace", "the minister asks", "10.0.0.1")
TEXTS = {"en": "Meeting on Friday at 9.", "fr": "Réunion vendredi à 9 h."}
SENT = "SELECT key, phone, text, state FROM outbound WHERE kind = 'broadcast' ORDER BY id"
DAY, NIGHT = datetime(2026, 3, 9, 8, tzinfo=UTC), datetime(2026, 3, 9, 20, tzinfo=UTC)


@pytest.fixture
def real(stage: Stage) -> Stage:
    """The demonstration, nobody in training, everybody heard today; a morning."""
    stage.now = DAY
    stage.write("UPDATE person SET training = :no", no=False)
    stage.write("UPDATE phone_number SET heard_at = :at", at=str(DAY))
    return stage


def drafted(stage: Stage, texts: dict[str, str] = TEXTS, **audience: object) -> int:
    return broadcasts.draft(stage.rt, texts, Audience(**audience), BY)  # type: ignore[arg-type]


def sent(stage: Stage) -> list[str]:
    return [row.phone for row in stage.rows(SENT)]


def leave(stage: Stage) -> None:
    """The lane is empty: the gateway has taken what waited."""
    stage.write("UPDATE outbound SET state = 'delivered' WHERE kind = 'broadcast'")


def finish(stage: Stage) -> None:
    while broadcasts.send_due(stage.rt):
        leave(stage)


def chws(stage: Stage) -> int:
    query = "SELECT DISTINCT phone FROM person WHERE role = 'chw' AND active AND phone IS NOT NULL"
    return len(stage.rows(query))


def test_a_draft_reaches_nobody_and_says_what_it_would_do(real: Stage, tmp_path: Path):
    prices = tmp_path / "prices.csv"
    prices.write_text("prefix,price,currency,source\n+,0.5,MWK,contract\n", encoding="utf-8")
    settings = real.rt.settings.model_copy(update={"prices_file": str(prices)})
    object.__setattr__(real.rt, "settings", settings)
    made = drafted(real, {"en": "x" * 161, "fr": "ça ira"})
    seen = broadcasts.preview(real.rt, made)
    assert seen.people == chws(real)
    french = next(text for text in seen.texts if text.language == "fr")
    english = next(text for text in seen.texts if text.language == "en")
    assert (english.size.segments, french.size.segments) == (2, 1)
    assert (french.size.encoding, french.size.outside) == ("UCS-2", ("ç",))
    assert seen.segments == 2 * english.people + french.people
    assert seen.cost is not None
    assert seen.cost.amount * 2 == seen.segments
    finish(real)
    assert sent(real) == []


def test_who_is_left_out_and_why(real: Stage):
    codes = [
        row.code
        for row in real.rows("SELECT code FROM person WHERE role = 'chw' ORDER BY id LIMIT 5")
    ]
    changes = ("active = false", "phone = NULL", "opted_out = true", "training = true")
    before = broadcasts.preview(real.rt, drafted(real))
    for code, change in zip(codes, changes, strict=False):
        real.write(f"UPDATE person SET {change} WHERE code = :code", code=code)
    real.write(
        "UPDATE phone_number SET heard_at = :at "
        "WHERE person_id = (SELECT id FROM person WHERE code = :code)",
        at=str(DAY - timedelta(days=91)),
        code=codes[4],
    )
    made = drafted(real)
    seen = broadcasts.preview(real.rt, made)
    added = Counter(seen.left_out) - Counter(before.left_out)
    assert added == Counter(["left", "no_phone", "opted_out", "training", "silent_number"])
    begun = broadcasts.send(real.rt, made, BY)
    assert begun.people == begun.foreseen == seen.people
    finish(real)
    assert len(sent(real)) == seen.people == before.people - 5


def test_each_once_in_her_language_however_often_the_clock_ticks(real: Stage):
    made = drafted(real)
    count = broadcasts.send(real.rt, made, BY).people
    for _ in range(3):
        broadcasts.send_due(real.rt)
    rows = real.rows(SENT)
    assert len({row.key for row in rows}) == len(rows) == count
    assert max(Counter(row.phone for row in rows).values()) == 1
    assert {row.text for row in rows} == set(TEXTS.values())
    texts = [row.text for row in rows]
    assert texts == sorted(texts, key=texts.index)  # those with one text together
    with pytest.raises(BadBroadcast, match="is sending, not draft"):
        broadcasts.send(real.rt, made, BY)
    leave(real)
    broadcasts.send_due(real.rt)
    (found,) = broadcasts.listed(real.rt)
    assert (found.one.state, found.sent, found.total) == ("done", count, count)


def test_any_number_of_clocks_and_a_lost_note_send_nobody_two(real: Stage):
    made = drafted(real)
    count = broadcasts.send(real.rt, made, BY).people
    (first,) = real.rows("SELECT person_id FROM broadcast_recipient ORDER BY person_id LIMIT 1")
    (hers,) = real.rows("SELECT phone FROM person WHERE id = :id", id=first.person_id)
    with real.rt.begin() as db:  # put earlier, and the note of it lost
        key, text = f"broadcast:{made}:{first.person_id}", TEXTS["en"]
        outbox.put(real.rt, db, key=key, kind="broadcast", phone=hers.phone, text=text)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: broadcasts.send_due(real.rt), range(4)))
    finish(real)
    assert len(sent(real)) == len(set(sent(real))) == count


def test_it_rests_and_goes_on(real: Stage):
    made = drafted(real)
    count = broadcasts.send(real.rt, made, BY).people
    broadcasts.send_due(real.rt)
    with real.rt.begin() as db:  # one is on its way when it is paused
        (flying,) = claim(db, "bulk", "me", DAY, DAY + timedelta(minutes=2), 1)
        move(db, flying.id, ("claimed",), {"state": "sending"})
    broadcasts.pause(real.rt, made, BY)
    assert sent(real) == [flying.phone]
    assert broadcasts.send_due(real.rt) == 0
    broadcasts.resume(real.rt, made, BY)
    finish(real)
    assert len(sent(real)) == len(set(sent(real))) == count


def test_by_day_only(real: Stage):
    count = broadcasts.send(real.rt, drafted(real), BY).people
    real.now = NIGHT
    broadcasts.send_due(real.rt)
    assert sent(real) == []
    real.now = DAY
    broadcasts.send_due(real.rt)
    real.now = NIGHT  # the gateway was away: what waits is not for the night
    broadcasts.send_due(real.rt)
    assert sent(real) == []
    real.now = DAY + timedelta(days=1)
    finish(real)
    assert len(sent(real)) == count


def test_who_says_stop_meanwhile_gets_nothing(real: Stage):
    made = drafted(real)
    count = broadcasts.send(real.rt, made, BY).people
    phone = "+265991000001"
    real.write("UPDATE person SET opted_out = :yes WHERE phone = :phone", yes=True, phone=phone)
    finish(real)
    assert len(sent(real)) == count - 1
    assert phone not in sent(real)


@pytest.mark.parametrize(
    ("texts", "audience", "says"),
    [
        ({}, {}, "There is no text"),
        ({"en": "  "}, {}, "There is no text"),
        ({"xx": "Hello"}, {}, "xx is no language of this programme"),
        ({"en": "x" * 460}, {}, "The text in en has 4 parts, at most 3"),
        (TEXTS, {"roles": ("nurse",)}, "nurse is no role"),
        (TEXTS, {"roles": ()}, "Name a role"),
        (TEXTS, {"places": ("NOWHERE",)}, "No place has the code NOWHERE"),
        (TEXTS, {"silent_days": 0}, "Silent is 1 day or more"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    real: Stage, texts: dict[str, str], audience: dict[str, object], says: str
):
    with pytest.raises(BadBroadcast, match=says):
        drafted(real, texts, **audience)
    assert broadcasts.listed(real.rt) == []


def test_nobody_and_nothing(real: Stage):
    with pytest.raises(BadBroadcast, match="There is no broadcast 7"):
        broadcasts.preview(real.rt, 7)
    made = drafted(real, roles=("operator",))
    with pytest.raises(BadBroadcast, match="Nobody would get"):
        broadcasts.send(real.rt, made, BY)
    with pytest.raises(BadBroadcast, match="is draft, not paused"):
        broadcasts.resume(real.rt, made, BY)


def test_place_role_and_silence(real: Stage):
    everywhere = broadcasts.preview(real.rt, drafted(real)).people
    there = [
        broadcasts.preview(real.rt, drafted(real, places=(code,))).people
        for code in ("DEMO-F1", "DEMO-F2", "DEMO-V1")
    ]
    assert sum(there[:2]) == broadcasts.preview(real.rt, drafted(real, places=("DEMO",))).people
    assert 0 < there[2] < there[0] < everywhere
    bosses = broadcasts.preview(real.rt, drafted(real, roles=("supervisor",))).people
    assert bosses > 0
    (who,) = real.rows("SELECT id, place_id FROM person WHERE phone = '+265991000001'")
    row = {"ref": "482913", "person_id": who.id, "flow": "iccm", "version": 1, "source": "ussd"}
    row |= {"state": "closed", "training": False, "params": {}, "answers": {}, "classes": []}
    row |= {"place_id": who.place_id, "opened_at": DAY, "changed_at": DAY}
    with real.rt.begin() as db:
        db.execute(report.insert().values(row))
    silent = broadcasts.preview(real.rt, drafted(real, silent_days=7)).people
    assert silent == everywhere - 1


def test_every_step_is_written_down(real: Stage):
    made = drafted(real)
    broadcasts.send(real.rt, made, BY)
    broadcasts.pause(real.rt, made, BY)
    broadcasts.resume(real.rt, made, BY)
    with real.rt.read() as db:
        rows = db.execute(audit.select().where(audit.c.actor == BY[0]).order_by(audit.c.id)).all()
    assert [row.action for row in rows] == ["draft", "send", "pause", "resume"]
    assert {(row.object, row.reason) for row in rows} == {(f"broadcast:{made}", BY[1])}
