"""Files for spreadsheets, CSV or Excel, written row by row in constant memory; for the worker."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

from engage.core.cells import cells_into

_EXCEL_ROWS = 1_048_576
_SHEET_CHARACTERS = 31
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_MOMENT = "%Y-%m-%d %H:%M"
_EXCEL_MOMENT = {"num_format": "yyyy-mm-dd hh:mm"}
_MOMENT_WIDTH = 17


class Sheet(Protocol):
    """Cells are texts, numbers, None and times without a zone, as they stand on the clock."""

    def row(self, cells: list[Any]) -> None: ...
    def close(self) -> None: ...


def open_sheet(path: Path, name: str, *, excel: bool) -> Sheet:
    """A new file at ``path``; ``name`` is that of the sheet in Excel."""
    return _Excel(path, name) if excel else _Csv(path)


class _Csv:
    def __init__(self, path: Path) -> None:
        # The mark at the start makes Excel read the file as UTF-8.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._write = cells_into(self._file)

    def row(self, cells: list[Any]) -> None:
        self._write([_in_words(cell) for cell in cells])

    def close(self) -> None:
        self._file.close()


def _in_words(cell: Any) -> Any:
    return cell.strftime(_MOMENT) if isinstance(cell, datetime) else cell


class _Excel:
    def __init__(self, path: Path, name: str) -> None:
        # Text stays text: nothing in a cell becomes a formula, a link or a number.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "strings_to_numbers": False})
        self._moment = self._book.add_format(_EXCEL_MOMENT)
        self._name = name
        self._sheet: Any = None
        self._at = 0

    def row(self, cells: list[Any]) -> None:
        if self._sheet is None or self._at >= _EXCEL_ROWS:
            name = sheet_name(self._name, len(self._book.worksheets()) + 1)
            self._sheet, self._at = self._book.add_worksheet(name), 0
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                if self._at <= 1:
                    self._sheet.set_column(column, column, _MOMENT_WIDTH)
                self._sheet.write_datetime(self._at, column, cell, self._moment)
            elif cell is not None and cell != "":
                self._sheet.write(self._at, column, cell)
        self._at += 1

    def close(self) -> None:
        self._book.close()


def sheet_name(name: str, number: int = 1) -> str:
    """``name`` as Excel takes it for its sheet ``number``: at most 31 characters, without some signs."""
    ending = "" if number == 1 else f" {number}"
    plain = _NO_SHEET.sub(" ", name)[: _SHEET_CHARACTERS - len(ending)].strip(" '")
    return f"{plain}{ending}"
