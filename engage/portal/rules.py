"""What the pages derive from times and words: pure, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

MONTHS: Final = range(1, 13)
DONE, NOW, NEXT = "done", "now", "next"


@dataclass(frozen=True, slots=True)
class MonthSlot:
    """A month of a calendar: the places in the list of what falls into it, and whether it is this month."""

    month: int
    places: tuple[int, ...]
    now: bool


def month_slots(months: Sequence[int], year: int, today: date) -> list[MonthSlot]:
    """The twelve months of ``year`` with the places in ``months`` that name them."""
    return [
        MonthSlot(
            month,
            tuple(place for place, named in enumerate(months) if named == month),
            (year, month) == (today.year, today.month),
        )
        for month in MONTHS
    ]


def chosen_year(asked: int | None, years: Sequence[int], this_year: int) -> int:
    """The year a calendar shows: the asked one where it has theme days, else this one, else the newest."""
    if asked in years:
        return int(asked or this_year)
    if this_year in years or not years:
        return this_year
    return max(years)


def progress(
    *, begun: bool, going_on: bool, said: int, handled: int, adopted: int, results: bool
) -> dict[str, str]:
    """How far the story of a theme day is: each step ``done``, ``now`` or ``next``.

    ``going_on`` says that people can still take part, ``results`` that a result about a draft is public;
    ``handled`` has a reply or an outcome, ``adopted`` was adopted at least in part.
    """
    taking_part = NOW if going_on else DONE if begun else NEXT
    answering = NEXT if not said else DONE if handled >= said and not going_on else NOW
    return {
        "took_part": taking_part,
        "said": taking_part if said or going_on else NEXT if not begun else DONE,
        "answered": answering,
        "adopted": DONE if results else NOW if adopted else NEXT,
    }
