"""Writing content in two languages, short."""

from __future__ import annotations

from engage.core.types import Localized


def t(zh: str, en: str = "") -> Localized:
    """A text in Chinese and, for headings and titles, in English."""
    return Localized(zh_CN=zh, en=en)


def j(zh: str, en: str) -> dict[str, str]:
    """The same as JSON, for questionnaires."""
    return {"zh_CN": zh, "en": en}
