"""Counting within fixed windows of time, in this process: storage of rate limits where there is no Redis."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from typing import Final

_DIGEST_BYTES: Final = 16


class WindowCounters:
    """Counts per key and window; a window's counts are dropped as a whole, so a hit costs the same always.

    (The memory storage of ``limits`` walks over all keys a hundred times a second: at 100,000 devices a
    minute that alone fills a core.) Of a key only a digest is kept, under a key of its own for each process:
    however long what a stranger sends, a count takes the same few bytes, and it names nobody.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._windows: dict[int, tuple[int, dict[bytes, int]]] = {}

    def hit(self, key: tuple[str, ...], amount: int, seconds: int) -> int:
        """Count one; answers 0 where at most ``amount`` came in this window, else seconds until the next."""
        moment = self._clock()
        window = int(moment // seconds)
        kept = self._windows.get(seconds)
        if kept is None or kept[0] != window:
            kept = self._windows[seconds] = (window, {})
        counts = kept[1]
        digest = hashlib.blake2b("\x1f".join(key).encode(), key=self._key, digest_size=_DIGEST_BYTES).digest()
        count = counts[digest] = counts.get(digest, 0) + 1
        return 0 if count <= amount else max(1, math.ceil((window + 1) * seconds - moment))
