"""Questions whose being asked depends on more than one division of people: no numbers of them are public."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from engage.questions.definition import Definition
from engage.questions.logic import Condition, Test, both, tests
from engage.questions.types.choice import MultipleChoice

_Division = tuple[str, object]
"""Those who answered one question, or who picked one option where several may be picked."""


def entangled(definitions: Collection[Definition]) -> frozenset[str]:
    """The ids of questions asked because of two or more divisions, in whatever version, or because of these.

    All others hang on one division each, as the branches of a tree. A sum of published sizes that can never
    be below nought then falls apart, branch by branch, into such sums of one question and of the division it
    hangs on, and these are compared two by two (``disclosure``). With two of them it does not: of those who
    said yes to either of two questions, the numbers tell how many said yes to both.
    """
    hangs_on: dict[str, set[_Division]] = {}
    for definition in definitions:
        several = {one.id for one in definition.questions if isinstance(one.kind, MultipleChoice)}
        for page in definition.pages:
            for question in page.questions:
                condition = both(page.show_if, question.show_if)
                hangs_on.setdefault(question.id, set()).update(_divisions(condition, several))
    found = {question for question, divisions in hangs_on.items() if len(divisions) > 1}
    while more := {
        question
        for question, divisions in hangs_on.items()
        if question not in found and any(before in found for before, _ in divisions)
    }:
        found |= more
    return frozenset(found)


def pick_limits(definitions: Iterable[Definition], question: str) -> frozenset[int]:
    """How many options of ``question`` one person has to pick at least and may at most, in each version."""
    kinds = (one.kind for definition in definitions for one in definition.questions if one.id == question)
    several = [kind for kind in kinds if isinstance(kind, MultipleChoice)]
    return frozenset(limit for kind in several for limit in (kind.at_least or 1, kind.at_most) if limit)


def _divisions(condition: Condition | None, several: Collection[str]) -> Iterator[_Division]:
    for test in tests(condition):
        yield from _of_test(test) if test.question in several else [(test.question, None)]


def _of_test(test: Test) -> Iterator[_Division]:
    options = test.value if isinstance(test.value, tuple) else (test.value,)
    return ((test.question, option) for option in options)
