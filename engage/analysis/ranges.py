"""Ranges in which numbers are counted. Without the heavy libraries."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_BINS = 12
SMALLEST_STEP = 1e-6
"""Numbers are stored with at most six decimals."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges side by side: the one called ``codes[at]`` goes from ``edges[at]`` to the next edge.

    ``..last`` and ``first..`` hold whatever is smaller or larger too.
    """

    edges: list[float]
    codes: list[str]

    def code(self, value: float) -> str:
        """The range in which ``value`` lies."""
        return self.codes[min(max(0, bisect_right(self.edges, value) - 1), len(self.codes) - 1)]


def crowded_ranges(ordered: Sequence[float], least: int, *, whole: bool) -> Ranges | None:
    """Ranges of numbers in ``ordered`` of which the outermost hold ``least`` people each.

    The smallest and the largest answer are of one person, and both name and width of ranges up to them tell
    them; so those further out are counted in open ranges (top and bottom coding: Hundepool et al.,
    Statistical Disclosure Control, 2012, 3.5). None where that leaves nothing to say.
    """
    if len(ordered) < least or ordered[-least] < ordered[least - 1]:
        return None
    low, high = ordered[least - 1], ordered[-least]
    edges, codes = bin_edges(low, high, whole=whole), range_codes(low, high, whole=whole)
    if ordered[0] < edges[0]:
        codes[0] = f"..{codes[0].rpartition('..')[2]}"
    if ordered[-1] > high and (len(codes) == 1 or ordered[-1] >= edges[-1]):
        codes[-1] = f"{codes[-1].partition('..')[0]}.."
    return None if codes == [".."] else Ranges(edges, codes)


def bin_edges(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Edges of at most ``MOST_BINS`` equal ranges on round numbers (1, 2 or 5 times a power of ten).

    Ranges of ``whole`` numbers are whole numbers wide: few of them have a range each.
    """
    if high - low < SMALLEST_STEP:
        return [low, max(high, low + 1)]
    step = 10.0 ** math.floor(math.log10((high - low) / MOST_BINS))
    step *= next(by for by in (1, 2, 5, 10, 20) if (high - low) / (step * by) <= MOST_BINS - 1)
    if whole:
        step = max(step, 1.0)
    first = math.floor(low / step) * step
    count = math.floor((high - first) / step) + 1
    edges = [round(float(first + step * at), 10) for at in range(count + 1)]
    # Rounding of very large or very close numbers must not leave the largest one outside.
    return [min(edges[0], low), *edges[1:-1], max(edges[-1], high)]


def range_codes(low: float, high: float, *, whole: bool = False) -> list[str]:
    """The ranges between ``bin_edges`` as ``first..last``; a single number stands for itself.

    A range of whole numbers ends with the last in it, any other with the first of the next.
    """
    if high - low < SMALLEST_STEP:
        return [_text(low)]
    pairs = pairwise(bin_edges(low, high, whole=whole))
    return [_code(left, right - 1 if whole else right) for left, right in pairs]


def _code(first: float, last: float) -> str:
    return _text(first) if first == last else f"{_text(first)}..{_text(last)}"


def _text(number: float) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".")
