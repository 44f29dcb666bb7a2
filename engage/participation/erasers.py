"""What people can have erased by their receipt code: each kind of receipt registers how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class Eraser:
    """``what`` names the kind, ``consequence`` says what goes and what stays.

    ``erase`` takes the object's id inside the running transaction, deletes or blanks what is personal, and is
    safe to run again (after a restore, or where the object is gone already). ``rows`` is the column (mapped
    attribute) of the objects' ids: a receipt goes when its object is gone, whatever it went by. ``lines``
    takes the ids of objects that one code opens and says of each in a line what it is.
    """

    what: Message
    consequence: Message
    erase: Callable[[int], None]
    rows: Any = None
    lines: Callable[[Sequence[int]], list[str]] | None = None


_erasers: dict[str, Eraser] = {}


def register_eraser(kind: str, eraser: Eraser) -> None:
    """Register how receipts of ``kind`` are erased; ``kind`` is the one given to ``receipts.issue``."""
    _erasers[kind] = eraser


def eraser_of(kind: str) -> Eraser | None:
    """How ``kind`` is erased, or ``None`` where nothing registered."""
    return _erasers.get(kind)


def rows_of_kinds() -> dict[str, Any]:
    """Where the objects of each kind of receipt lie."""
    return {kind: eraser.rows for kind, eraser in _erasers.items() if eraser.rows is not None}


def erasable_kinds() -> frozenset[str]:
    """The kinds of receipts that can be erased."""
    return frozenset(_erasers)
