"""Comparing versions of a questionnaire: charts and exports say from which version on a question exists."""

from collections.abc import Iterable
from dataclasses import dataclass

from engage.questions.definition import Definition
from engage.questions.types.choice import MultipleChoice, SingleChoice


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids that stayed, came and went. `retyped` stayed but changed type, so answers cannot be compared.

    Options are written `question.option`.
    """

    kept: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    retyped: frozenset[str]


def compare(old: Definition, new: Definition) -> Difference:
    """What became of the questions and options of `old` in `new`."""
    before, after = frozenset(_ids(old)), frozenset(_ids(new))
    kinds = {question.id: question.kind.name for question in old.questions}
    return Difference(
        kept=before & after,
        added=after - before,
        removed=before - after,
        retyped=frozenset(
            question.id
            for question in new.questions
            if kinds.get(question.id, question.kind.name) != question.kind.name
        ),
    )


def _ids(definition: Definition) -> Iterable[str]:
    for question in definition.questions:
        yield question.id
        if isinstance(question.kind, SingleChoice | MultipleChoice):
            yield from (f"{question.id}.{choice.id}" for choice in question.kind.choices)
