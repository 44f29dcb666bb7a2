"""The published result of a survey, counted without pandas: what `engage.analysis.public` would answer.

A command runs in the web's program, which never loads the heavy libraries; a test holds both equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from engage.analysis.disclosure import K, Table
from engage.analysis.published import NOBODY, OTHER, Counted, Earlier, pick_limits, published
from engage.analysis.ranges import Ranges, crowded_ranges
from engage.questions.definition import Definition, Question
from engage.questions.logic import Condition, both, evaluate


def public_result(
    definition: Definition,
    responses: Sequence[dict[str, Any]],
    before: Sequence[tuple[int, list[dict[str, Any]]]] = (),
) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``.

    ``before`` are earlier publications: how many of the first responses they counted, and their questions.
    """
    counted = [
        _counted(
            question,
            [one.get(question.id) for one in responses],
            _asked(both(page.show_if, question.show_if), responses),
            pick_limits([definition], question.id),
        )
        for page in definition.pages
        for question in page.questions
    ]
    earlier = [Earlier(questions, 0, partial(_among, size)) for size, questions in before]
    return published(counted, [0] * len(responses), _overlaps, earlier)


def _among(size: int, division: list[int]) -> list[int]:
    return division[:size] + [max(division, default=0) + 1] * (len(division) - size)


def _asked(condition: Condition | None, responses: Sequence[dict[str, Any]]) -> list[int]:
    return [int(condition is None or evaluate(condition, one)) for one in responses]


def _counted(question: Question, given: list[Any], asked: list[int], limits: frozenset[int]) -> Counted:
    summary = question.kind.summary()
    kind, values = summary.kind, [value for value in given if value is not None]
    mean = sum(values) / len(values) if kind in ("scale", "numbers") and values else None
    ranges = _ranges(question, values)
    possible = ranges.codes if ranges else [code for code, _ in summary.labels]
    found = Counter(code for value in values for code in _codes(value, ranges)) if possible else Counter()
    counts = tuple((code, found[code]) for code in possible)
    about = {
        "id": question.id,
        "text": dict(question.text),
        "kind": kind,
        "several": summary.several,
        "labels": {code: dict(text) for code, text in summary.labels},
    }

    def divide(groups: Mapping[str, int]) -> list[int]:
        return [NOBODY if value is None else _group(_codes(value, ranges), groups) for value in given]

    return Counted(about, kind, summary.several, len(values), counts, mean, divide, asked, limits)


def _group(codes: Iterable[str], groups: Mapping[str, int]) -> int:
    return next((groups[code] for code in codes if code in groups), OTHER)


def _codes(value: Any, ranges: Ranges | None) -> tuple[str, ...]:
    """The options an answer picked; the range a number lies in."""
    if isinstance(value, list):
        return tuple(value)
    return (ranges.code(value) if ranges else str(value),)


def _overlaps(divisions: Sequence[list[int]]) -> Callable[[int, int], Table]:
    def table(one: int, other: int) -> Table:
        found = Counter(zip(divisions[one], divisions[other], strict=True))
        rows, columns = max(divisions[one], default=0) + 1, max(divisions[other], default=0) + 1
        return [[found[row, column] for column in range(columns)] for row in range(rows)]

    return table


def _ranges(question: Question, values: list[Any]) -> Ranges | None:
    if question.kind.summary().kind != "numbers" or not values:
        return None
    return crowded_ranges(sorted(values), K, whole=question.kind.column(question.id).storage == "integer")
