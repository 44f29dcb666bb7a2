"""Looking at a text before anybody else may read it."""

from __future__ import annotations

from engage.moderation.rules import Screening, places_in, screened


def screen(text: str) -> Screening:
    """Screen what a citizen wrote; the one place every domain asks.

    It takes some microseconds a character: longer texts are screened before the transaction that stores them.
    """
    return screened(text)


def places(text: str) -> list[tuple[int, int]]:
    """Where in ``text`` screening notices something: pairs of start and end."""
    return [(place.start, place.end) for place in places_in(text)]
