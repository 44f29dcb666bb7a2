"""Tallies: pure functions from columns to counts, shares and means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engage.analysis.frame import Array, Mask, SurveyFrame
from engage.analysis.layout import Field
from engage.analysis.ranges import bin_edges, range_codes


@dataclass(frozen=True, slots=True)
class Tally:
    """What one question was answered.

    ``base`` answered among the ``asked``: their version had the question, and their answers led to it.
    ``counts`` holds for a choice or rating (option id, people), for numbers (range as ``first..last``,
    people); empty for texts. Shares are counts over ``base``; with several picks allowed they add up to more
    than one.
    """

    question: str
    kind: str
    asked: int
    base: int
    counts: tuple[tuple[str, int], ...] = ()
    mean: float | None = None
    median: float | None = None
    low: float | None = None
    high: float | None = None


def tally(frame: SurveyFrame, field: Field, kind: str, mask: Mask, asked: Mask) -> Tally:
    """Count ``field`` among the rows of ``mask``; ``kind`` is the summary kind of the question type."""
    within = mask & asked
    answered = frame.answered(field) & mask
    base = int(answered.sum())
    asked_count = int(within.sum())
    if kind == "texts":
        return Tally(field.question, kind, asked_count, base)
    if kind == "numbers":
        return _numbers(frame.numbers(field)[answered], field, asked_count, base)
    if field.storage == "mask":
        counts = tuple((code, int((frame.picked(field, code) & mask).sum())) for code in field.codes)
        return Tally(field.question, kind, asked_count, base, counts)
    found = pd.Series(frame.codes(field)[mask]).value_counts(sort=False)
    counts = tuple((str(code), int(count)) for code, count in found.items())
    mean = _mean_rating(counts, base) if kind == "scale" else None
    return Tally(field.question, kind, asked_count, base, counts, mean=mean)


def over_time(minutes: Array, mask: Mask, offset_minutes: int) -> tuple[tuple[str, int], ...]:
    """Responses per local day (``YYYY-MM-DD``), days without any included, in order."""
    chosen = minutes[mask]
    if not len(chosen):
        return ()
    days = (chosen + offset_minutes) // 1440
    first = int(days.min())
    counts = np.bincount(days - first)
    start = np.datetime64("1970-01-01", "D")
    return tuple((str(start + first + at), int(count)) for at, count in enumerate(counts))


def _mean_rating(counts: tuple[tuple[str, int], ...], base: int) -> float | None:
    return sum(int(code) * count for code, count in counts) / base if base else None


def _numbers(values: Array, field: Field, asked: int, base: int) -> Tally:
    if not base:
        return Tally(field.question, "numbers", asked, 0)
    low, high = float(values.min()), float(values.max())
    whole = field.is_whole
    counts, _ = np.histogram(values, bins=np.asarray(bin_edges(low, high, whole=whole)))
    codes = range_codes(low, high, whole=whole)
    ranges = tuple((code, int(count)) for code, count in zip(codes, counts, strict=True))
    return Tally(
        field.question,
        "numbers",
        asked,
        base,
        ranges,
        mean=float(values.mean()),
        median=float(np.median(values)),
        low=low,
        high=high,
    )
