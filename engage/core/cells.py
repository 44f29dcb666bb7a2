"""Cells of spreadsheets: what a person typed must never run as a formula."""

from __future__ import annotations

from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """``value`` for a CSV cell: a text that a spreadsheet could run gets an apostrophe in front.

    Source: OWASP, CSV Injection. Numbers stay numbers; ``None`` becomes an empty cell. A text that looks as
    if it had been given an apostrophe gets one more, so that ``typed_cell`` finds what was typed.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.lstrip("'").startswith(_STARTS):
        return f"'{value}"
    return value


def typed_cell(text: str) -> str:
    """What was typed where ``safe_cell`` wrote ``text``."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_STARTS) else text
