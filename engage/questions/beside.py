"""Reading and checking a questionnaire where people wait: the largest takes a second, others are served."""

from __future__ import annotations

from typing import Any

from engage.core.threads import beside_the_hub
from engage.questions import definition
from engage.questions.compiled import Compiled, compile
from engage.questions.definition import Definition
from engage.questions.reading import Finding


def read_beside(data: Any) -> Definition:
    """As ``definition.read``. ``data`` is JSON: a row is not to be read in another thread."""
    return beside_the_hub(lambda: definition.read(data))


def check_beside(found: Definition) -> list[Finding]:
    """As ``definition.check``."""
    return beside_the_hub(lambda: definition.check(found))


def compile_beside(found: Definition) -> Compiled:
    """As ``compiled.compile``."""
    return beside_the_hub(lambda: compile(found))
