"""Messages stored as JSON, and rendered outside of a request (mails)."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from babel.dates import format_date
from babel.support import Translations

from engage.config import ROOT
from engage.core.clock import local
from engage.core.messages import Message
from engage.core.types import DEFAULT_LANGUAGE


def stored(message: Message) -> dict[str, Any]:
    """``message`` as JSON: its template and its values; messages nest, days and times stay what they are."""
    return {"template": message.template, "values": {key: _plain(one) for key, one in message.values.items()}}


def read(data: dict[str, Any], language: str = DEFAULT_LANGUAGE) -> Message:
    """The message stored as ``data``, its days and times as people write them in ``language``."""
    values = {key: _value(one, language) for key, one in data["values"].items()}
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
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def _value(value: Any, language: str) -> Any:
    match value:
        case {"template": _}:
            return read(value, language)
        case {"day": text}:
            return _day(date.fromisoformat(text), language)
        case {"moment": text}:
            moment = local(datetime.fromisoformat(text))
            return f"{_day(moment.date(), language)} {moment:%H:%M}"
    return value


def _day(day: date, language: str) -> str:
    if language == DEFAULT_LANGUAGE:
        return f"{day.year}年{day.month}月{day.day}日"
    return str(format_date(day, "d MMMM y", locale=language))
