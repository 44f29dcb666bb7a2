"""Messages stored as JSON, and rendered outside of a request (mails)."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from babel.support import Translations

from engage.config import ROOT
from engage.core.messages import Message
from engage.core.types import DEFAULT_LANGUAGE


def stored(message: Message) -> dict[str, Any]:
    """``message`` as JSON: its template and its values; days become ISO text, messages nest."""
    return {"template": message.template, "values": {key: _plain(one) for key, one in message.values.items()}}


def read(data: dict[str, Any]) -> Message:
    """The message stored as ``data``."""
    values = {
        key: read(one) if isinstance(one, dict) and "template" in one else one
        for key, one in data["values"].items()
    }
    return Message(data["template"], values)


def in_words(message: Message, language: str = DEFAULT_LANGUAGE) -> str:
    """The sentence in ``language``, from the compiled catalogues of all domains."""
    return message.render(_catalogue(language).gettext)


@cache
def _catalogue(language: str) -> Translations:
    merged = Translations()
    for folder in sorted((ROOT / "engage").glob("*/translations")):
        found = Translations.load(str(folder), [language])
        if isinstance(found, Translations):
            merged.merge(found)
    return merged


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return stored(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
