"""What the network saw: every SMS accepted, every callback and its answer, every hop.

The record is the outside witness of the invariants. It is a file of JSON lines, so it survives
both the simulator's and the service's death; a line is written before the network acts on it.
"""

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Entry = dict[str, Any]

KINDS = ("accepted", "refused", "sms", "callback", "hop")
FULL_BYTES = 50_000_000  # a record larger than this is set aside at the next start


class Record:
    """The entries of one network, each with `n`, `kind` and `at`, in the order they happened."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._inboxes: dict[str, list[Entry]] = defaultdict(list)
        self._file = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "record.jsonl"
            _set_aside(path)
            for entry in _read(path):
                self._keep(entry)
            self._file = path.open("a", encoding="utf-8")

    def add(self, kind: str, **fields: object) -> Entry:
        """Write one entry and return it."""
        with self._lock:
            n = self._entries[-1]["n"] + 1 if self._entries else 1
            entry: Entry = {"n": n, "kind": kind, "at": datetime.now(UTC).isoformat(), **fields}
            if self._file is not None:
                self._file.write(json.dumps(entry) + "\n")
                self._file.flush()
            self._keep(entry)
            return entry

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        if entry["kind"] == "accepted" and entry["arrives"]:
            self._inboxes[entry["phone"]].append(entry)

    def since(self, n: int, kinds: Iterable[str] = KINDS) -> dict[str, list[Entry]]:
        """Every entry after the n-th, by kind."""
        with self._lock:
            found = [entry for entry in self._entries if entry["n"] > n]
        return {kind: [entry for entry in found if entry["kind"] == kind] for kind in kinds}

    def find(self, kind: str, test: Callable[[Entry], bool]) -> list[Entry]:
        """The entries of one kind that pass a test, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry["kind"] == kind and test(entry)]

    def inbox(self, phone: str) -> list[Entry]:
        """What reached one phone, oldest first."""
        with self._lock:
            return list(self._inboxes.get(phone, ()))

    def others(self, known: Iterable[str]) -> list[str]:
        """Numbers that received an SMS and are not among those known."""
        with self._lock:
            return sorted(set(self._inboxes) - set(known))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _set_aside(path: Path) -> None:
    if path.exists() and path.stat().st_size > FULL_BYTES:
        path.replace(path.with_suffix(".old.jsonl"))


def _read(path: Path) -> list[Entry]:
    """The entries of an earlier run; a last line that a crash cut short is taken off the file."""
    if not path.exists():
        return []
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    return [json.loads(line) for line in whole.splitlines()]
