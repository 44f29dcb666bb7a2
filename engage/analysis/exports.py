"""Responses as CSV or Excel, read and written row by row in constant memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from sqlalchemy import select

from engage.analysis.actions import Words
from engage.core.cells import cells_into
from engage.core.clock import local
from engage.core.db import db
from engage.core.types import Localized
from engage.questions import definition as definitions
from engage.questions.definition import Definition, Question
from engage.surveys.models import Response, SurveyVersion

BATCH = 2_000
_EXCEL_ROWS = 1_048_576
_SHEET_CHARACTERS = 31
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")


class _Sheet(Protocol):
    def row(self, cells: list[Any]) -> None: ...
    def close(self) -> None: ...


class _Csv:
    def __init__(self, path: Path) -> None:
        # The mark at the start makes Excel read the file as UTF-8.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._write = cells_into(self._file)

    def row(self, cells: list[Any]) -> None:
        self._write(cells)

    def close(self) -> None:
        self._file.close()


class _Excel:
    def __init__(self, path: Path, name: str) -> None:
        # Text stays text: nothing in a cell becomes a formula, a link or a number.
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "strings_to_numbers": False})
        self._name = name
        self._sheet: Any = None
        self._at = 0

    def row(self, cells: list[Any]) -> None:
        if self._sheet is None or self._at >= _EXCEL_ROWS:
            name = sheet_name(self._name, len(self._book.worksheets()) + 1)
            self._sheet, self._at = self._book.add_worksheet(name), 0
        for column, cell in enumerate(cells):
            if cell is not None and cell != "":
                self._sheet.write(self._at, column, cell)
        self._at += 1

    def close(self) -> None:
        self._book.close()


def sheet_name(name: str, number: int = 1) -> str:
    """``name`` as Excel takes it for its sheet ``number``: at most 31 characters, without some signs."""
    ending = "" if number == 1 else f" {number}"
    plain = _NO_SHEET.sub(" ", name)[: _SHEET_CHARACTERS - len(ending)].strip(" '")
    return f"{plain}{ending}"


def write_responses(
    survey_id: int,
    path: Path,
    *,
    excel: bool,
    language: str,
    words: Words,
    progress: Callable[[int], None],
) -> int:
    """Write every response of a survey to ``path``; answers the number of rows.

    Rows are numbered as they stand in the file. One column per question, for several picks one column per
    option with 1 or 0. ``progress`` hears the rows written so far.
    """
    versions = _versions(survey_id)
    columns = _columns(versions.values())
    sheet: _Sheet = _Excel(path, words.sheet) if excel else _Csv(path)
    try:
        sheet.row([*words.heads, *(title for column in columns for title in column.titles(language))])
        count = 0
        for rows in _batches(survey_id):
            for number, row in enumerate(rows, count + 1):
                asked = versions[row.version_id]
                cells = (cell for one in columns for cell in one.cells(row.answers, asked, language))
                sheet.row([number, *_about(row, words), *cells])
            count += len(rows)
            progress(count)
    finally:
        sheet.close()
    return count


def _versions(survey_id: int) -> dict[int, Definition]:
    """The definitions by version id, the newest first."""
    rows = db.session.execute(
        select(SurveyVersion.id, SurveyVersion.definition)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
    )
    return {row.id: definitions.read(row.definition) for row in rows}


@dataclass(slots=True)
class _Column:
    """A question over all versions in which it had this type, with the options of them all."""

    question: Question
    options: dict[str, Localized]

    @property
    def several(self) -> bool:
        return self.question.kind.summary().several

    def titles(self, language: str) -> Iterator[str]:
        title = self.question.text.text(language)
        if self.several:
            yield from (f"{title} / {text.text(language)}" for text in self.options.values())
        else:
            yield title

    def cells(self, answers: dict[str, Any], asked: Definition, language: str) -> Iterator[Any]:
        value = answers.get(self.question.id)
        if not any(_key(one) == _key(self.question) for one in asked.questions):
            value = None
        if self.several:
            yield from (None if value is None else int(code in value) for code in self.options)
        elif value is None or isinstance(value, int | float):
            yield value
        elif value in self.options:
            yield self.options[value].text(language)
        else:
            yield self.question.kind.text(value, language)


def _columns(versions: Iterable[Definition]) -> list[_Column]:
    """The newest version's questions first, then those of older versions that are gone."""
    found: dict[tuple[str, str], _Column] = {}
    for definition in versions:
        for question in definition.questions:
            column = found.setdefault(_key(question), _Column(question, {}))
            for code, text in question.kind.summary().labels:
                column.options.setdefault(code, text)
    return list(found.values())


def _key(question: Question) -> tuple[str, str]:
    return question.id, question.kind.name


def _batches(survey_id: int) -> Iterator[list[Any]]:
    last = 0
    while True:
        rows = db.session.execute(
            select(
                Response.id,
                Response.version_id,
                Response.submitted_minute,
                Response.language,
                Response.source,
                Response.answers,
            )
            .where(Response.survey_id == survey_id, Response.id > last)
            .order_by(Response.id)
            .limit(BATCH)
        ).all()
        db.session.rollback()
        if not rows:
            return
        last = rows[-1].id
        yield list(rows)


def _about(row: Any, words: Words) -> list[Any]:
    minute = local(row.submitted_minute).strftime("%Y-%m-%d %H:%M")
    return [minute, words.languages[row.language], words.sources[row.source.value]]
