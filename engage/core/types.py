"""Column types: content in languages, aware time, enums as words, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

DEFAULT_LANGUAGE = "zh_CN"
LANGUAGES = ("zh_CN", "en")
LANGUAGE_NAMES = {"zh_CN": "简体中文", "en": "English"}
"""Each language in its own words."""


class Localized(Mapping[str, str]):
    """A text in one or more languages: an immutable mapping from language to text."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None, /, **by_language: str) -> None:
        merged = {**(texts or {}), **by_language}
        unknown = set(merged) - set(LANGUAGES)
        if unknown:
            raise ValueError(f"unknown languages: {sorted(unknown)}")
        self._texts = {language: text for language, text in merged.items() if text}

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Localized) and self._texts == other._texts

    def __repr__(self) -> str:
        return f"Localized({self._texts!r})"

    def text(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The text in ``language``, else in Chinese, else in any language, else empty."""
        if language in self._texts:
            return self._texts[language]
        return self._texts.get(DEFAULT_LANGUAGE) or next(iter(self._texts.values()), "")


class LocalizedText(TypeDecorator[Localized]):
    """Stores a ``Localized`` as a JSON object; NULL reads as an empty one."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Localized | None, dialect: Dialect) -> dict[str, str]:
        return dict(value or {})

    def process_result_value(self, value: Any, dialect: Dialect) -> Localized:
        return Localized(value or {})


class UtcDateTime(TypeDecorator[datetime]):
    """Aware time in, aware UTC out; stored without zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


class EnumText(TypeDecorator[Any]):
    """A ``StrEnum`` stored as its word, so that adding a member needs no migration."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)
