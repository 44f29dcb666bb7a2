"""How long each greenlet keeps the hub: processor time of its thread, for others use this machine too."""

from __future__ import annotations

import time

import greenlet


class Turns:
    """``longest`` is the longest turn since it was last set, in seconds, and who had it."""

    def __init__(self) -> None:
        self.longest = (0.0, "")
        self._began = time.thread_time()

    def watch(self) -> None:
        """Measure from now on."""
        self._began = time.thread_time()
        greenlet.settrace(self._switched)

    def end(self) -> None:
        """Measure no more; the turn under way counts."""
        greenlet.settrace(None)
        self._count("the end")

    def _switched(self, _event: str, between: tuple[object, object]) -> None:
        self._count(repr(between[0]))

    def _count(self, who: str) -> None:
        now = time.thread_time()
        if now - self._began > self.longest[0]:
            self.longest = (now - self._began, who)
        self._began = time.thread_time()
