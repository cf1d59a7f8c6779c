"""Every conversation in this folder goes as it is written, on both databases."""

from pathlib import Path

import pytest

from tests.rig.golden import Player
from tests.rig.stage import FOLDER, Stage

CONVERSATIONS = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversation(name: str, stage: Stage, update_golden: bool):
    path = Path(FOLDER, f"{name}.txt")
    source = path.read_text(encoding="utf-8")
    played = Player(stage).play(source)
    if update_golden:
        path.write_text(played, encoding="utf-8")
        return
    assert played == source
    assert stage.broken() == []
