"""A month in one district goes as it is written, on both databases, and nothing ends nowhere."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import Engine

from smsapp import schedule
from smsapp.channels.africastalking import AfricasTalking
from smsapp.flow.library import Library
from smsapp.runtime import Runtime
from smsapp.service import callbacks
from smsapp.service.leaving import leave_by_code
from smsapp.service.places import import_places
from smsapp.service.roster import import_roster
from smsapp.settings import Settings
from tests.month.ended import NOWHERE, ended
from tests.rig.golden import Player
from tests.rig.stage import Stage

HERE = Path(__file__).parent
SCRIPT = HERE / "district.txt"
BEGINS = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)  # a Sunday, 07:00 where the programme works
TABLE = "# Where each alert, order, referral and silence ended.\n"
SMS = re.compile(r"\* sms (\+\d+) (.*)")
LEAVES = r"leaves (\S+) (\S+)"  # who, and who has it now
DAY = r"(\d+ \w+ \d\d:\d\d)"  # `5 March 08:40`: the clock runs until then
ZONE = ZoneInfo("Africa/Blantyre")
STEP = timedelta(hours=4)  # what comes round is planned at each look: more looks only cost time
MANY = 4  # phones that get the same text at once are told as one line


def _moment(said: str) -> datetime:
    return datetime.strptime(f"2026 {said}", "%Y %d %B %H:%M").replace(tzinfo=ZONE)


class District(Stage):
    """A stage on which the whole clock of the service runs, hour by hour."""

    def move(self, **spans: float) -> None:
        """Time passes; the clock looks every four hours."""
        until = self.now + timedelta(**spans)
        while self.now < until:
            self.now = min(until, self.now + STEP)
            callbacks.read_due(self.rt)
            schedule.tick(self.rt, {})


class Teller(Player):
    """Knows the days of a month, and tells an SMS to many as one line."""

    def _do(self, line: str) -> None:
        at, leaves = re.fullmatch(DAY, line), re.fullmatch(LEAVES, line)
        if leaves:
            leave_by_code(self.stage.rt, *leaves.groups())
        elif at:
            self.stage.move(seconds=(_moment(at[1]) - self.stage.now).total_seconds())
        else:
            super()._do(line)

    def news(self) -> Iterator[str]:
        """What became different, each line at the place where it came up first."""
        lines = list(super().news())
        phones = defaultdict(list)
        for said in map(SMS.fullmatch, lines):
            if said:
                phones[said[2]].append(said[1])
        for line in lines:
            said = SMS.fullmatch(line)
            to = phones[said[2]] if said else []
            if len(to) < MANY:
                yield line
            elif said and said[1] == to[0]:
                yield f"* {len(to)} sms to {len(set(to))} phones {said[2]}"
                to[0] = ""


@pytest.fixture
def district(
    make_settings: Callable[..., Settings], engine: Engine, flows: Library
) -> Iterator[District]:
    """Three facilities, three supervisors and thirty CHWs, none of them in training."""
    settings = make_settings()
    redis = Redis.from_url(settings.redis)
    stage = District(Runtime(settings, flows, AfricasTalking(settings), engine, redis), now=BEGINS)
    stage.rt = replace(stage.rt, clock=lambda: stage.now, draw_ref=stage.draw_ref)
    for done in (
        import_places(stage.rt, HERE / "places.csv"),
        import_roster(stage.rt, HERE / "people.csv"),
    ):
        assert done.problems == ()
    yield stage
    stage.rt.redis.close()


def test_month(district: District, update_golden: bool):
    source = SCRIPT.read_text(encoding="utf-8")
    player = Teller(district)
    played = player.play(source.split(TABLE)[0]) + TABLE
    ends = [player.tell(line) for line in ended(district.rt)]
    played += "".join(f"* {line}\n" for line in ends)
    if update_golden:
        SCRIPT.write_text(played, encoding="utf-8")
        return
    assert played == source
    assert district.broken() == []
    assert [line for line in ends if NOWHERE in line] == []
