"""Writing content in two languages, short."""

from __future__ import annotations

from engage.core.formatting import as_it_was_read
from engage.core.types import Localized


def t(zh: str, en: str = "") -> Localized:
    """A text in Chinese and, for headings and titles, in English; formatted where it has Markdown."""
    return Localized(zh_CN=as_it_was_read(zh), en=as_it_was_read(en))


def j(zh: str, en: str) -> dict[str, str]:
    """The same as JSON, for questionnaires."""
    return {"zh_CN": zh, "en": en}
