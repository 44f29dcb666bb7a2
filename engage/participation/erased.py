"""What people had erased, written down a second time beside the database: a restore needs it most when the
database cannot be read any more. Names kinds and numbers of rows, holds no personal data.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engage.core.threads import beside_the_hub

NAME = "deletions.jsonl"
# Only whole lines count.
_MARK = re.compile(rb'^\{"mark": "([\w-]+)".*\}$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Noted:
    """An erasure as it is carried over a restore; ``mark`` tells it from every other one."""

    mark: str
    kind: str
    object_id: int
    day: date


def write_down(instance: Path, noted: Iterable[Noted]) -> None:
    """Add to the list those of ``noted`` that it lacks; they are on the disk afterwards."""
    wanted = list(noted)
    beside_the_hub(lambda: _append(instance / NAME, wanted))


def read(instance: Path) -> list[Noted] | None:
    """The list, or ``None`` where there is none or it cannot be read."""
    try:
        return _parsed((instance / NAME).read_bytes())
    except OSError:
        return None


def joined(first: Iterable[Noted], second: Iterable[Noted]) -> list[Noted]:
    """Those of both lists, each once."""
    return list({noted.mark: noted for noted in (*first, *second)}.values())


def _append(path: Path, wanted: list[Noted]) -> None:
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        data = file.read()
        known = {mark.decode() for mark in _MARK.findall(data)}
        lines = [_line(noted) for noted in wanted if noted.mark not in known]
        if not lines:
            return
        # A line cut off by a full disk must not swallow the next one.
        broken = "" if not data or data.endswith(b"\n") else "\n"
        file.write((broken + "".join(lines)).encode())
        file.flush()
        os.fsync(file.fileno())


def _line(noted: Noted) -> str:
    told = {"mark": noted.mark, "kind": noted.kind, "id": noted.object_id, "day": noted.day.isoformat()}
    return json.dumps(told) + "\n"


def _parsed(data: bytes) -> list[Noted]:
    found = []
    for line in data.splitlines():
        try:
            told = json.loads(line)
            found.append(
                Noted(str(told["mark"]), str(told["kind"]), int(told["id"]), date.fromisoformat(told["day"]))
            )
        except (ValueError, KeyError, TypeError):
            continue
    return found
