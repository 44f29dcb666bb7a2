"""The registry of personal data: each personal column declares why it is kept and for how many days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData

from engage.core.messages import Message

_KEY = "personal"


@dataclass(frozen=True, slots=True)
class Personal:
    """``what`` says in plain words what is kept. ``since`` names the column from which ``days`` are counted.

    ``erase`` is what replaces the value; with ``whole_row`` the row is deleted instead. ``derived`` names a
    job and a column: what was derived from the row is made anew by that job with that column's value.
    """

    purpose: Message
    days: int
    what: Message | None = None
    since: str = "created_at"
    erase: str | None = None
    whole_row: bool = False
    derived: tuple[str, str] | None = None


def personal(
    purpose: Message,
    *,
    days: int,
    what: Message | None = None,
    since: str = "created_at",
    erase: str | None = None,
    whole_row: bool = False,
    derived: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The ``info`` of a personal column: ``mapped_column(info=personal(msg("…"), days=180))``."""
    return {_KEY: Personal(purpose, days, what, since, erase, whole_row, derived)}


_OUTSIDE: dict[str, Personal] = {}


def kept_outside(name: str, declared: Personal) -> None:
    """Declare personal data that lies in no table; whoever keeps it deletes it on time."""
    _OUTSIDE[name] = declared


def personal_outside() -> dict[str, Personal]:
    """What is declared so, by name."""
    return dict(_OUTSIDE)


def personal_columns(metadata: MetaData) -> Iterator[tuple[Column[Any], Personal]]:
    """Every declared personal column of ``metadata`` with its declaration, in table order."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            declared = column.info.get(_KEY)
            if declared is not None:
                yield column, declared
