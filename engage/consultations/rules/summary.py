"""The first sheet of a file of comments: how many there are on each clause, and what people think of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from engage.consultations.models import Adoption, Comment, CommentState, Stance
from engage.core.sheets import Front, Share, going_on


class Summary:
    """Counts the comments of a file as they are written to it."""

    def __init__(self) -> None:
        self.comments: Counter[str] = Counter()
        self.stances: Counter[tuple[str, Stance]] = Counter()
        self.states: Counter[CommentState | Adoption | None] = Counter()

    def add(self, row: Comment) -> None:
        """Count a comment; a stance as everybody is told it: of what is published, and once a device."""
        self.states.update((row.state, row.adoption))
        self.comments[row.clause] += row.has_text
        if row.counted and row.stance is not None and row.state is CommentState.PUBLISHED:
            self.stances[row.clause, row.stance] += 1

    def front(
        self,
        title: str,
        clauses: Iterable[tuple[str, str]],
        words: Mapping[str, str],
        labels: Mapping[str, Mapping[str, str]],
        made_at: datetime,
    ) -> Front:
        """The sheet: ``clauses`` are keys and names in order, ``words`` and ``labels`` those of the export.

        ``made_at`` stands on the clock.
        """
        states = [(labels["state"][each.value], self.states[each]) for each in CommentState]
        outcomes = [(labels["adoption"][each.value], self.states[each]) for each in Adoption]
        about = [
            (words["title"], title),
            (words["scope"], words["everything"]),
            (words["comments"], sum(count for _, count in states)),
            *((name, count) for name, count in states + outcomes if count),
            (words["made"], made_at),
        ]
        heads = [
            words["clause"],
            words["in_words"],
            words["share"],
            *labels["stance"].values(),
            words["agree"],
        ]
        rows = [self._row(name, [key]) for key, name in clauses if self.comments[key] or self._stances([key])]
        everything = {key for key, _ in self.stances} | set(self.comments)
        return Front(about, heads, [*rows, self._row(words["total"], everything)], going_on(words))

    def _row(self, name: str, keys: Iterable[str]) -> list[Any]:
        keys, everything = list(keys), self.comments.total()
        comments = sum(self.comments[key] for key in keys)
        given = [sum(self.stances[key, stance] for key in keys) for stance in Stance]
        part = Share(comments / everything) if everything else None
        return [name, comments, part, *given, Share(given[0] / sum(given)) if sum(given) else None]

    def _stances(self, keys: Iterable[str]) -> int:
        return sum(self.stances[key, stance] for key in keys for stance in Stance)
