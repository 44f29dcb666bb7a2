"""What may be published of a tally: no count that tells of fewer than ten people."""

from __future__ import annotations

from dataclasses import dataclass

K = 10
"""The smallest group that is shown, from the platform's rules for survey results."""


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
    while small and (total < K or len(small) == 1) and rest:
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
