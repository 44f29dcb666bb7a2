"""Texts as HTML, made once and kept while there is room: the same few are read again and again.

What takes long is made beside the hub, and whoever asks for it meanwhile waits for that one.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from markupsafe import Markup

from engage.core.threads import Shared, beside_the_hub

_Key = tuple[Hashable, ...]


class Rendered:
    """The texts last asked for, of at most ``room`` bytes together."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.used = 0
        self._kept: OrderedDict[_Key, Markup] = OrderedDict()
        self._shared = Shared()

    def get(self, key: _Key, make: Callable[[], Markup], *, lasting: bool) -> Markup:
        """What ``make`` makes of ``key``; ``lasting`` where that may take more than a moment.

        ``make`` must not need the request: it may run in another thread.
        """
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if not lasting:
            return self._keep(key, make())
        return self._keep(key, self._shared.get(key, lambda: beside_the_hub(make)))

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()
        self.used = 0

    def _keep(self, key: _Key, html: Markup) -> Markup:
        size = _size(key, html)
        if size <= self.room:
            while self.used + size > self.room:
                self.used -= _size(*self._kept.popitem(last=False))
            if key not in self._kept:
                self._kept[key] = html
                self.used += size
        return html


def _size(key: _Key, html: Markup) -> int:
    return _FOR_EACH + sum(map(sys.getsizeof, (*key, html)))


_FOR_EACH: Final = 300
rendered: Final = Rendered(48 * 1024 * 1024)
