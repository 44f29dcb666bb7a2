"""Sentences for people, made below the web layer and translated in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with its values; the template is the key of the translation catalogue."""

    template: str
    values: dict[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of ``translate``; values that are messages are rendered too."""
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.template).format(**values)

    def __str__(self) -> str:
        return self.render()


def msg(template: str, **values: Any) -> Message:
    """Mark ``template`` for translation; placeholders are ``str.format`` fields filled from ``values``."""
    return Message(template, values)


def too_long(count: int, limit: int) -> Message:
    """The sentence for a text of ``count`` characters where ``limit`` are possible."""
    return msg(
        "This text has {count} characters; at most {limit} are possible. Please shorten it.",
        count=count,
        limit=limit,
    )


GOING_ON = (
    msg("Several sheets"),
    msg(
        "A sheet of Excel takes 16,384 columns and 1,048,576 rows at most, so the table goes on in further "
        "sheets. Further columns stand beside the number of the row again, further rows under the headings "
        "again."
    ),
)
"""What a file for Excel says where one sheet does not take its table: a label and a sentence."""
