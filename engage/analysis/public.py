"""The columns counted for the public result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engage.analysis.asked import asked_mask
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.disclosure import K, Table, too_few_between
from engage.analysis.frame import Array, SurveyFrame
from engage.analysis.layout import Field
from engage.analysis.published import NOBODY, OTHER, Counted, Earlier, pick_limits, published
from engage.analysis.ranges import Ranges, crowded_ranges
from engage.analysis.tallies import Tally

_CELLS_AT_ONCE = 20_000_000


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier publication: its number of responses, the highest of their ids, and its questions."""

    responses: int
    through_id: int
    questions: list[dict[str, Any]]


def public_questions(dashboard: Dashboard, before: Sequence[Before] = ()) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``, small groups withheld.

    They tell of none beside what was public ``before`` either.
    """
    tallies = dashboard.tallies(Filter())
    counted = [
        _counted(dashboard, field, tally)
        for field, tally in zip(dashboard.fields.values(), tallies, strict=True)
    ]
    everyone = np.zeros(dashboard.frame.rows, dtype=np.int16)
    earlier = [_earlier(dashboard.frame.ids(), one) for one in before]
    return published(counted, everyone, _overlaps, earlier)


def too_few_since(frame: SurveyFrame, before: Sequence[Before]) -> bool:
    """Whether fewer than ten responses, and some, came or went since one of the earlier publications."""
    ids = frame.ids()
    kept = [int((ids <= one.through_id).sum()) for one in before]
    return any(
        too_few_between(len(ids) - left, one.responses - left) for one, left in zip(before, kept, strict=True)
    )


def _earlier(ids: Array, before: Before) -> Earlier:
    inside = ids <= before.through_id

    def among(division: Array) -> Array:
        return np.where(inside, division, np.int16(division.max(initial=0) + 1))

    return Earlier(before.questions, before.responses - int(inside.sum()), among)


def _counted(dashboard: Dashboard, field: Field, tally: Tally) -> Counted:
    question = dashboard.questions[tally.question]
    several = field.storage == "mask"
    about = {
        "id": tally.question,
        "text": dict(question.text),
        "kind": tally.kind,
        "several": several,
        "labels": {code: dict(text) for code, text in dashboard.labels(tally.question).items()},
    }

    ranges, counts = None, tally.counts
    if tally.kind == "numbers":
        values = dashboard.frame.numbers(field)[dashboard.frame.answered(field)]
        ranges = crowded_ranges(np.sort(values).tolist(), K, whole=field.is_whole)
        counts = _counts(values, ranges)

    def divide(groups: Mapping[str, int]) -> Array:
        return _divide(dashboard.frame, field, ranges, groups)

    asked = asked_mask(dashboard.frame, field, dashboard.fields).astype(np.int16)
    limits = pick_limits(dashboard.frame.store.definitions.values(), tally.question)
    return Counted(about, tally.kind, several, tally.base, counts, tally.mean, divide, asked, limits)


def _counts(values: Array, ranges: Ranges | None) -> tuple[tuple[str, int], ...]:
    if ranges is None:
        return ()
    found = np.bincount(_at(values, ranges), minlength=len(ranges.codes))
    return tuple((code, int(count)) for code, count in zip(ranges.codes, found, strict=True))


def _at(values: Array, ranges: Ranges) -> Array:
    """Which of the ranges each value lies in."""
    at: Array = np.searchsorted(np.asarray(ranges.edges), values, side="right") - 1
    return np.clip(at, 0, len(ranges.codes) - 1)


def _divide(frame: SurveyFrame, field: Field, ranges: Ranges | None, groups: Mapping[str, int]) -> Array:
    answered = frame.answered(field)
    found = np.where(answered, np.int16(OTHER), np.int16(NOBODY))
    if field.storage in ("code", "mask"):
        for code, group in groups.items():
            found[frame.picked(field, code)] = group
    elif groups and ranges is not None:
        by_range = np.array([groups.get(code, OTHER) for code in ranges.codes], dtype=np.int16)
        found[answered] = by_range[_at(frame.numbers(field)[answered], ranges)]
    return found


def _overlaps(divisions: Sequence[Array]) -> Callable[[int, int], Table]:
    """How many responses each two groups share: all at once, as a product of matrices."""
    sizes = [int(one.max(initial=0)) + 1 for one in divisions]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    shared = np.zeros((starts[-1], starts[-1]))
    rows = max(1, _CELLS_AT_ONCE // int(starts[-1]))
    for first in range(0, len(divisions[0]), rows):
        part = [one[first : first + rows] for one in divisions]
        groups = np.concatenate(
            [one[:, None] == np.arange(size) for one, size in zip(part, sizes, strict=True)], axis=1
        ).astype(np.float32)
        shared += groups.T @ groups

    def table(one: int, other: int) -> Table:
        rows, columns = slice(starts[one], starts[one + 1]), slice(starts[other], starts[other + 1])
        found: Table = shared[rows, columns].astype(int).tolist()
        return found

    return table
