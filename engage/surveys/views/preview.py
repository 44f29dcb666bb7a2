"""What staff see of a survey before it is published, in a phone's frame beside the builder."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template

from engage.questions.beside import check_beside, compile_beside, read_beside
from engage.questions.compiled import Step
from engage.questions.definition import Definition
from engage.surveys.models import Layout, Survey
from engage.surveys.queries.published import CompiledVersion, as_values
from engage.surveys.views.pages import form_values


def preview(survey: Survey) -> str:
    """The respondent's own page, with paging and conditions, from which nothing is sent.

    An unfinished draft is a sheet of the questions that can be shown already.
    """
    definition = read_beside(survey.edit_definition)
    if check_beside(definition):
        return _sheet(survey, definition)
    shown = as_values(survey, survey.unit.name)
    whole = shown.layout is Layout.ALL_AT_ONCE
    asked = CompiledVersion(0, 0, compile_beside(definition))
    return render_template(
        "surveys/staff/preview.html",
        **form_values(shown, asked, None if whole else 0, {}, {}),
        token="",
        request_id="",
        whole=whole,
        first=True,
        preview=True,
    )


def _sheet(survey: Survey, definition: Definition) -> str:
    shown = tuple(
        replace(page, questions=tuple(question for question in page.questions if not question.kind.check("")))
        for page in definition.pages
    )
    drafted = replace(definition, pages=tuple(page for page in shown if page.questions))
    steps = tuple(
        Step(
            question.id,
            question,
            number,
            None,
            question.kind.parser(),
            question.required,
            question.kind.unanswered,
        )
        for number, page in enumerate(drafted.pages)
        for question in page.questions
    )
    pages = [
        (number, page, [step for step in steps if step.page == number])
        for number, page in enumerate(drafted.pages)
    ]
    numbers = {step.id: number for number, step in enumerate(steps, 1)}
    return render_template("surveys/staff/sheet.html", survey=survey, pages=pages, numbers=numbers)
