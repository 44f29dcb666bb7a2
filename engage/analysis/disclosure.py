"""What may be published of a tally: nothing that tells of fewer than ten people, alone or by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations, product

K = 10
"""The smallest group that is shown, from the platform's rules for survey results."""
_STEPS = (100, 50, 20, 10, 5, 4, 2)
"""Into how many steps shares are rounded: whole per cents at best."""
_LEAST_IN_STEP, _LEAST_IN_STEP_OF_SEVERAL = 15, 25
"""People in a step, found by trying groups of all sizes: of fewer some shares fit less than ten counts."""

Table = Sequence[Sequence[int]]
"""How many people are in each group of one division (rows) and each group of another (columns)."""


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """``shown`` counts by option; ``merged`` options share ``merged_count`` (None if even that is small)."""

    shown: tuple[tuple[str, int], ...]
    merged: tuple[str, ...] = ()
    merged_count: int | None = None


def publishable(base: int) -> bool:
    """Whether a question answered by ``base`` people may be shown at all."""
    return base >= K


def exclusive(counts: tuple[tuple[str, int], ...]) -> PublicCounts:
    """For questions of which each person picked one option: small options are shown together.

    If the small ones together are still under ten, the next smallest joins them, so that subtracting the
    shown ones from the base never leaves a group under ten.
    """
    small = {code for code, count in counts if 0 < count < K}
    total = sum(count for code, count in counts if code in small)
    rest = sorted((count, code) for code, count in counts if count >= K)
    while small and total < K and rest:
        count, code = rest.pop(0)
        small.add(code)
        total += count
    if not small:
        return PublicCounts(counts)
    shown = tuple(item for item in counts if item[0] not in small)
    merged = tuple(code for code, _ in counts if code in small)
    return PublicCounts(shown, merged, total if total >= K else None)


def several(counts: tuple[tuple[str, int], ...], base: int) -> PublicCounts:
    """For questions with several picks: an option picked, or left out, by under ten people has no number."""
    hidden = {code for code, count in counts if 0 < count < K or 0 < base - count < K}
    shown = tuple(item for item in counts if item[0] not in hidden)
    return PublicCounts(shown, tuple(code for code, _ in counts if code in hidden), None)


def few_beside_limits(counts: PublicCounts, base: int, limits: Collection[int]) -> bool:
    """Whether the counts shown beside the base say how few people picked more or fewer than others.

    ``limits`` are the least and the most that one person may pick, in any version. Those who picked more
    than the least are told by all counts over it; those who picked fewer than the most, or what is merged,
    by what the counts shown fall short of it.
    """
    total = sum(count for _, count in counts.shown)
    least = {limit - len(counts.merged) for limit in limits}
    return any(0 < abs(total - limit * base) < K for limit in {*limits, *least} if limit > 0)


def too_few_between(added: int, erased: int) -> bool:
    """Whether so few responses came or went between two publications that figures would tell of them."""
    return 0 < added + erased < K


def exact_beside(
    questions: Sequence[Sequence[int]],
    asked: Sequence[int],
    overlap: Callable[[int, int], Table],
    known: Sequence[int],
) -> list[bool]:
    """For each question in turn, whether its exact figures may stand beside those already let through.

    A question names the divisions of all responses that its figures are sizes of (one for a single choice,
    one for each option where several may be picked), and the one into those ``asked`` and those not;
    ``known`` are the divisions whose sizes are public in any case: the one into a single group, and those of
    earlier publications. Those who did not answer are a group like any other, those who came later too.

    Those asked have to be whole groups of one division let through. Else their number is a new one, and
    beside those of two questions that led there it would tell how few led there by both, or by neither.
    """
    through, found = list(known), []
    for own, led in zip(questions, asked, strict=True):
        pairs = (*product(own, through), *combinations(own, 2))
        exact = any(_made_of(overlap(led, one)) for one in through) and not any(
            tells(overlap(one, other)) for one, other in pairs
        )
        if exact:
            through += own
        found.append(exact)
    return found


def _made_of(table: Table) -> bool:
    """Whether each group of the second division lies within one of the first."""
    return all(sum(cell > 0 for cell in column) <= 1 for column in zip(*table, strict=True))


def tells(table: Table) -> bool:
    """Whether sizes of groups of two divisions, added up and subtracted, give the size of a group under ten.

    Rows, some together or none, lie within all columns that they meet, and within more; what is left over is
    a real group of people. It is what a cut between the rows and columns taken and those not taken costs, so
    the smallest is found as a minimum cut (Ford and Fulkerson). Of rows and columns that meet over others
    nothing is taken for free, so one row can stand for all: it is taken and another is not, or it is not
    and some column is.
    """
    if all(cell == 0 or cell >= K for row in table for cell in row):
        return False
    unseen = {at for at, row in enumerate(table) if any(row)}
    while unseen:
        first = unseen.pop()
        met = [column for column, cell in enumerate(table[first]) if cell]
        others = unseen & _reached(table, table, met).keys()
        unseen -= others
        columns = [
            column
            for column in range(len(table[first]))
            if any(table[one][column] for one in {first, *others})
        ]
        cuts = [*((met, one) for one in others), *(([column], first) for column in columns)]
        if any(_few_between(table, *cut) for cut in cuts):
            return True
    return False


def coarse(counts: Sequence[int], base: int, *, several: bool = False) -> list[float] | None:
    """Shares of groups of ``base`` people, so coarse that ten counts fit each for who knows the base.

    That holds beside the other shares and for who knows this very rule: steps are more than ten people, those
    of groups that make up the base add up to it (largest remainders: of 25 and 75 in a hundred the tenths 0.3
    and 0.8 would fit no other two), and a group of ten, the least that has a figure, has one. Of ``several``
    picks each share stands for itself. None where no step is so coarse, or there are less than groups.
    """
    least = _LEAST_IN_STEP_OF_SEVERAL if several else _LEAST_IN_STEP
    steps = next((steps for steps in _STEPS if base >= least * steps), 0)
    groups = [count for count in counts if 0 < count < base]
    if not steps or (not several and len(groups) > steps):
        return None
    parts = [min(max(1, _nearest(count, base, steps)), steps - 1) for count in groups]
    if groups and not several:
        parts = _adding_up(groups, base, steps)
    found = iter(parts)
    return [next(found) / steps if 0 < count < base else float(count == base) for count in counts]


def _nearest(count: int, base: int, steps: int) -> int:
    # Half a step goes up, as everywhere.
    return (2 * steps * count + base) // (2 * base)


def _adding_up(groups: Sequence[int], base: int, steps: int) -> list[int]:
    """How many steps each group has: at least one, all together ``steps``, the largest remainders first."""
    parts = [max(1, count * steps // base) for count in groups]
    while sum(parts) > steps:
        parts[parts.index(max(parts))] -= 1
    by_remainder = sorted(range(len(groups)), key=lambda at: parts[at] * base - groups[at] * steps)
    for at in by_remainder[: steps - sum(parts)]:
        parts[at] += 1
    return parts


def _few_between(table: Table, taken: Sequence[int], not_taken: int) -> bool:
    """Whether some columns with those ``taken`` are under ten people more than some rows within."""
    if sum(table[not_taken][column] for column in taken) >= K:
        return False
    left = [list(row) for row in table]
    between = 0
    while between < K:
        came = _reached(table, left, taken)
        if not_taken not in came:
            return True
        steps = [(not_taken, *came[not_taken])]
        while (before := steps[-1][2]) is not None:
            steps.append((before, *came[before]))
        people = min(left[row][over] for row, over, _ in steps)
        for row, over, before in steps:
            left[row][over] -= people
            if before is not None:
                left[before][over] += people
        between += people
    return False


def _reached(table: Table, left: Table, start: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """The rows reached from columns where people are ``left``: each over which column and from which row."""
    came: dict[int, tuple[int, int | None]] = {}
    columns = set(start)
    waiting: list[tuple[int, int | None]] = [(column, None) for column in start]
    for column, before in waiting:
        for row, line in enumerate(left):
            if line[column] > 0 and row not in came:
                came[row] = (column, before)
                fresh = [other for other, met in enumerate(table[row]) if met and other not in columns]
                columns.update(fresh)
                waiting += [(other, row) for other in fresh]
    return came
