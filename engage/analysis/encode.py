"""Answers as compact columns: option codes as small numbers, several options as bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engage.analysis.layout import MASK_BITS, Field

MISSING = -1
"""Stored for an unanswered choice or multiple choice."""


def encode(answers: pa.ChunkedArray, field: Field) -> dict[str, pa.Array]:
    """The stored columns of one question's answers.

    ``code``: int16 index into ``field.codes``; ``mask``: int64 bits, 62 options a column; both -1 where
    unanswered. Numbers are float64 and texts strings, null where unanswered.
    """
    column = answers.combine_chunks() if isinstance(answers, pa.ChunkedArray) else answers
    match field.storage:
        case "code":
            return {field.key: _codes(column, field)}
        case "mask":
            return _masks(column, field)
        case "integer" | "decimal":
            return {field.key: pc.cast(column, pa.float64())}
        case _:
            return {field.key: column}


def _codes(column: Any, field: Field) -> pa.Array:
    if field.is_scale:
        column = pc.cast(column, pa.string())
    found = pc.index_in(column, value_set=pa.array(field.codes, pa.string()))
    return pc.cast(pc.fill_null(found, MISSING), pa.int16())


def _masks(column: Any, field: Field) -> dict[str, pa.Array]:
    rows = np.asarray(pc.list_parent_indices(column), dtype=np.int64)
    picked = pc.index_in(pc.list_flatten(column), value_set=pa.array(field.codes, pa.string()))
    bits = np.asarray(pc.fill_null(picked, MISSING), dtype=np.int64)
    answered = ~np.asarray(pc.is_null(column), dtype=bool)
    columns = {}
    for at, name in enumerate(field.parts):
        mask = np.zeros(len(column), dtype=np.int64)
        here = (bits >= at * MASK_BITS) & (bits < (at + 1) * MASK_BITS)
        np.bitwise_or.at(mask, rows[here], np.int64(1) << (bits[here] - at * MASK_BITS))
        columns[name] = pa.array(np.where(answered, mask, MISSING))
    return columns
