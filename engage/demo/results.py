"""The published result of a survey, counted without pandas: what `engage.analysis.public` would answer.

A command runs in the web's program, which never loads the heavy libraries; a test holds both equal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from engage.analysis.disclosure import Table
from engage.analysis.published import NOBODY, OTHER, Counted, published
from engage.questions.definition import Definition, Question

_MOST_BINS: Final = 12


def public_result(definition: Definition, responses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``."""
    counted = [
        _counted(question, [one.get(question.id) for one in responses]) for question in definition.questions
    ]
    return published(counted, [0] * len(responses), _overlaps)


def _counted(question: Question, given: list[Any]) -> Counted:
    summary = question.kind.summary()
    kind, values = summary.kind, [value for value in given if value is not None]
    mean = sum(values) / len(values) if kind in ("scale", "numbers") and values else None
    bins = _bins(values) if kind == "numbers" and values else []
    if kind == "numbers":
        counts = _ranges(bins, values)
    elif kind == "texts":
        counts = ()
    else:
        found = Counter(code for value in values for code in _codes(value, bins))
        counts = tuple((code, found[code]) for code, _ in summary.labels)
    about = {
        "id": question.id,
        "text": dict(question.text),
        "kind": kind,
        "several": summary.several,
        "labels": {code: dict(text) for code, text in summary.labels},
    }

    def divide(groups: Mapping[str, int]) -> list[int]:
        return [NOBODY if value is None else _group(_codes(value, bins), groups) for value in given]

    return Counted(about, kind, summary.several, len(values), counts, mean, divide)


def _group(codes: Iterable[str], groups: Mapping[str, int]) -> int:
    return next((groups[code] for code in codes if code in groups), OTHER)


def _codes(value: Any, bins: list[float]) -> tuple[str, ...]:
    """The options an answer picked; the range a number lies in."""
    if isinstance(value, list):
        return tuple(value)
    return (_range(value, bins),) if bins else (str(value),)


def _overlaps(divisions: Sequence[list[int]]) -> Callable[[int, int], Table]:
    def table(one: int, other: int) -> Table:
        found = Counter(zip(divisions[one], divisions[other], strict=True))
        rows, columns = max(divisions[one], default=0) + 1, max(divisions[other], default=0) + 1
        return [[found[row, column] for column in range(columns)] for row in range(rows)]

    return table


def _bins(values: list[Any]) -> list[float]:
    """The edges of equal ranges on whole numbers, the last one closed at both ends."""
    low, high = min(values), max(values)
    if low == high:
        return [low, low + 1]
    step = 10.0 ** math.floor(math.log10((high - low) / _MOST_BINS))
    step *= next(by for by in (1, 2, 5, 10, 20) if (high - low) / (step * by) <= _MOST_BINS - 1)
    first = math.floor(low / step) * step
    return [round(first + step * at, 10) for at in range(math.floor((high - first) / step) + 2)]


def _ranges(bins: list[float], values: list[Any]) -> tuple[tuple[str, int], ...]:
    found = Counter(_range(value, bins) for value in values)
    return tuple((name, found[name]) for name in (f"{left:g}..{right:g}" for left, right in pairwise(bins)))


def _range(value: float, bins: list[float]) -> str:
    at = min(int((value - bins[0]) / (bins[1] - bins[0])), len(bins) - 2)
    return f"{bins[at]:g}..{bins[at + 1]:g}"
