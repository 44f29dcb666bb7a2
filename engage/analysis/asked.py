"""Who was asked a question: its conditions, held against the stored columns of all responses at once.

Only answers on the path are stored, so a condition that holds for what is stored held for the respondent.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from engage.analysis.frame import Mask, SurveyFrame
from engage.analysis.layout import Field
from engage.questions.definition import Definition, Question
from engage.questions.logic import OPERATORS, All, Any, Condition, Not, Test, both


def asked_mask(frame: SurveyFrame, field: Field, fields: Mapping[str, Field]) -> Mask:
    """The responses whose version asked the question of ``field`` and whose answers led to it."""
    asked = np.zeros(frame.rows, dtype=np.bool_)
    for number, definition in frame.store.definitions.items():
        found = _find(definition, field)
        if found is not None:
            here = frame.versions() == number
            condition = found[1]
            asked |= (
                here if condition is None else here & _Conditions(frame, definition, fields).hold(condition)
            )
    return asked


def _find(definition: Definition, field: Field) -> tuple[Question, Condition | None] | None:
    for page in definition.pages:
        for question in page.questions:
            if _key(question) == field.key:
                return question, both(page.show_if, question.show_if)
    return None


def _key(question: Question) -> str:
    return f"{question.id}.{question.kind.column(question.id).storage}"


class _Conditions:
    """Conditions of one version, over all rows."""

    def __init__(self, frame: SurveyFrame, definition: Definition, fields: Mapping[str, Field]) -> None:
        self._frame = frame
        self._fields = {question.id: fields.get(_key(question)) for question in definition.questions}

    def hold(self, condition: Condition) -> Mask:
        """The rows for which ``condition`` holds (``questions.logic.evaluate``, column by column)."""
        match condition:
            case All(of):
                return reduce(np.logical_and, map(self.hold, of), self._all(True))
            case Any(of):
                return reduce(np.logical_or, map(self.hold, of), self._all(False))
            case Not(part):
                return ~self.hold(part)
            case Test():
                field = self._fields.get(condition.question)
                return self._all(False) if field is None else self._tested(condition, field)

    def _all(self, value: bool) -> Mask:
        return np.full(self._frame.rows, value, dtype=np.bool_)

    def _tested(self, test: Test, field: Field) -> Mask:
        holds, value = OPERATORS[test.op], test.value
        if test.op == "answered":
            return self._frame.answered(field)
        if field.storage in ("code", "mask"):
            picked = (
                self._frame.picked(field, code) for code in field.codes if holds(_answer(field, code), value)
            )
            return reduce(np.logical_or, picked, self._all(False))
        if field.storage == "text":
            return self._frame.texts_that(field, lambda text: holds(text, value))
        numbers = self._frame.numbers(field)
        found, places = np.unique(numbers[~np.isnan(numbers)], return_inverse=True)
        mask = self._all(False)
        mask[~np.isnan(numbers)] = np.array([holds(float(one), value) for one in found], dtype=np.bool_)[
            places
        ]
        return mask


def _answer(field: Field, code: str) -> str | float | tuple[str, ...]:
    """A stored answer that picked ``code``, as conditions know it."""
    if field.storage == "mask":
        return (code,)
    return float(code) if field.is_scale else code
