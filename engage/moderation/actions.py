"""Looking at a text before anybody else may read it."""

from __future__ import annotations

from engage.moderation.rules import Screening, screened


def screen(text: str) -> Screening:
    """Screen what a citizen wrote; the one place every domain asks, in the transaction that stores it."""
    return screened(text)
