"""Cases with a source of their own for tests; call inside an application context."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.cases.actions import open_case
from engage.cases.models import Case
from engage.cases.sources import SourceView, register_source
from engage.core.actor import SYSTEM, Actor
from engage.core.errors import Conflict, NotFound
from engage.core.messages import msg
from engage.core.writer import atomic
from tests.factories.accounts import make_unit

KIND, PLAIN_KIND = "test-source", "test-plain-source"
TEXT = "第 {} 个提问：加装电梯的费用怎么分摊？"


class PlainSource:
    """A source that keeps its texts and answers in memory, and offers no more than it must."""

    kind = msg("Live question")

    def __init__(self) -> None:
        self.answers: dict[int, str] = {}
        self.units: dict[int, int] = {}
        self.gone: set[int] = set()
        self.unit_id = 0
        self.refuses = False
        self.erased: set[int] = set()
        self.asked: list[list[int]] = []

    def view(self, source_id: int) -> SourceView:
        if source_id in self.gone:
            raise NotFound
        text = "" if source_id in self.erased else TEXT.format(source_id)
        return SourceView(
            self.kind,
            text,
            ((msg("Unit"), "市住建局"),),
            "/staff/somewhere",
            "/somewhere",
            self.answers.get(source_id, ""),
            permission=Permission.LIVE_READ,
            unit_id=self.unit_id,
            erased=source_id in self.erased,
        )

    def reassigned(self, actor: Actor, source_id: int, unit_id: int) -> None:
        self.units[source_id] = unit_id

    def answer(self, actor: Actor, source_id: int, text: str) -> None:
        if self.refuses:
            raise Conflict(msg("This question is not deferred to a written answer any more."))
        self.answers[source_id] = text


class Source(PlainSource):
    """One that tells what was asked and takes corrections."""

    def excerpts(self, ids: Sequence[int]) -> dict[int, str]:
        self.asked.append(list(ids))
        return {source_id: TEXT.format(source_id) for source_id in ids if source_id not in self.erased}

    def correct(self, actor: Actor, source_id: int, text: str) -> None:
        self.answers[source_id] = text


SOURCE = Source()
register_source(KIND, SOURCE)
register_source(PLAIN_KIND, PlainSource())


def make_case(
    unit: Unit | None = None, *, source_id: int = 1, due_on: date | None = None, **values: Any
) -> Case:
    """An open case of a unit; its source answers into ``SOURCE``."""
    SOURCE.__init__()  # type: ignore[misc]
    unit = unit or make_unit("市住房和城乡建设局")
    SOURCE.unit_id = unit.id
    with atomic():
        case = open_case(
            SYSTEM,
            KIND,
            source_id,
            unit.id,
            f"老旧小区改造访谈 #{source_id}",
            due_on=due_on,
        )
        for name, value in values.items():
            setattr(case, name, value)
    return case
