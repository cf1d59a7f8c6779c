"""The walls of the house: who may import whom, how long a file may be, what the docs must name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsapp.cli import COMMANDS
from smsapp.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "smsapp"

FLOORS = (  # from the ground up; a room imports from lower floors and from itself
    {"settings", "gsm", "phone", "ref", "leash", "logs"},
    {"flow"},
    {"channels", "store"},
    {"runtime"},
    {"service"},
    {"web", "jobs", "schedule"},
    {"cli"},
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
SIMULATOR_MAY = {"gsm", "phone"}  # a stand-in for the gateway must not know the service

SERVICE = (  # inside service, from the top down: each imports only what stands further down
    {"lanes"},
    {"callbacks"},
    {"ussd", "inbound"},
    {"sender"},
    {"dialogue"},
    {"commands", "beyond"},
    {"retention"},
    {"corrections", "team_sms"},
    {"who"},
    {"call", "settling"},
    {"untold"},
    {"twins", "taking_back", "correctable", "on_word"},
    {"texted"},
    {"ending", "shown"},
    {"fillings"},
    {"doubt", "understood"},
    {"reports", "given"},
    {"drafts", "offers", "known", "privacy"},
    {"digest"},
    {"team"},
    {"waits"},
    {"effects"},
    {"broadcasts"},
    {"audience"},
    {"demonstration"},
    {"roster"},
    {"leaving", "roster_rules"},
    {"signals", "dismissal", "closing", "referred"},
    {"receipt", "uses", "ordering", "believed"},
    {"packing"},
    {"arrival", "tell_packed", "which_order"},
    {"alerts", "supply", "tasks", "queries", "me", "visits", "recalls", "errands", "registering"},
    {"tell_order"},
    {"packlist", "stock"},
    {"remind", "recurring"},
    {"remind_text", "overdue", "done"},
    {"need"},
    {"tips"},
    {"deaths", "months", "mistyped"},
    {"ladder", "answered", "filled", "numbers"},
    {"tell_chw", "alert_sms"},
    {"outbox", "outbox_sweep"},
    {"sending"},
    {"deliveries"},
    {"manager_month"},
    {"stock_days"},
    {"indicators"},
    {"roster_numbers", "roster_cells"},
    {"places"},
    {"moments"},
    {"caller"},
    {"watch", "timeline", "unread"},
    {"open_orders", "open_signals"},
    {"people", "table", "naming", "about"},
    {"people_check"},
    {"verdict", "operators"},
    {"prices", "period"},
)

LINES_OF_A_FILE = 250
LINES_OF_A_FUNCTION = 40
LONG_FILES = {  # file: why it is one piece
    "smsapp/store/tables.py": "the whole schema at one glance",
}
LONG_FUNCTIONS: dict[str, str] = {}  # file:function: why it is one piece


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "versions" not in path.parts]


def imports(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each of our own modules that a file names, with the line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports from smsapp on"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "smsapp":
                yield node.lineno, tuple(name.split(".")[1:])


def room_of(path: Path) -> str:
    parts = path.relative_to(HOUSE).parts
    return parts[0].removesuffix(".py")


def allowed(room: str, other: str) -> bool:
    """Whether a file of one room may import one of another."""
    if other == room or other.startswith("__"):
        return True
    if room in ("__main__", "cli"):
        return other in FLOOR or other == "simulator"
    if room == "simulator":
        return other in SIMULATOR_MAY
    return other in FLOOR and FLOOR[other] < FLOOR[room]


def wrong_imports() -> Iterator[str]:
    for path in sources("smsapp"):
        room = room_of(path)
        for line, parts in imports(path):
            if parts and not allowed(room, parts[0]):
                yield f"{path.relative_to(ROOT)}:{line}: {room} may not import {parts[0]}"


def test_every_room_has_a_floor():
    rooms = {room_of(path) for path in sources("smsapp")}
    assert rooms - FLOOR.keys() - {"__init__", "__main__", "simulator"} == set()


def test_imports_go_down_only():
    assert list(wrong_imports()) == []


@pytest.mark.parametrize(
    ("room", "other"),
    [
        ("flow", "store"),
        ("store", "channels"),
        ("store", "runtime"),
        ("service", "web"),
        ("jobs", "schedule"),
        ("web", "simulator"),
        ("simulator", "settings"),
        ("gsm", "phone"),
    ],
)
def test_the_rule_refuses(room: str, other: str):
    assert not allowed(room, other)


def test_inside_service_imports_go_down_only():
    height = {name: -rank for rank, names in enumerate(SERVICE) for name in names}
    files = {path.stem: path for path in sources("smsapp/service") if path.stem != "__init__"}
    assert files.keys() == height.keys(), "each file of service has its place in SERVICE"
    wrong = []
    for name, path in files.items():
        for line, parts in imports(path):
            other = parts[1] if len(parts) > 1 and parts[0] == "service" else name
            if other != name and height[other] >= height[name]:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {name} may not import {other}")
    assert wrong == []


def test_no_file_is_too_long():
    counts = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in [*sources("smsapp", "tests"), ROOT / "worker.py"]
    }
    long = {name: count for name, count in counts.items() if count > LINES_OF_A_FILE}
    assert long.keys() == LONG_FILES.keys(), long


def test_no_function_is_too_long():
    long = set()
    for path in [*sources("smsapp"), ROOT / "worker.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    long.add(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == LONG_FUNCTIONS.keys()


def test_nothing_is_called_by_a_name_that_says_nothing():
    empty = {"utils", "helpers", "common", "manager", "base"}
    assert [path for path in sources("smsapp", "tests") if path.stem in empty] == []


def test_every_setting_is_in_the_docs():
    page = (ROOT / "docs" / "settings.md").read_text()
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        default = f"{default:g}" if isinstance(default, float) else default
        shown = "empty" if default == "" else f"`{default}`"
        row = f"| `{name.upper()}` | {shown} | {field.description} |"
        assert row in page, f"docs/settings.md lacks this row:\n{row}"


def test_no_setting_in_the_docs_is_gone():
    page = (ROOT / "docs" / "settings.md").read_text()
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str):
    assert f"`smsapp {command}" in (ROOT / "README.md").read_text()
