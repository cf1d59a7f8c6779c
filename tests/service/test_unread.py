"""What nobody understood: listed by its first word, explained once, read again once."""

import pytest

from smsapp.service import callbacks, unread
from smsapp.service.unread import BadWord
from tests.rig.stage import Stage

CHW = "+265991000001"
BY = ("operator", "", "127.0.0.1")


def words(stage: Stage) -> list[tuple[str, int]]:
    return [(one.word, one.count) for one in unread.workbench(stage.rt).words]


def test_words_are_listed_with_how_often_they_came(stage: Stage):
    for body in ("Bambino A14", "bambino, S0", "14 0 0", "the child is 4", "CCM A14", "help"):
        stage.send(CHW, body)
    assert words(stage) == [("BAMBINO", 2), ("?", 1), ("THE", 1)]


def test_what_is_private_is_never_listed_nor_read_again(stage: Stage):
    stage.send(CHW, "secret words")
    stage.write("UPDATE inbound SET private = true")
    assert words(stage) == []
    assert unread.show(stage.rt, "SECRET", *BY) == []
    assert unread.explain(stage.rt, "SECRET", "CCM", *BY) == 0


def test_an_explained_word_is_off_the_list_and_on_the_other(stage: Stage):
    stage.send(CHW, "bambino A14 S0")
    assert unread.explain(stage.rt, " bambino", "ccm", *BY) == 1
    callbacks.read_due(stage.rt)
    assert words(stage) == []
    assert [(one.word, one.means) for one in unread.workbench(stage.rt).known] == [
        ("BAMBINO", "CCM")
    ]
    unread.forget(stage.rt, "BAMBINO", *BY)
    assert unread.workbench(stage.rt).known == ()


def test_an_explained_word_is_read_again_once(stage: Stage):
    stage.send(CHW, "bambino A14 S0 D0 M3 P0")
    unread.explain(stage.rt, "bambino", "CCM", *BY)
    callbacks.read_due(stage.rt)
    assert unread.explain(stage.rt, "bambino", "CCM", *BY) == 0
    assert callbacks.read_due(stage.rt) == 0
    assert len(stage.rows("SELECT id FROM draft")) == 1


@pytest.mark.parametrize(
    ("word", "means"),
    [("CCM", "STOCK"), ("A", "CCM"), ("two words", "CCM"), ("x1", "CCM"), ("HELP", "CCM"),
     ("bambino", "CMM"), ("bambino", ""), ("x" * 41, "CCM"), ("", "CCM")],
)  # fmt: skip
def test_what_cannot_be_explained_so(stage: Stage, word: str, means: str):
    with pytest.raises(BadWord):
        unread.explain(stage.rt, word, means, *BY)


def test_who_explained_and_who_looked_is_written_down(stage: Stage):
    stage.send(CHW, "bambino A14 S0")
    assert [sms.text for sms in unread.show(stage.rt, "BAMBINO", *BY)] == ["bambino A14 S0"]
    unread.explain(stage.rt, "bambino", "CCM", *BY)
    unread.explain(stage.rt, "bambino", "STOCK", *BY)
    unread.forget(stage.rt, "bambino", *BY)
    rows = stage.rows("SELECT action, object, before, after FROM audit ORDER BY id")
    assert [tuple(row) for row in rows if row.object == "word:BAMBINO"] == [
        ("show_unread", "word:BAMBINO", "", "1"),
        ("explain_word", "word:BAMBINO", "", "CCM"),
        ("explain_word", "word:BAMBINO", "CCM", "STOCK"),
        ("forget_word", "word:BAMBINO", "STOCK", ""),
    ]
