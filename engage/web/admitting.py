"""Few at a time: a crowd that comes back at once does not keep those who are in from being served.

A handler that does not wait runs to its end before anybody else, so thousands that are ready in the same
moment would all go before the next frame to a room. Here only a few pass in each tick; between two ticks
everything else that is ready has its turn. Who waits passes in the order of coming.
"""

from __future__ import annotations

import threading
import time
from collections import deque

AT_ONCE = 4
TICK_SECONDS = 0.001


class Gate:
    """Lets ``AT_ONCE`` pass in each tick."""

    def __init__(self) -> None:
        self._left = AT_ONCE
        self._until = 0.0
        self._waiting: deque[threading.Event] = deque()

    def pass_through(self) -> None:
        """Return when it is the caller's turn; at once where few come."""
        if not self._waiting:
            moment = time.monotonic()
            if moment >= self._until:
                self._left, self._until = AT_ONCE, moment + TICK_SECONDS
            if self._left > 0:
                self._left -= 1
                return
        mine = threading.Event()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            threading.Thread(target=self._tick, name="gate", daemon=True).start()
        mine.wait()

    def _tick(self) -> None:
        while self._waiting:
            time.sleep(TICK_SECONDS)
            for _ in range(min(AT_ONCE, len(self._waiting))):
                self._waiting.popleft().set()
