"""Cells of spreadsheets: what a person typed must never run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from typing import Any, TextIO

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


def cells_into(file: TextIO) -> Callable[[Iterable[Any]], object]:
    """What writes one row after the other into a CSV ``file``, each cell safe and in quotation marks.

    In quotation marks all, because programs that part cells at semicolons or tabs would else begin a cell,
    and with it a formula, in the middle of a text. Source: RFC 4180, 2.5 to 2.7.
    """
    write = csv.writer(file, quoting=csv.QUOTE_ALL).writerow
    return lambda cells: write([safe_cell(cell) for cell in cells])
