"""Files for spreadsheets, CSV or Excel, written by columns in constant memory; for the worker."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from engage.core.cells import columns_into, each

_EXCEL_ROWS = 1_048_576
_EXCEL_COLUMNS = 16_384
_SHEET_CHARACTERS = 31
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_MOMENT = "%Y-%m-%d %H:%M"
_EXCEL_MOMENT = {"num_format": "yyyy-mm-dd hh:mm"}
_EXCEL_SHARE = {"num_format": "0.0%"}
_MOMENT_WIDTH = 17
_NARROWEST, _WIDEST = 10, 40
_EXCEL_DAY_0 = date(1899, 12, 30).toordinal()
_DAY_SECONDS = 86_400
# What XML cannot hold or would change, and what looks as if it had been written for such a character.
_NO_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")


class Share(float):
    """A part of a whole, from 0 to 1: Excel shows it in per cent."""


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the first sheet of an Excel file: what it is about, in pairs, and below that a table.

    Cells are those of ``Sheet``, and shares. ``going_on`` is one pair more, said where the table goes on in
    further sheets (``messages.GOING_ON``).
    """

    about: Sequence[tuple[str, Any]]
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    going_on: tuple[str, str] | None = None


def going_on(words: Mapping[str, str]) -> tuple[str, str] | None:
    """The pair of ``Front.going_on`` among the ``words`` of a job; one of the version before has none."""
    return (words["sheets"], words["going_on"]) if "sheets" in words else None


class Sheet(Protocol):
    """Cells are texts, numbers, None and times without a zone, as they stand on the clock."""

    def heads(self, cells: Sequence[str]) -> None:
        """Write the headings, first of all; in Excel they stay in sight, bold and with filters.

        The first column tells one row from another: where a sheet of Excel cannot take all columns, those
        that go on in the next one stand beside the first column again.
        """

    def row(self, cells: Sequence[Any]) -> None:
        """Write one row."""

    def columns(self, columns: Sequence[Sequence[Any]]) -> None:
        """Write several rows, given as columns of one length."""

    def front(self, front: Front) -> None:
        """Fill the first sheet, once, at any time; a CSV has none."""

    def close(self) -> None: ...


def open_sheet(path: Path, name: str, *, excel: bool, front: str = "") -> Sheet:
    """A new file at ``path``; ``name`` is that of the sheet in Excel, ``front`` that of one before it."""
    return _Excel(path, name, front) if excel else _Csv(path)


class _Csv:
    def __init__(self, path: Path) -> None:
        # The mark at the start makes Excel read the file as UTF-8.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._write = columns_into(self._file)

    def heads(self, cells: Sequence[str]) -> None:
        self.row(cells)

    def row(self, cells: Sequence[Any]) -> None:
        self.columns([[cell] for cell in cells])

    def columns(self, columns: Sequence[Sequence[Any]]) -> None:
        self._write([each(column, _in_words) for column in columns])

    def front(self, front: Front) -> None:
        """Nothing: a program that reads a table would take the lines above it for rows."""

    def close(self) -> None:
        self._file.close()


def _in_words(cell: Any) -> Any:
    return cell.strftime(_MOMENT) if isinstance(cell, datetime) else cell


@dataclass(frozen=True, slots=True)
class _Styles:
    """Formats of a book by their index: of times, of shares, of bold words."""

    moment: int
    share: int
    bold: int


class _Rows(Worksheet):
    """A sheet whose rows are made into XML here, ten times as fast as cell by cell.

    The stock one also takes a text that begins and ends like its own markup for markup. Rows go where its
    mode of constant memory keeps them (``row_data_fh``), no public name: a test reads what comes out.
    """

    def add(
        self, start: int, columns: Sequence[Sequence[Any]], styles: _Styles, *, bold: bool = False
    ) -> None:
        """Write rows from the one with index ``start``; words are ``bold`` or not."""
        words = styles.bold if bold else 0
        for at in (start, start + len(columns[0]) - 1):
            self._check_dimensions(at, len(columns) - 1)
        self._check_dimensions(start, 0)
        names = [f'<c r="{xl_col_to_name(at)}' for at in range(len(columns))]
        cells = [each(column, lambda cell: _xml(cell, styles, words)) for column in columns]
        self.row_data_fh.writelines(
            f'<row r="{number}">'
            + "".join([f'{name}{number}"{cell}' for name, cell in zip(names, row, strict=True) if cell])
            + "</row>"
            for number, row in enumerate(zip(*cells, strict=True), start + 1)
        )


def _xml(cell: Any, styles: _Styles, words: int) -> str:
    """What follows the place of a cell; nothing for an empty one. Source: ECMA-376, 18.3.1.4."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        # Text stays text: nothing in a cell becomes a formula, a link or a number.
        text = escape(_NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))
        style = f' s="{words}"' if words else ""
        return f'{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if isinstance(cell, datetime):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
        days = cell.toordinal() - _EXCEL_DAY_0 + seconds / _DAY_SECONDS
        return f' s="{styles.moment}"><v>{days:.16G}</v></c>'
    share = f' s="{styles.share}"' if isinstance(cell, Share) else ""
    return f"{share}><v>{cell:.16G}</v></c>"


class _Excel:
    def __init__(self, path: Path, name: str, front: str) -> None:
        # Rows wait in a file until the book is closed: beside it, where what is left over is deleted.
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        formats = (_EXCEL_MOMENT, _EXCEL_SHARE, {"bold": True})
        self._styles = _Styles(*(self._book.add_format(each)._get_xf_index() for each in formats))
        self._front: Any = self._book.add_worksheet(sheet_name(front), _Rows) if front else None
        self._filled: Front | None = None
        self._name = name
        self._heads: list[str] = []
        self._parts: list[tuple[Any, Sequence[int]]] = []
        self._at = 0

    def heads(self, cells: Sequence[str]) -> None:
        self._heads = list(cells)
        self._begin(len(cells))

    def row(self, cells: Sequence[Any]) -> None:
        self.columns([[cell] for cell in cells])

    def columns(self, columns: Sequence[Sequence[Any]]) -> None:
        done, rows = 0, len(columns[0])
        while done < rows:
            if not self._parts or self._at >= _EXCEL_ROWS:
                self._begin(len(columns))
            until = min(rows, done + _EXCEL_ROWS - self._at)
            for sheet, places in self._parts:
                part = [columns[place][done:until] for place in places]
                for at, column in enumerate(part):
                    if isinstance(column[0], datetime):
                        sheet.set_column(at, at, _MOMENT_WIDTH)
                sheet.add(self._at, part, self._styles)
            self._at += until - done
            done = until

    def front(self, front: Front) -> None:
        self._filled = front

    def close(self) -> None:
        self._end()
        if self._filled is not None:
            self._write_front(self._filled)
        self._book.close()

    def _write_front(self, front: Front) -> None:
        """Last of all, when it is known whether one sheet took the table."""
        sheet, about = self._front, list(front.about)
        if front.going_on is not None and len(self._book.worksheets()) > 2:
            about.append(front.going_on)
        for at, pair in enumerate(about):
            sheet.add(at, [[cell] for cell in pair], self._styles)
        above = len(about) + 1
        for at, row in enumerate([front.heads, *front.rows], above):
            sheet.add(at, [[cell] for cell in row], self._styles, bold=at == above)
        for at, column in enumerate(zip(front.heads, *front.rows, strict=True)):
            both = column if at > 1 else [*column, *(pair[at] for pair in about)]
            sheet.set_column(at, at, max(map(_broad, both)))

    def _begin(self, columns: int) -> None:
        """The next sheet, with the headings again; several where one cannot take so many columns."""
        self._end()
        self._parts = [(self._add_sheet(), places) for places in _beside_each_other(columns)]
        self._at = 0
        if not self._heads:
            return
        for sheet, places in self._parts:
            heads = [self._heads[place] for place in places]
            sheet.add(0, [[head] for head in heads], self._styles, bold=True)
            sheet.freeze_panes(1, 0)
            for at, head in enumerate(heads):
                sheet.set_column(at, at, min(_WIDEST, max(_NARROWEST, _width(head))))
        self._at = 1

    def _add_sheet(self) -> Any:
        number = len(self._book.worksheets()) + (self._front is None)
        return self._book.add_worksheet(sheet_name(self._name, number), _Rows)

    def _end(self) -> None:
        """The filters over all rows of the sheets."""
        if self._heads:
            for sheet, places in self._parts:
                sheet.autofilter(0, 0, self._at - 1, len(places) - 1)


def _beside_each_other(columns: int) -> list[Sequence[int]]:
    """Which columns stand on which sheet: the first column begins each, so that rows can be told apart."""
    more = range(_EXCEL_COLUMNS, columns, _EXCEL_COLUMNS - 1)
    further = [[0, *range(at, min(columns, at + _EXCEL_COLUMNS - 1))] for at in more]
    return [range(min(columns, _EXCEL_COLUMNS)), *further]


def _broad(cell: Any) -> int:
    """The width of a column that shows ``cell``."""
    if isinstance(cell, datetime):
        return _MOMENT_WIDTH
    return min(_WIDEST, max(_NARROWEST, _width(cell))) if isinstance(cell, str) else _NARROWEST


def _width(words: str) -> int:
    """Columns of a screen that words take, and the arrow of the filter: Chinese is twice as wide."""
    return 3 + sum(2 if east_asian_width(sign) in "FW" else 1 for sign in words)


def sheet_name(name: str, number: int = 1) -> str:
    """``name`` as Excel takes it for its sheet ``number``: at most 31 characters, without some signs."""
    ending = "" if number == 1 else f" {number}"
    plain = _NO_SHEET.sub(" ", name)[: _SHEET_CHARACTERS - len(ending)].strip(" '")
    return f"{plain}{ending}"
