"""Cells of spreadsheets: what a person typed must never run as a formula."""

from __future__ import annotations

from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> Any:
    """``value`` for a CSV cell: a text that a spreadsheet could run gets an apostrophe in front.

    Source: OWASP, CSV Injection. Numbers stay numbers; ``None`` becomes an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_STARTS):
        return f"'{value}"
    return value
