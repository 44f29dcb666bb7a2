"""What one room costs by the number of its questions: its pages, a join, and coming back after a while.

    python -m benchmarks.room [--questions 1 1000 5000] [--times 100]

For each number of published questions, and as many that wait, a web process of its own on a fresh database.
`ms` is the server's processor time for one request or one join, `KB` what travels for it (pages gzipped,
sockets as they are). A join `anew` names no `have` and is answered with a snapshot, `far behind` lacks more
rows than a catch-up folds, `in step` has the newest page. Of the moderators' console the page, a page of a
column (`rows`, by supports), a search, and what it takes where it begins anew (`snapshot`). The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import _http, _web
from benchmarks._sockets import SOURCES, Crowd, Viewer
from benchmarks.live import Live

_STAFF = "staff"
_WARM = 5


class Joins(Live):
    """Viewers that say what they `have`, and count the bytes of their first answer."""

    def __init__(self, room: str, have: dict[str, int] | None) -> None:
        super().__init__(room)
        self.told = have
        self.bytes = 0

    def entered(self, viewer: Viewer, text: bytes) -> bool:
        if self.told is not None:
            viewer.have = self.told
        entered = super().entered(viewer, text)
        if entered:
            self.bytes = len(text)
        return entered


class Cost:
    """What requests to one server cost it."""

    def __init__(self, server: _web.Server, times: int) -> None:
        address = urlsplit(server.url)
        self.host, self.port = address.hostname or "127.0.0.1", address.port or 80
        self.server, self.times = server, times
        self.room, _, self.cookie = server.survey.partition("|")

    def page(self, path: str, cookies: dict[str, str] | None = None) -> dict[str, float]:
        """Open a page again and again, each time as another phone."""

        def get(number: int) -> int:
            connection = _http.Connection(self.host, self.port, f"127.0.0.{2 + number % SOURCES}")
            try:
                answer = connection.get(path, cookies)
            finally:
                connection.close()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}.")
            return int(answer.headers.get("content-length", len(answer.body)))

        return self._measured(get)

    def join(self, have: dict[str, int] | None) -> dict[str, float]:
        """Let viewers join and leave again; their pages were opened before."""
        kind = Joins(self.room, have)
        viewers = [Viewer(number) for number in range(_WARM + self.times)]
        kind.prepare(self.host, self.port, viewers)
        self._joined(kind, viewers[:_WARM])
        cpu = self.server.cpu_seconds()
        self._joined(kind, viewers[_WARM:])
        spent = self.server.cpu_seconds() - cpu
        return {"ms": round(spent * 1000 / self.times, 2), "KB": round(kind.bytes / 1024, 1)}

    def _joined(self, kind: Joins, viewers: list[Viewer]) -> None:
        crowd = Crowd(self.host, self.port, viewers)
        try:
            crowd.join(kind.first_word, kind.entered)
        finally:
            crowd.close()

    def _measured(self, run: Callable[[int], int]) -> dict[str, float]:
        for number in range(_WARM):
            run(number)
        cpu = self.server.cpu_seconds()
        size = [run(_WARM + number) for number in range(self.times)][-1]
        spent = self.server.cpu_seconds() - cpu
        return {"ms": round(spent * 1000 / self.times, 2), "KB": round(size / 1024, 1)}


def measure(questions: int, times: int) -> dict[str, dict[str, float]]:
    """The costs of a room with so many questions."""
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="engage-bench-") as folder:
        server = _web.start(Path(folder), questions, "benchmarks._seed_room")
        try:
            _web.pin_load(os.getpid(), server)
            cost = Cost(server, times)
            staff, desk = {_STAFF: cost.cookie}, f"/staff/live/{cost.room}"
            return {
                "room": cost.page(f"/live/{cost.room}"),
                "ask": cost.page(f"/live/{cost.room}/ask"),
                "console": cost.page(f"{desk}/console", staff),
                "console rows": cost.page(f"{desk}/queue?column=approved&by=supports", staff),
                "console search": cost.page(f"{desk}/queue?column=pending&q=%E5%87%8F%E5%85%8D", staff),
                "console snapshot": cost.page(f"{desk}/stream", staff),
                "join in step": cost.join(None),
                "join anew": cost.join({}),
                "join far behind": cost.join({"public": 0, "mine": 0}),
            }
        finally:
            os.sched_setaffinity(0, cores)
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, nargs="+", default=[1, 1000, 5000])
    parser.add_argument("--times", type=int, default=100, help="requests of each kind")
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    for questions in arguments.questions:
        found[str(questions)] = measure(questions, arguments.times)
    kinds = list(next(iter(found.values())))
    print(f"{'questions':<17}" + "".join(f"{name:>22}" for name in kinds))
    for questions, costs in found.items():
        cells = [f"{costs[name]['ms']:.2f} ms {costs[name]['KB']:.1f} KB" for name in kinds]
        print(f"{questions:<17}" + "".join(f"{cell:>22}" for cell in cells))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
