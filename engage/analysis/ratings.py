"""What the figures of a rating mean: out of how many, and which share chose its upper half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_SATISFACTION = ("满意", "satisf")


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """A scale ends at ``highest``; ``favourable`` of the answers (0 to 1) lie from ``lowest_good`` on.

    ``favourable`` is None where it would need a figure that is not there. ``is_satisfaction`` says that the
    scale asks how satisfied people are, so that the share is their 满意率.
    """

    highest: int
    lowest_good: int
    favourable: float | None
    is_satisfaction: bool


def rating_figures(
    codes: Iterable[str], shares: Mapping[str, float], words: Iterable[str]
) -> RatingFigures | None:
    """What a rating with steps ``codes`` says; ``shares`` are those known, ``words`` what is asked.

    The upper half are the steps above the middle: 4 and 5 of 1 to 5, as in 满意 and 很满意. None where
    ``codes`` are no steps.
    """
    steps = sorted(int(code) for code in codes if code.isdecimal())
    if len(steps) < 2:
        return None
    good = [step for step in steps if 2 * step > steps[0] + steps[-1]]
    known = [shares[str(step)] for step in good if str(step) in shares]
    return RatingFigures(
        highest=steps[-1],
        lowest_good=good[0],
        favourable=min(1.0, sum(known)) if len(known) == len(good) else None,
        is_satisfaction=any(sign in text.lower() for text in words for sign in _SATISFACTION),
    )


def tile_rating(tile: Mapping[str, Any], titles: Iterable[str]) -> RatingFigures | None:
    """What a tile of the dashboard says where it is a rating; ``titles`` are those of its survey."""
    if tile["kind"] != "scale":
        return None
    shares = {code: count / tile["base"] if tile["base"] else 0.0 for code, count in tile["counts"]}
    return rating_figures(tile["labels"], shares, [*titles, tile["title"], *tile["labels"].values()])
