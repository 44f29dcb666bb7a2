"""The published result of a survey, counted without pandas: what `engage.analysis.public` would answer.

A command runs in the web's program, which never loads the heavy libraries; a test holds both equal.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from engage.analysis import disclosure
from engage.questions.definition import Definition, Question

_MOST_BINS: Final = 12


def public_result(definition: Definition, responses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``."""
    return [_question(question, responses) for question in definition.questions]


def _question(question: Question, responses: Sequence[dict[str, Any]]) -> dict[str, Any]:
    summary = question.kind.summary()
    values = [answers[question.id] for answers in responses if question.id in answers]
    return {
        "id": question.id,
        "text": dict(question.text),
        "kind": summary.kind,
        "several": summary.several,
        **_numbers(summary.kind, [code for code, _ in summary.labels], values, several=summary.several),
        "labels": {code: dict(text) for code, text in summary.labels},
    }


def _numbers(kind: str, codes: list[str], values: list[Any], *, several: bool) -> dict[str, Any]:
    base = len(values)
    if not disclosure.publishable(base):
        return {"state": "withheld"}
    if kind == "texts":
        return {"state": "texts", "base": base}
    mean = sum(values) / base if kind in ("scale", "numbers") else None
    if kind == "numbers":
        counts = _ranges(values)
    else:
        found = Counter(_flat(values))
        counts = tuple((code, found[code]) for code in codes)
    shown = disclosure.several(counts, base) if several else disclosure.exclusive(counts)
    return {
        "state": "shown",
        "base": base,
        "rows": [[code, count, round(count / base, 4)] for code, count in shown.shown],
        "merged": list(shown.merged),
        "merged_count": shown.merged_count,
        "mean": round(mean, 2) if mean is not None else None,
    }


def _flat(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        yield from value if isinstance(value, list) else (str(value),)


def _ranges(values: list[Any]) -> tuple[tuple[str, int], ...]:
    """Whole numbers in equal ranges, the last one closed at both ends."""
    low, high = min(values), max(values)
    if low == high:
        return ((f"{low:g}..{low + 1:g}", len(values)),)
    step = 10.0 ** math.floor(math.log10((high - low) / _MOST_BINS))
    step *= next(by for by in (1, 2, 5, 10, 20) if (high - low) / (step * by) <= _MOST_BINS - 1)
    first = math.floor(low / step) * step
    edges = [round(first + step * at, 10) for at in range(math.floor((high - first) / step) + 2)]
    last = len(edges) - 2
    found = Counter(min(int((value - first) / step), last) for value in values)
    return tuple((f"{left:g}..{right:g}", found[at]) for at, (left, right) in enumerate(pairwise(edges)))
