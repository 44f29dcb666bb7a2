"""Covering what screening notices in a question, so that the rest of it can be published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engage.core.errors import Conflict
from engage.core.messages import msg

COVER: Final = "＊＊＊"
_MOST: Final = 20
# What stands beside a number belongs to it: half of an identity number must not stay.
_JOINED: Final = frozenset("0123456789０１２３４５６７８９.@_-－")


def masked(text: str, noticed: Callable[[str], bool]) -> str:
    """``text`` with each place covered for which ``noticed`` (screening) holds it.

    The places are found by asking, so whatever screening learns to notice can be covered. Raises ``Conflict``
    where it cannot.
    """
    for _ in range(_MOST):
        if not noticed(text):
            return text
        start, end = _place(text, noticed)
        text = text[:start] + COVER + text[end:]
    raise Conflict(
        msg("What was noticed in this question cannot be covered. Please decline it with a reason.")
    )


def _place(text: str, noticed: Callable[[str], bool]) -> tuple[int, int]:
    """Where something is noticed: the shortest beginning that is ends there, and of that the shortest end."""
    end = _first(len(text), lambda at: noticed(text[:at]))
    length = _first(end, lambda size: noticed(text[end - size : end]))
    return _spread(text, end - length, -1), _spread(text, end, 1)


def _first(most: int, holds: Callable[[int], bool]) -> int:
    """A place in 1 … ``most`` where ``holds`` begins to be true; it is true at ``most``."""
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _spread(text: str, at: int, step: int) -> int:
    while 0 <= (place := at - (step < 0)) < len(text) and (
        text[place] in _JOINED or (text[place].isascii() and text[place].isalnum())
    ):
        at += step
    return at
