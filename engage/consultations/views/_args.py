"""Parts of addresses and forms, read as what they are: the input of a stranger."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from engage.consultations.models import CLAUSE_KEY_LENGTH

_E = TypeVar("_E", bound=StrEnum)
_LONGEST_NUMBER = 9


def number(text: str | None, default: int = 0) -> int:
    """A whole number from 0, or `default`."""
    if text and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return int(text)
    return default


def choice(enum: type[_E], text: str | None) -> _E | None:
    """The member a form names, or None."""
    try:
        return enum(text) if text else None
    except ValueError:
        return None


def clause_key(text: str | None) -> str:
    """A clause key, empty for the whole draft."""
    return (text or "")[:CLAUSE_KEY_LENGTH]
