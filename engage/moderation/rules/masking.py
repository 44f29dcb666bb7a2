"""Covering what screening notices in a text, so that the rest of it can be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from engage.core.errors import Conflict
from engage.core.messages import msg

COVER: Final = "＊＊＊"
_ROUNDS: Final = 5
# What stands beside a number belongs to it: half of an identity number must not stay.
_JOINED: Final = frozenset("0123456789０１２３４５６７８９.@_-－")


def masked(text: str, places_in: Callable[[str], Iterable[tuple[int, int]]]) -> str:
    """``text`` with each place covered that ``places_in`` (screening) finds: pairs of start and end.

    What is left is looked at again. Raises ``Conflict`` where places are still found after some rounds.
    """
    for _ in range(_ROUNDS):
        places = sorted(_spread(text, start, end) for start, end in places_in(text))
        if not places:
            return text
        text = _covered(text, places)
    raise Conflict(msg("What was noticed in this text cannot be covered. Please decline it with a reason."))


def _covered(text: str, places: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in places:
        if start >= done:
            parts += (text[done:start], COVER)
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _spread(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and _belongs(text[start - 1]):
        start -= 1
    while end < len(text) and _belongs(text[end]):
        end += 1
    return start, end


def _belongs(sign: str) -> bool:
    return sign in _JOINED or (sign.isascii() and sign.isalnum())
