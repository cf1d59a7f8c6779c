"""A bad roster: every fault with line, column and cure, no value quoted, nothing imported."""

from pathlib import Path

import pytest

from smsapp.service.places import Outcome, import_places
from smsapp.service.roster import import_roster
from smsapp.store.tables import person, place
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HEAD = "code,name,phone,role,language,place,supervisor,training_until,active\n"


def roster(programme: Programme, tmp_path: Path, content: str | bytes, **how: bool) -> Outcome:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_roster(programme.rt, path, **how)


def said(outcome: Outcome) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in outcome.problems]


BAD_ROWS = {  # label: rows below the head -> (line, column) of each problem, a word of the cure
    "no code": (",New,+265991000007,chw,en,CHALO,sup,,", [(2, "code")], "letters, digits"),
    "formula code": ("=1+1,New,+265991000007,chw,en,CHALO,sup,,", [(2, "code")], "code"),
    "at code": ("@x,New,+265991000007,chw,en,CHALO,sup,,", [(2, "code")], "code"),
    "long code": (f"{'x' * 41},New,+265991000007,chw,en,CHALO,sup,,", [(2, "code")], "40"),
    "no name": ("n,,+265991000007,chw,en,CHALO,sup,,", [(2, "name")], "1 to 120"),
    "formula name": ("n,=cmd(),+265991000007,chw,en,CHALO,sup,,", [(2, "name")], "letter"),
    "minus name": ("n,-New,+265991000007,chw,en,CHALO,sup,,", [(2, "name")], "letter"),
    "long name": (f"n,{'x' * 121},+265991000007,chw,en,CHALO,sup,,", [(2, "name")], "120"),
    "name of no GSM letter": ("n,ሰላም,+265991000007,chw,en,CHALO,sup,,", [(2, "name")], "short"),
    "no phone": ("n,New,,chw,en,CHALO,sup,,", [(2, "phone")], "active"),
    "short phone": ("n,New,+26599,chw,en,CHALO,sup,,", [(2, "phone")], "digits"),
    "spoilt phone": ("n,New,2.65991E+11,chw,en,CHALO,sup,,", [(2, "phone")], "digits"),
    "formula phone": ("n,New,=265991000007,chw,en,CHALO,sup,,", [(2, "phone")], "digits"),
    "words as phone": ("n,New,none,chw,en,CHALO,sup,,", [(2, "phone")], "digits"),
    "held phone": ("n,New,+265991000001,chw,en,CHALO,sup,,", [(2, "phone")], "chw in the"),
    "phone twice": (
        "n,New,+265991000007,chw,en,CHALO,sup,,\nm,Mew,0991 000 007,chw,en,CHALO,sup,,",
        [(3, "phone")],
        "line 2",
    ),
    "code twice": (
        "n,New,+265991000007,chw,en,CHALO,sup,,\nn,Mew,+265991000008,chw,en,CHALO,sup,,",
        [(3, "code")],
        "line 2",
    ),
    "bad role": ("n,New,+265991000007,nurse,en,CHALO,sup,,", [(2, "role")], "chw, supervisor"),
    "no role": ("n,New,+265991000007,,en,CHALO,sup,,", [(2, "role")], "one of"),
    "language not served": ("n,New,+265991000007,chw,pt,CHALO,sup,,", [(2, "language")], "en, fr"),
    "no place": ("n,New,+265991000007,chw,en,,sup,,", [(2, "place")], "no place"),
    "unknown place": ("n,New,+265991000007,chw,en,MARS,sup,,", [(2, "place")], "no place"),
    "facility in a village": ("n,New,+265991000007,facility,en,CHALO,,,", [(2, "place")], "kind"),
    "district at a facility": ("n,New,+265991000007,district,en,BUA,,,", [(2, "place")], "kind"),
    "unknown supervisor": ("n,New,+265991000007,chw,en,CHALO,who,,", [(2, "supervisor")], "nobody"),
    "a chw as supervisor": ("n,New,+265991000007,chw,en,CHALO,eve,,", [(2, "supervisor")], "chw"),
    "her own supervisor": (
        "n,New,+265991000007,supervisor,en,BUA,n,,",
        [(2, "supervisor")],
        "below herself",
    ),
    "supervisors in a ring": (
        (
            "n,New,+265991000007,supervisor,en,BUA,m,,\n"
            "m,Mew,+265991000008,supervisor,en,BUA,sup,,\n"
            "sup,Grace,+265991000101,supervisor,en,BUA,n,,"
        ),
        [(2, "supervisor"), (3, "supervisor"), (4, "supervisor")],
        "below herself",
    ),
    "training for ever": (
        "n,New,+265991000007,chw,en,CHALO,sup,2099-01-01,",
        [(2, "training_until")],
        "at most",
    ),
    "training in another order": (
        "n,New,+265991000007,chw,en,CHALO,sup,31/12/2026,",
        [(2, "training_until")],
        "last day",
    ),
    "active perhaps": ("n,New,+265991000007,chw,en,CHALO,sup,,perhaps", [(2, "active")], "yes"),
    "a cell too many": ("n,New,+265991000007,chw,en,CHALO,sup,,yes,more", [(2, "")], "10 cells"),
    "a cell too few": ("n,New,+265991000007,chw", [(2, "")], "4 cells"),
    "everything wrong": (
        "?,?,?,?,?,?,?,?,?",
        [(2, c) for c in sorted(HEAD.strip().split(","))],
        "",
    ),
    "one bad row of three": (
        (
            "n,New,+265991000007,chw,en,CHALO,sup,,\nm,Mew,+26599,chw,en,CHALO,sup,,\n\n\n"
            "o,Oew,+265991000009,chw,en,CHALO,sup,,"
        ),
        [(3, "phone")],
        "digits",
    ),
    "a row over two lines": (
        '"n","New\nName",+265991000007,chw,en,CHALO,sup,,\nm,Mew,1,chw,en,CHALO,sup,,',
        [(4, "phone")],
        "",
    ),
}


@pytest.mark.parametrize("label", BAD_ROWS)
def test_bad_rows(programme: Programme, tmp_path: Path, label: str):
    rows, places, word = BAD_ROWS[label]
    outcome = roster(programme, tmp_path, HEAD + rows)
    assert sorted(said(outcome)) == places
    assert all(word in problem.cure for problem in outcome.problems)
    assert programme.count(person) == 5
    assert not any("New" in str(problem) or "0007" in str(problem) for problem in outcome.problems)


WIDE = "code,name,phone,role,language,place,supervisor,deputy,shared,products\n"
BAD_WIDE = {
    "the same number twice": (
        "n,New,0991000007/+265991000007,chw,en,CHALO,,,,",
        [(2, "phone")],
        "each once",
    ),
    "a day to come": (
        "n,New,0991000007 since 2099-01-01,chw,en,CHALO,,,,",
        [(2, "phone")],
        "today at the latest",
    ),
    "a day in another order": (
        "n,New,0991000007 since 1/2/2026,chw,en,CHALO,,,,",
        [(2, "phone")],
        "since 2026-11-02",
    ),
    "one of two does not share": (
        "n,New,0991000007,chw,en,CHALO,,,yes,\nm,Mew,0991000007,chw,en,CHALO,,,,",
        [(3, "phone")],
        "column shared of both",
    ),
    "shared with somebody stored": (
        "n,New,0991000001,chw,en,CHALO,,,,",
        [(2, "phone")],
        "chw in the database",
    ),
    "a desk shares": (
        "n,New,0991000001,desk,en,BUA,,,yes,",
        [(2, "phone")],
        "a desk needs",
    ),
    "shared perhaps": ("n,New,0991000007,chw,en,CHALO,,,perhaps,", [(2, "shared")], "yes"),
    "her own deputy": ("n,New,0991000007,supervisor,en,BUA,,n,,", [(2, "deputy")], "herself"),
    "a chw as deputy": ("n,New,0991000007,supervisor,en,BUA,,eve,,", [(2, "deputy")], "supervisor"),
    "a deputy of a chw": ("n,New,0991000007,chw,en,CHALO,,sup,,", [(2, "deputy")], "leave"),
    "an unknown deputy": ("n,New,0991000007,facility,en,BUA,,who,,", [(2, "deputy")], "name"),
    "an unknown product": ("n,New,0991000007,chw,en,CHALO,,,,la", [(2, "products")], "of:"),
}


@pytest.mark.parametrize("label", BAD_WIDE)
def test_bad_cells_of_the_wide_roster(programme: Programme, tmp_path: Path, label: str):
    rows, places, word = BAD_WIDE[label]
    outcome = roster(programme, tmp_path, WIDE + rows)
    assert sorted(said(outcome)) == places
    assert all(word in problem.cure for problem in outcome.problems)
    assert programme.count(person) == 5


BAD_FILES = {
    "empty": (b"", "empty"),
    "blank": (b"\n \n,,\n", "empty"),
    "only the head": (HEAD.encode(), "no rows"),
    "a spreadsheet": (b"PK\x03\x04rest", "CSV UTF-8"),
    "NUL": (HEAD.encode() + b"n,N\0ew,,,,,,,", "CSV UTF-8"),
    "UTF-16": (HEAD.encode("utf-16"), "CSV UTF-8"),
    "neither encoding": (b"\x81\x8d\x8f\n\x81", "CSV UTF-8"),
    "a picture": (bytes(range(128, 256)) * 20, "CSV UTF-8"),
    "open quote": (HEAD.encode() + b'n,"New,+265', "quote"),
    "a huge cell": (HEAD.encode() + b"n," + b"x" * 200_000, "too long"),
    "unknown column": (b"code,name,phone,role,language,place,age\n1,2,3,4,5,6,7", "columns are"),
    "column twice": (b"code,name,phone,role,language,place,code\n1,2,3,4,5,6,7", "twice"),
    "column missing": (b"code,name,phone,role,language\n1,2,3,4,5", "missing"),
    "no table": (b"Dear colleague\nplease find the list attached", "columns are"),
    "too large": (b"x" * 20_000_001, "20 MB"),
}


@pytest.mark.parametrize("label", BAD_FILES)
def test_bad_files_give_one_clear_line(programme: Programme, tmp_path: Path, label: str):
    content, word = BAD_FILES[label]
    outcome = roster(programme, tmp_path, content)
    [problem] = outcome.problems
    assert word in str(problem)
    assert "\n" not in str(problem)
    assert len(str(problem)) < 250


def test_a_folder_and_a_missing_file(programme: Programme, tmp_path: Path):
    for path in (tmp_path, tmp_path / "none.csv"):
        [problem] = import_roster(programme.rt, path).problems
        assert "cannot be read" in problem.cure


PLACE_HEAD = "code,name,kind,parent\n"
BAD_PLACES = {
    "no kind": ("X,Ex,,NK", [(2, "kind")]),
    "bad kind": ("X,Ex,village,NK", [(2, "kind")]),
    "no parent": ("X,Ex,facility,", [(2, "parent")]),
    "unknown parent": ("X,Ex,facility,NONE", [(2, "parent")]),
    "upside down": ("X,Ex,district,BUA", [(2, "parent")]),
    "under itself": ("X,Ex,facility,X", [(2, "parent")]),
    "side by side": ("X,Ex,facility,BUA", [(2, "parent")]),
    "ring": ("X,Ex,district,Y\nY,Why,district,X", [(2, "parent"), (3, "parent")]),
    "twice": ("X,Ex,facility,NK\nX,Ex,facility,NK", [(3, "code")]),
    "too low for its children": ("BUA,Bua HC,community,NK", [(2, "kind")]),
    "formula": ("X,=Ex,facility,NK", [(2, "name")]),
}


@pytest.mark.parametrize("label", BAD_PLACES)
def test_bad_places(programme: Programme, tmp_path: Path, label: str):
    rows, places = BAD_PLACES[label]
    path = tmp_path / "places.csv"
    path.write_text(PLACE_HEAD + rows, encoding="utf-8")
    assert said(import_places(programme.rt, path)) == places
    assert programme.count(place) == 4
