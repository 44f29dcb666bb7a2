"""Columns in memory, read once and lengthened by what is new; filtered as masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engage.analysis.columns import ColumnStore
from engage.analysis.encode import MISSING
from engage.analysis.layout import MASK_BITS, Field

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


class SurveyFrame:
    """The columns of one survey; each is loaded when first asked for and then only lengthened.

    Texts are not kept: they are read piece by piece when listed.
    """

    def __init__(self, store: ColumnStore) -> None:
        self.store = store
        self._cached: dict[str, tuple[tuple[str, ...], Array]] = {}

    def refresh(self) -> int:
        """Take in what is new in the database; the number of rows now."""
        self.store.append_new()
        return self.rows

    def rebuild(self) -> None:
        """Forget what is stored and in memory, and read every response again."""
        self._cached.clear()
        self.store.rebuild()

    @property
    def rows(self) -> int:
        return self.store.state.rows

    def codes(self, field: Field) -> pd.Categorical[Any]:
        """The answers of a ``code`` field as a pandas categorical over ``field.codes``."""
        codes = self._column(field.key, MISSING, np.int16)
        return pd.Categorical.from_codes(codes, categories=pd.Index(field.codes))

    def picked(self, field: Field, code: str) -> Mask:
        """Which rows picked ``code`` in a ``code`` or ``mask`` field."""
        at = field.codes.index(code)
        if field.storage == "code":
            return self._column(field.key, MISSING, np.int16) == at
        part = self._column(field.parts[at // MASK_BITS], MISSING, np.int64)
        return (part >= 0) & ((part >> (at % MASK_BITS)) & 1).astype(bool)

    def answered(self, field: Field) -> Mask:
        """Which rows answered ``field``."""
        if field.storage in ("code", "mask"):
            kind: Any = np.int16 if field.storage == "code" else np.int64
            return self._column(field.parts[0], MISSING, kind) >= 0
        if field.storage == "text":
            return self._column(f"{field.key}?", False, np.bool_)
        return ~np.isnan(self.numbers(field))

    def numbers(self, field: Field) -> Array:
        """The answers of a number field, NaN where unanswered."""
        return self._column(field.key, np.nan, np.float64)

    def ids(self) -> Array:
        """The id of each response."""
        return self._column("id", 0, np.int64)

    def minutes(self) -> Array:
        """When each response was submitted, in minutes since 1970-01-01 UTC."""
        return self._column("minute", 0, np.int64)

    def versions(self) -> Array:
        """The version number each response was given to."""
        return self._column("version", 0, np.int32)

    def texts(self, field: Field, mask: Mask, *, offset: int, limit: int) -> list[tuple[int, str, int]]:
        """Response id, text and minute (since 1970) of the newest answers within ``mask``."""
        # Pieces hold one version each, so their order is not that of the ids.
        rows = np.flatnonzero(mask & self.answered(field))
        wanted = rows[np.argsort(self.ids()[rows])[::-1]][offset : offset + limit]
        found: list[tuple[int, str, int]] = []
        start = self.rows
        for piece in reversed(self.store.state.pieces):
            start -= piece.rows
            here = wanted[(wanted >= start) & (wanted < start + piece.rows)] - start
            if len(here):
                table = self.store.read(piece, ["id", field.key, "minute"]).take(here)
                columns = (table[name].to_pylist() for name in ("id", field.key, "minute"))
                found.extend(zip(*columns, strict=True))
        return sorted(found, reverse=True)

    def texts_that(self, field: Field, holds: Callable[[str], bool]) -> Mask:
        """Which rows answered ``field`` with a text for which ``holds`` is true; each text is asked once."""
        masks = [np.zeros(0, dtype=np.bool_)]
        for piece in self.store.state.pieces:
            table = self.store.read(piece, [field.key])
            if field.key not in table.column_names:
                masks.append(np.zeros(piece.rows, dtype=np.bool_))
                continue
            texts = table[field.key].to_pylist()
            known = {text: holds(text) for text in set(texts) - {None}}
            masks.append(np.array([known.get(text, False) for text in texts], dtype=np.bool_))
        return np.concatenate(masks)

    def _column(self, name: str, missing: Any, kind: Any) -> Array:
        pieces = tuple(piece.file for piece in self.store.state.pieces)
        known, values = self._cached.get(name, ((), np.empty(0, dtype=kind)))
        if known == pieces:
            return values
        if known != pieces[: len(known)]:
            known, values = (), np.empty(0, dtype=kind)
        new = self.store.state.pieces[len(known) :]
        values = np.concatenate([values, *(self._read(piece, name, missing, kind) for piece in new)])
        self._cached[name] = (pieces, values)
        return values

    def _read(self, piece: Any, name: str, missing: Any, kind: Any) -> Array:
        source = name.removesuffix("?")
        table = self.store.read(piece, [source])
        if source not in table.column_names:
            return np.full(piece.rows, missing, dtype=kind)
        column = table[source]
        if name.endswith("?"):
            return np.asarray(column.is_valid(), dtype=np.bool_)
        return column.to_pandas().fillna(missing).to_numpy(dtype=kind)
