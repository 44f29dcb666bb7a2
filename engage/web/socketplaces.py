"""How many sockets each device and each network holds, so that nobody takes all there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class Places:
    """The sockets of one process. A device unknown to us counts for its network only."""

    def __init__(self, per_device: int, per_network: int) -> None:
        self._most = (per_device, per_network)
        self._taken: Counter[tuple[int, str]] = Counter()

    def take(self, device: str | None, network: str) -> Callable[[], None] | None:
        """What gives the place back, to be called once; ``None`` where there is none left."""
        wanted = [(kind, name) for kind, name in enumerate((device, network)) if name is not None]
        if any(self._taken.get(place, 0) >= self._most[place[0]] for place in wanted):
            return None
        self._taken.update(wanted)
        return lambda: self._give_back(wanted)

    def _give_back(self, places: list[tuple[int, str]]) -> None:
        for place in places:
            self._taken[place] -= 1
            if not self._taken[place]:
                del self._taken[place]
