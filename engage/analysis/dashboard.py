"""One survey's dashboard as data: filter in, tiles out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from engage.analysis import charts
from engage.analysis.asked import asked_mask
from engage.analysis.frame import Mask, SurveyFrame
from engage.analysis.layout import Field
from engage.analysis.tallies import Tally, over_time, tally
from engage.core.clock import local, now
from engage.questions.definition import Question

TEXTS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """Only responses that picked ``code`` in ``question``; both empty: all responses."""

    question: str = ""
    code: str = ""


class Dashboard:
    """The tiles of one survey over a frame that is already refreshed."""

    def __init__(self, frame: SurveyFrame) -> None:
        self.frame = frame
        self.fields = frame.store.fields()
        self.questions = _questions(frame)

    def build(self, chosen: Filter, language: str, *, figures: bool = True) -> dict[str, Any]:
        """Everything the page shows, as JSON values: totals, the timeline and a tile per question."""
        mask = self.mask(chosen)
        days = over_time(self.frame.minutes(), mask, _offset_minutes())
        return {
            "total": self.frame.rows,
            "filtered": int(mask.sum()),
            "filter": asdict(chosen),
            "timeline": {"days": days, "figure": charts.timeline(days, language) if figures else None},
            "tiles": [self._tile(key, mask, language, figures=figures) for key in self.fields],
        }

    def texts(self, question: str, chosen: Filter, page: int) -> dict[str, Any]:
        """One page of the texts answered to ``question``, newest first. Raises ``KeyError`` if unknown."""
        field = next(
            item for item in self.fields.values() if item.question == question and item.storage == "text"
        )
        mask = self.mask(chosen)
        count = int((mask & self.frame.answered(field)).sum())
        rows = self.frame.texts(field, mask, offset=(page - 1) * TEXTS_A_PAGE, limit=TEXTS_A_PAGE)
        return {
            "count": count,
            "page": page,
            "pages": -(-count // TEXTS_A_PAGE),
            "texts": [text for _, text, _ in rows],
            "days": [_day_of(minute) for _, _, minute in rows],
        }

    def mask(self, chosen: Filter) -> Mask:
        """The rows a filter leaves; an unknown question or option leaves none."""
        if not chosen.question:
            return np.ones(self.frame.rows, dtype=np.bool_)
        for field in self.fields.values():
            if field.question == chosen.question and chosen.code in field.codes:
                return self.frame.picked(field, chosen.code)
        return np.zeros(self.frame.rows, dtype=np.bool_)

    def tallies(self, chosen: Filter) -> list[Tally]:
        """The plain tallies in the order of the form."""
        mask = self.mask(chosen)
        return [self._tally(field, mask) for field in self.fields.values()]

    def _tally(self, field: Field, mask: Mask) -> Tally:
        kind = self.questions[field.question].kind.summary().kind
        return tally(self.frame, field, _kind(field, kind), mask, asked_mask(self.frame, field, self.fields))

    def _tile(self, key: str, mask: Mask, language: str, *, figures: bool) -> dict[str, Any]:
        field = self.fields[key]
        question = self.questions[field.question]
        counted = self._tally(field, mask)
        labels = {code: text.text(language) for code, text in self.labels(field.question).items()}
        return {
            **asdict(counted),
            "title": question.text.text(language),
            "several": question.kind.summary().several,
            "decimals": self._decimals(field),
            "labels": labels,
            "filterable": field.storage in ("code", "mask"),
            "since": self._since(field),
            "current": self._is_current(field),
            "figure": charts.bars(counted, labels) if figures and counted.counts else None,
        }

    def labels(self, question: str) -> dict[str, Any]:
        """The words of every option of every version, the newest words first."""
        found: dict[str, Any] = {}
        for number in sorted(self.frame.store.definitions, reverse=True):
            for item in self.frame.store.definitions[number].questions:
                if item.id == question:
                    for code, text in item.kind.summary().labels:
                        found.setdefault(code, text)
        return found

    def _decimals(self, field: Field) -> int:
        """The most places an answer may have, in whatever version it was given."""
        places = (
            item.kind.summary().decimals
            for definition in self.frame.store.definitions.values()
            for item in definition.questions
            if item.id == field.question and item.kind.column(item.id).storage == field.storage
        )
        return max(places, default=0)

    def _since(self, field: Field) -> int:
        versions = self.frame.store.definitions
        return min(
            number
            for number in versions
            if any(item.id == field.question for item in versions[number].questions)
        )

    def _is_current(self, field: Field) -> bool:
        newest = self.frame.store.definitions[max(self.frame.store.definitions)]
        return any(item.id == field.question for item in newest.questions)


def _day_of(minute: int) -> str:
    return local(datetime.fromtimestamp(minute * 60, UTC)).date().isoformat()


def _questions(frame: SurveyFrame) -> dict[str, Question]:
    found: dict[str, Question] = {}
    for number in sorted(frame.store.definitions, reverse=True):
        for question in frame.store.definitions[number].questions:
            found.setdefault(question.id, question)
    return found


def _kind(field: Field, newest: str) -> str:
    """The summary kind that fits the stored column, also for a question that changed its type since."""
    by_storage = {"text": "texts", "integer": "numbers", "decimal": "numbers", "mask": "counts"}
    if field.storage in by_storage:
        return by_storage[field.storage]
    return "scale" if field.is_scale else "counts" if newest not in ("counts", "scale") else newest


def _offset_minutes() -> int:
    offset = local(now()).utcoffset()
    return int(offset.total_seconds()) // 60 if offset else 0
