"""Responses as CSV or Excel, written by columns, some thousand rows at a time in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Text, cast, select, true

from engage.analysis.actions import Words
from engage.core.cells import each
from engage.core.clock import local
from engage.core.db import db
from engage.core.sheets import Front, open_sheet
from engage.questions import definition as definitions
from engage.questions.definition import Definition, Question
from engage.surveys.models import Response, SurveyVersion

BATCH = 2_000
# So many at a time: of a questionnaire with ten thousands of options 2,000 rows would take gigabytes.
_CELLS = 1_000_000
_Key = tuple[str, str]


def write_responses(
    survey_id: int,
    path: Path,
    *,
    excel: bool,
    language: str,
    words: Words,
    progress: Callable[[int], None],
    front: Front | None = None,
    through_id: int | None = None,
) -> int:
    """Write every response of a survey to ``path``; answers the number of rows.

    Rows are numbered as they stand in the file, questions as in the newest version's form, then those that
    are gone. One column per question, for several picks one column per option with 1 or 0. ``progress``
    hears the rows written so far. ``front`` stands on the first sheet of an Excel file; it counts responses
    up to ``through_id``, so no others are written.
    """
    versions = _versions(survey_id)
    columns = _columns(versions.values(), language)
    asked = {number: {_key(one) for one in version.questions} for number, version in versions.items()}
    sheet = open_sheet(path, words.sheet, excel=excel, front=words.summary.get("sheet", "") if front else "")
    try:
        if front is not None:
            sheet.front(front)
        numbered = enumerate(columns, start=1)
        heads = [*words.heads, *(title for number, column in numbered for title in column.titles(number))]
        sheet.heads(heads)
        count = 0
        for rows in _batches(survey_id, through_id, max(1, min(BATCH, _CELLS // len(heads)))):
            numbers = range(count + 1, count + len(rows) + 1)
            sheet.columns([numbers, *_about(rows, words), *_answers(rows, columns, asked)])
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
    """A question over all versions in which it had this type, with the options of them all in words."""

    question: Question
    language: str
    options: dict[str, str]

    @property
    def several(self) -> bool:
        return self.question.kind.summary().several

    def titles(self, number: int) -> Iterator[str]:
        # Two questions may have the same words.
        title = f"{number}. {self.question.text.text(self.language)}"
        if self.several:
            yield from (f"{title} / {text}" for text in self.options.values())
        else:
            yield title

    def cells(self, given: list[Any]) -> Iterator[list[Any]]:
        """The columns of the file that hold these answers, ``None`` where there is none."""
        if not self.several:
            yield each(given, self._cell)
            return
        for code in self.options:
            yield [None if picked is None else int(code in picked) for picked in given]

    def _cell(self, value: Any) -> Any:
        if value is None or isinstance(value, int | float):
            return value
        text = self.options.get(value)
        return self.question.kind.text(value, self.language) if text is None else text


def _columns(versions: Iterable[Definition], language: str) -> list[_Column]:
    """The newest version's questions first, then those of older versions that are gone."""
    found: dict[_Key, _Column] = {}
    for definition in versions:
        for question in definition.questions:
            column = found.setdefault(_key(question), _Column(question, language, {}))
            for code, text in question.kind.summary().labels:
                column.options.setdefault(code, text.text(language))
    return list(found.values())


def _key(question: Question) -> _Key:
    return question.id, question.kind.name


def _answers(rows: list[Any], columns: list[_Column], asked: dict[int, set[_Key]]) -> Iterator[list[Any]]:
    """The columns of what was answered: to a question that had this type in the version of the response."""
    answers = [orjson.loads(row.answers) for row in rows]
    versions = [row.version_id for row in rows]
    there = set(versions)
    for column in columns:
        key = _key(column.question)
        known = {version for version in there if key in asked[version]}
        if known == there:
            given = [answer.get(key[0]) for answer in answers]
        else:
            both = zip(answers, versions, strict=True)
            given = [answer.get(key[0]) if version in known else None for answer, version in both]
        yield from column.cells(given)


def _batches(survey_id: int, through_id: int | None, most: int) -> Iterator[list[Any]]:
    last = 0
    until = Response.id <= through_id if through_id is not None else true()
    while True:
        rows = db.session.execute(
            select(
                Response.id,
                Response.version_id,
                Response.submitted_minute,
                Response.language,
                Response.source,
                cast(Response.answers, Text).label("answers"),
            )
            .where(Response.survey_id == survey_id, Response.id > last, until)
            .order_by(Response.id)
            .limit(most)
        ).all()
        db.session.rollback()
        if not rows:
            return
        last = rows[-1].id
        yield list(rows)


def _about(rows: list[Any], words: Words) -> list[list[Any]]:
    """The columns of when, in which language and from where."""
    minutes = [row.submitted_minute for row in rows]
    return [
        each(minutes, lambda minute: local(minute).replace(tzinfo=None)),
        [words.languages[row.language] for row in rows],
        [words.sources[row.source.value] for row in rows],
    ]
