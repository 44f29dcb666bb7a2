"""How a survey's questions become columns: one family over all its versions, codes never renumbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from engage.questions import definition as definitions
from engage.questions.definition import Definition, Question
from engage.questions.types import Column

MASK_BITS = 62
"""Options of one multiple choice kept in one signed 64-bit column."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question as stored: ``key`` names its column, ``codes`` its options in the order first seen.

    ``key`` holds the storage kind, so a question that changed its type has a column for each.
    """

    key: str
    question: str
    storage: str
    codes: tuple[str, ...]
    is_scale: bool

    @property
    def is_whole(self) -> bool:
        """Whether the answers are whole numbers."""
        return self.storage == "integer"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the stored columns: several only for a multiple choice with very many options."""
        if self.storage != "mask":
            return (self.key,)
        return tuple(f"{self.key}.{at}" for at in range(1 + max(0, len(self.codes) - 1) // MASK_BITS))

    @property
    def json_type(self) -> pa.DataType:
        """The type of the answer in the stored JSON."""
        if self.storage == "code":
            return pa.int64() if self.is_scale else pa.string()
        return {
            "mask": pa.list_(pa.string()),
            "integer": pa.float64(),
            "decimal": pa.float64(),
            "text": pa.string(),
        }[self.storage]


def fields_of(definition: Definition, known: Mapping[str, Iterable[str]]) -> dict[str, Field]:
    """The fields of one version by question id, with option codes appended to those ``known`` by key."""
    return {question.id: _field(question, known) for question in definition.questions}


def read_definition(data: object) -> Definition:
    """A stored version's definition."""
    return definitions.read(data)


def _field(question: Question, known: Mapping[str, Iterable[str]]) -> Field:
    column: Column = question.kind.column(question.id)
    key = f"{question.id}.{column.storage}"
    codes = list(known.get(key, ()))
    codes.extend(code for code in column.codes if code not in codes)
    return Field(key, question.id, column.storage, tuple(codes), question.kind.summary().kind == "scale")
