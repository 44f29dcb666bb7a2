"""A definition prepared once per version, so that checking a response costs microseconds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from engage.core.messages import Message
from engage.questions.definition import BadDefinition, Definition, Question, check
from engage.questions.logic import Answers, Condition, Value, both, evaluate, write_condition
from engage.questions.types.base import Parser, Wrong

FIELD: Final = "q-"
"""Form fields are named by this and the question's id."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question in the order asked; `show_if` joins its own condition and its page's."""

    id: str
    question: Question
    page: int
    show_if: Condition | None
    parse: Parser
    required: bool
    unanswered: Message


@dataclass(frozen=True, slots=True)
class Compiled:
    """Steps in order, the same by id, and `rules` for the browser's twin: `[id, page, condition]` each.

    `form_bytes` is what a form with the longest answer to every question takes.
    """

    definition: Definition
    steps: tuple[Step, ...]
    by_id: Mapping[str, Step]
    rules: tuple[tuple[str, int, object], ...]
    form_bytes: int


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: clean answers on the path, a sentence for each fault, and the path itself."""

    answers: dict[str, Value]
    errors: dict[str, Message]
    path: tuple[str, ...]


def compile(definition: Definition) -> Compiled:
    """Prepares a definition that may be published. Raises `BadDefinition` when `check` finds anything."""
    findings = check(definition)
    if findings:
        raise BadDefinition(findings)
    steps = tuple(
        Step(
            id=question.id,
            question=question,
            page=number,
            show_if=both(page.show_if, question.show_if),
            parse=question.kind.parser(),
            required=question.required,
            unanswered=question.kind.unanswered,
        )
        for number, page in enumerate(definition.pages)
        for question in page.questions
    )
    rules = tuple((step.id, step.page, write_condition(step.show_if)) for step in steps)
    form_bytes = sum(step.question.kind.form_bytes for step in steps)
    return Compiled(definition, steps, {step.id: step for step in steps}, rules, form_bytes)


def path(compiled: Compiled, answers: Answers) -> tuple[str, ...]:
    """The ids of the questions asked, in order: a pure function of the answers that lie on the path.

    An answer whose question is not shown never counts, so it cannot show another one either.
    """
    counted: dict[str, Value] = {}
    shown = []
    for step in compiled.steps:
        if step.show_if is None or evaluate(step.show_if, counted):
            shown.append(step.id)
            answer = answers.get(step.id)
            if answer is not None:
                counted[step.id] = answer
    return tuple(shown)


def validate(compiled: Compiled, raw: Mapping[str, object], pages: int | None = None) -> Checked:
    """Checks raw form or JSON values by question id, of whatever type, against the compiled questionnaire.

    Only questions on the path are looked at. With `pages`, only the first so many pages are checked. A faulty
    answer counts as none for the conditions after it. Ids that are unknown are ignored.
    """
    answers: dict[str, Value] = {}
    errors: dict[str, Message] = {}
    shown: list[str] = []
    for step in compiled.steps:
        if pages is not None and step.page >= pages:
            break
        if step.show_if is not None and not evaluate(step.show_if, answers):
            continue
        id = step.id
        shown.append(id)
        try:
            value = step.parse(raw.get(id))
        except Wrong as wrong:
            errors[id] = wrong.message
            continue
        if value is not None:
            answers[id] = value
        elif step.required:
            errors[id] = step.unanswered
    return Checked(answers, errors, tuple(shown))


def from_form(compiled: Compiled, values: Callable[[str], Sequence[str]]) -> dict[str, object]:
    """The raw values in a form. `values` gives the texts sent under a field name (`request.form.getlist`)."""
    raw: dict[str, object] = {}
    for step in compiled.steps:
        sent = values(FIELD + step.id)
        if sent:
            raw[step.id] = step.question.kind.from_form(sent)
    return raw


def next_page(compiled: Compiled, answers: Answers, after: int) -> int | None:
    """The number of the next page with a question on the path, None after the last; after -1, the first."""
    shown = set(path(compiled, answers))
    pages = (page for page, _ in groupby(step.page for step in compiled.steps if step.id in shown))
    return next((page for page in pages if page > after), None)


def previous_page(compiled: Compiled, answers: Answers, before: int) -> int | None:
    """The number of the page before with a question on the path; None when there is none."""
    shown = set(path(compiled, answers))
    pages = {step.page for step in compiled.steps if step.id in shown and step.page < before}
    return max(pages, default=None)
