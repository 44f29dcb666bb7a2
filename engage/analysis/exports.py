"""Responses as CSV or Excel, read and written row by row in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engage.analysis.actions import Words
from engage.core.clock import local
from engage.core.db import db
from engage.core.sheets import open_sheet
from engage.core.types import Localized
from engage.questions import definition as definitions
from engage.questions.definition import Definition, Question
from engage.surveys.models import Response, SurveyVersion

BATCH = 2_000


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

    Rows are numbered as they stand in the file, questions as in the newest version's form, then those that
    are gone. One column per question, for several picks one column per option with 1 or 0. ``progress``
    hears the rows written so far.
    """
    versions = _versions(survey_id)
    columns = _columns(versions.values())
    sheet = open_sheet(path, words.sheet, excel=excel)
    try:
        numbered = enumerate(columns, start=1)
        titles = (title for number, column in numbered for title in column.titles(number, language))
        sheet.row([*words.heads, *titles])
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

    def titles(self, number: int, language: str) -> Iterator[str]:
        # Two questions may have the same words.
        title = f"{number}. {self.question.text.text(language)}"
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
    minute = local(row.submitted_minute).replace(tzinfo=None)
    return [minute, words.languages[row.language], words.sources[row.source.value]]
