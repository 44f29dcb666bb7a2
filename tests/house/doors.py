"""The expectation table of doors: who may pass each route and socket event.

``doors.txt`` is read by people: one line for each endpoint (or socket event), its methods, its door and, at
the staff door, the permission (several with a bar between them: any will do). ``python -m
tests.house.doors`` prints the lines the application would need; look at each new one, then add it.
``grants.txt`` says beside it which role has which permission.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from engage import create_app
from engage.web import realtime
from engage.web.guards import Guard, guard_of
from tests.fixtures.database import make_config

TABLE = Path(__file__).with_name("doors.txt")
GRANTS_TABLE = Path(__file__).with_name("grants.txt")
SOCKET = "SOCKET"
_IMPLIED = {"HEAD", "OPTIONS"}


@dataclass(frozen=True, order=True, slots=True)
class Line:
    """One line of the table; ``permission`` is empty but at the staff door."""

    endpoint: str
    methods: str
    door: str
    permission: str = ""

    def __str__(self) -> str:
        return f"{self.endpoint:<38} {self.methods:<9} {self.door:<14} {self.permission}".rstrip()


def expected() -> list[Line]:
    """The lines of the table, comments and empty lines left out."""
    lines = []
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        words = row.partition("#")[0].split()
        if words:
            lines.append(Line(*words))
    return lines


def granted() -> dict[str, frozenset[str]]:
    """The permissions of each role as the table of grants has them."""
    rows = [row.split() for row in GRANTS_TABLE.read_text(encoding="utf-8").splitlines() if row[:1] != "#"]
    (_, *roles), lines = rows[0], rows[1:]
    assert all(len(line) == len(roles) + 1 and set(line[1:]) <= {"x", "-"} for line in lines)
    return {
        role: frozenset(permission for permission, *marks in lines if marks[number] == "x")
        for number, role in enumerate(roles)
    }


def actual(app: Flask) -> list[Line]:
    """The lines as the application has them."""
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update((rule.methods or set()) - _IMPLIED)
    lines = [
        _line(endpoint, ",".join(sorted(allowed)), guard_of(app.view_functions[endpoint]))
        for endpoint, allowed in methods.items()
    ]
    lines += [_line(name, SOCKET, guard) for name, guard in realtime.EVENTS.items()]
    return sorted(lines)


def _line(name: str, methods: str, guard: Guard | None) -> Line:
    if guard is None:
        return Line(name, methods, "NO-GUARD")
    wanted = [guard.permission, *guard.others] if guard.permission else []
    return Line(name, methods, guard.door.value, "|".join(permission.value for permission in wanted))


def main() -> None:
    """Print the whole table as the application would have it, new lines marked."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(make_config(Path(folder), f"sqlite:///{folder}/engage.db"))
        known = set(expected()) if TABLE.exists() else set()
        for line in actual(app):
            sys.stdout.write(f"{line}{'' if line in known else '    # new: is this right?'}\n")


if __name__ == "__main__":
    main()
