"""Numbers that stand in addresses, kept within what a database column and a page can hold."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""What an integer column holds on every database."""
_LAST_PAGE = 10_000
_REVISION_DIGITS = 10


class ColumnInteger(IntegerConverter):
    """``<int:…>`` in a route: what no column could hold is not found."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **options})


def init_numbers(app: Flask) -> None:
    """Bound the numbers in the routes of ``app``; before any route is added."""
    app.url_map.converters["int"] = ColumnInteger


def page_number() -> int:
    """The page asked for by ``?page=``, at least 1; the first one where it is no number."""
    return max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE))


def row_number(name: str) -> int | None:
    """The id asked for by ``?name=``, within what a column holds; ``None`` where it is no number."""
    number = request.args.get(name, type=int)
    return None if number is None else max(0, min(number, LARGEST))


def revision_number(text: str | None) -> int:
    """The revision a form was opened at; -1, which nothing has, where it is no number."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < _REVISION_DIGITS else -1
