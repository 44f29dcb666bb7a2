"""Ranges in which numbers are counted. Without the heavy libraries."""

from __future__ import annotations

import math
from itertools import pairwise

MOST_BINS = 12
SMALLEST_STEP = 1e-6
"""Numbers are stored with at most six decimals."""


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
