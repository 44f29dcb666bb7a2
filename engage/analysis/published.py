"""A survey's result as the public may see it: bars, means, never texts, never a small group.

Without the heavy libraries: whoever counted hands in the counts and how the responses divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engage.analysis import disclosure
from engage.analysis.disclosure import PublicCounts, Table
from engage.core.figures import half_up
from engage.questions.definition import Definition
from engage.questions.types.choice import MultipleChoice

NOBODY, OTHER, FIRST = 0, 1, 2
"""Groups of a division: not answered, answered otherwise, the first of those with a figure."""

Overlaps = Callable[[Sequence[Any]], Callable[[int, int], Table]]


@dataclass(frozen=True, slots=True)
class Counted:
    """One question as counted; ``about`` is what is published of it in any case.

    ``divide`` answers the group of each response: by the option picked as the mapping says, ``OTHER`` for
    those who picked none of it, ``NOBODY`` for those who did not answer. ``asked`` divides into those whose
    answers led to the question and those who never saw it; ``limits`` are how many options one person may
    pick at least and at most.
    """

    about: dict[str, Any]
    kind: str
    several: bool
    base: int
    counts: tuple[tuple[str, int], ...]
    mean: float | None
    divide: Callable[[Mapping[str, int]], Any]
    asked: Any
    limits: frozenset[int]

    @property
    def is_publishable(self) -> bool:
        """Whether enough people answered; numbers also need a range that says something."""
        return disclosure.publishable(self.base) and (self.kind != "numbers" or bool(self.counts))

    def public_counts(self) -> PublicCounts:
        """The counts that are large enough."""
        if self.kind == "texts":
            return PublicCounts(())
        if self.several:
            return disclosure.several(self.counts, self.base)
        return disclosure.exclusive(self.counts)

    def divisions_before(self, question: Mapping[str, Any]) -> list[Any] | None:
        """The divisions whose sizes an earlier publication of this question tells; empty where it tells none.

        None where they cannot be told any more, as when numbers fell into other ranges then.
        """
        if question.get("base") is None:
            return []
        codes = [code for code, _, _ in question.get("rows", ())]
        if not {*codes, *question.get("merged", ())} <= {code for code, _ in self.counts}:
            return None
        return self.divisions(PublicCounts(tuple((code, 0) for code in codes)))

    def divisions(self, counts: PublicCounts) -> list[Any]:
        """The divisions of all responses that the published figures are the sizes of."""
        if self.several:
            return [self.divide({code: FIRST}) for code, _ in counts.shown] or [self.divide({})]
        groups = {code: FIRST + at for at, (code, _) in enumerate(counts.shown)}
        return [self.divide(groups)]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier publication: ``questions`` as published, ``erased`` of its responses are gone since.

    ``among`` makes of a division of all responses one of those it counted; the others are one more group.
    """

    questions: Sequence[Mapping[str, Any]]
    erased: int
    among: Callable[[Any], Any]


def pick_limits(definitions: Iterable[Definition], question: str) -> frozenset[int]:
    """How many options of ``question`` one person has to pick at least and may at most, in each version."""
    kinds = (one.kind for definition in definitions for one in definition.questions if one.id == question)
    several = [kind for kind in kinds if isinstance(kind, MultipleChoice)]
    return frozenset(limit for kind in several for limit in (kind.at_least or 1, kind.at_most) if limit)


def published(
    counted: Sequence[Counted], everyone: Any, overlaps: Overlaps, earlier: Sequence[Earlier] = ()
) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``; texts in every language they have.

    ``state`` is ``shown``, ``withheld`` (too few answers) or ``texts`` (read by staff, not published). Where
    figures beside those of other questions, or of an earlier publication, would tell of a small group,
    ``base`` and counts are None and the shares are rounded.
    """
    public = [one.public_counts() for one in counted]
    before, vague = _before(counted, everyone, earlier)
    divisions, questions = [everyone, *before], []
    for one, counts in zip(counted, public, strict=True):
        own = one.divisions(counts) if one.is_publishable else []
        questions.append(range(len(divisions), len(divisions) + len(own)))
        divisions += own
    asked = range(len(divisions), len(divisions) + len(counted))
    divisions += [one.asked for one in counted]
    exact = disclosure.exact_beside(questions, asked, overlaps(divisions), range(1 + len(before)))
    return [
        one.about
        | _figures(
            one, counts, exact=fine and one.about["id"] not in vague and not _few_beside_limits(one, counts)
        )
        for one, counts, fine in zip(counted, public, exact, strict=True)
    ]


def _before(
    counted: Sequence[Counted], everyone: Any, earlier: Sequence[Earlier]
) -> tuple[list[Any], set[str]]:
    """The divisions whose sizes are public already, and the questions of which they cannot all be told."""
    by_id = {one.about["id"]: one for one in counted}
    divisions: list[Any] = []
    vague: set[str] = set()
    for publication in earlier:
        divisions.append(publication.among(everyone))
        if publication.erased:
            # What those who are gone had answered is gone as well: nothing exact can be judged beside it.
            vague |= set(by_id)
        for question in publication.questions:
            one = by_id.get(question["id"])
            found = one.divisions_before(question) if one is not None else []
            if found is None:
                vague.add(question["id"])
            divisions += [publication.among(division) for division in found or ()]
    return divisions, vague


def _few_beside_limits(one: Counted, counts: PublicCounts) -> bool:
    return one.several and disclosure.few_beside_limits(counts, one.base, one.limits)


def _figures(one: Counted, counts: PublicCounts, *, exact: bool) -> dict[str, Any]:
    if not one.is_publishable:
        return {"state": "withheld"}
    base = one.base if exact else None
    if one.kind == "texts":
        return {"state": "texts", "base": base}
    together = counts.merged_count or 0
    groups = [*(count for _, count in counts.shown), together]
    shares = (
        [round(count / one.base, 6) for count in groups]
        if exact
        else disclosure.coarse(groups, one.base, several=one.several)
    )
    if shares is None:
        return {"state": "withheld"}
    rows = [(code, count, share) for (code, count), share in zip(counts.shown, shares[:-1], strict=True)]
    return {
        "state": "shown",
        "base": base,
        "rows": [[code, count if exact else None, part] for code, count, part in rows],
        "merged": list(counts.merged),
        "merged_count": counts.merged_count if exact else None,
        "merged_share": shares[-1] if together else None,
        "mean": _mean(one, counts, {int(code): part for code, _, part in rows}, exact=exact)
        if one.kind == "scale"
        else None,
    }


def _mean(one: Counted, counts: PublicCounts, shares: Mapping[int, float], *, exact: bool) -> float | None:
    # Beside the shown counts a mean would tell what those shown together picked.
    if one.mean is None or counts.merged:
        return None
    if exact:
        return float(half_up(one.mean, 2))
    # Of the shares that are shown: the true one would tell what a few people picked.
    total = sum(shares.values())
    return float(half_up(sum(step * part for step, part in shares.items()) / total, 1)) if total else None
