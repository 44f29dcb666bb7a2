"""Stable ids: a clause of a new text keeps the key of the clause it was in the text before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from engage.consultations.rules.clauses import Clause

_SAME_NUMBER: Final = 0.25
_MOVED: Final = 0.5
# Comparing every clause with every other is only worth it among the few left over.
_MOST_PAIRS: Final = 2_500


def with_keys_of(before: Sequence[Clause], clauses: Sequence[Clause]) -> list[Clause]:
    """`clauses` with the keys of those of `before` they continue; the others keep their new ones.

    Equal text wins, then the same number with a quarter of the text in common, then half of the text in
    common wherever it stands (Jaccard index of character pairs).
    """
    keys: dict[int, str] = {}
    old = dict(enumerate(before))
    _match_equal(old, clauses, keys)
    _match_numbers(old, clauses, keys)
    _match_similar(old, clauses, keys)
    return [replace(one, key=keys.get(at, one.key)) for at, one in enumerate(clauses)]


def _match_equal(old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str]) -> None:
    places: dict[tuple[str, str], list[int]] = {}
    for at, one in old.items():
        places.setdefault((one.title, one.text), []).append(at)
    for at, one in enumerate(new):
        found = places.get((one.title, one.text))
        if found:
            keys[at] = old.pop(found.pop(0)).key


def _match_numbers(old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str]) -> None:
    numbered: dict[tuple[str, str], list[int]] = {}
    for at, one in old.items():
        numbered.setdefault((one.part, one.number or one.title), []).append(at)
    for at, one in enumerate(new):
        if at in keys:
            continue
        found = numbered.get((one.part, one.number or one.title), [])
        if found and _likeness(_pairs(old[found[0]]), _pairs(one)) >= _SAME_NUMBER:
            keys[at] = old.pop(found.pop(0)).key


def _match_similar(old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str]) -> None:
    left = [at for at in range(len(new)) if at not in keys]
    if len(left) * len(old) > _MOST_PAIRS:
        return
    grams = {at: _pairs(one) for at, one in old.items()}
    for at in left:
        mine = _pairs(new[at])
        likeness, best = max(((_likeness(grams[one], mine), -one) for one in old), default=(0.0, 0))
        if likeness >= _MOVED:
            keys[at] = old.pop(-best).key


def _pairs(one: Clause) -> frozenset[str]:
    text = one.title + one.text
    return frozenset(text[at : at + 2] for at in range(max(1, len(text) - 1)))


def _likeness(first: frozenset[str], second: frozenset[str]) -> float:
    both = len(first | second)
    return len(first & second) / both if both else 0.0


def changed(before: Iterable[Clause], after: Iterable[Clause]) -> bool:
    """Whether two drafts differ in what people read."""
    return list(before) != list(after)
