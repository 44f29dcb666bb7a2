"""Stable ids: a clause of a new text keeps the key of the clause it was in the text before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from engage.consultations.rules.clauses import Clause

_SAME_NUMBER: Final = 0.25
_MOVED: Final = 0.6
# What the web process compares at once, some 10 ms: pairs of clauses, and the product of their lengths, which
# is what comparing costs. More is the worker's.
_MOST_PAIRS: Final = 10_000
_MOST_CHARACTERS: Final = 400_000_000

Comparison = Callable[[Sequence[str], Sequence[str]], Iterator[tuple[float, int, int]]]
"""From new and old texts to likeness, new place and old place of what is alike, the most alike first."""


def with_keys_of(
    before: Sequence[Clause], clauses: Sequence[Clause], compare: Comparison | None = None
) -> list[Clause]:
    """`clauses` with the keys of those of `before` they continue; the others keep their new ones.

    Equal text wins; then the most alike pairs, from six tenths in common on, wherever they stand (normalized
    Indel similarity of title and text); then the same number with a quarter of the text in common (Jaccard
    index of character pairs).
    """
    keys: dict[int, str] = {}
    old = dict(enumerate(before))
    _match_equal(old, clauses, keys)
    _match_similar(old, clauses, keys, compare or one_by_one)
    _match_numbers(old, clauses, keys)
    return [replace(one, key=keys.get(at, one.key)) for at, one in enumerate(clauses)]


def is_heavy(before: Sequence[Clause], clauses: Sequence[Clause]) -> bool:
    """Whether comparing is too much for the web process: many clauses are neither old nor new alone."""
    keys: dict[int, str] = {}
    old = dict(enumerate(before))
    _match_equal(old, clauses, keys)
    left = [one for at, one in enumerate(clauses) if at not in keys]
    characters = sum(len(_words(one)) for one in left) * sum(len(_words(one)) for one in old.values())
    return len(left) * len(old) > _MOST_PAIRS or characters > _MOST_CHARACTERS


def one_by_one(new: Sequence[str], old: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """Compare few texts."""
    found = [
        (likeness, at, place)
        for at, mine in enumerate(new)
        for place, its in enumerate(old)
        if (likeness := Indel.normalized_similarity(mine, its, score_cutoff=_MOVED)) >= _MOVED
    ]
    yield from sorted(found, key=lambda pair: -pair[0])


def all_at_once(new: Sequence[str], old: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """Compare many texts; for the worker, since it loads numpy. 4 bytes a pair."""
    table = process.cdist(new, old, scorer=Indel.normalized_similarity, score_cutoff=_MOVED).ravel()
    for at in (-table).argsort(kind="stable"):
        if table[at] < _MOVED:
            return
        yield float(table[at]), int(at) // len(old), int(at) % len(old)


def _match_equal(old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str]) -> None:
    places: dict[tuple[str, str], list[int]] = {}
    for at, one in reversed(old.items()):
        places.setdefault((one.title, one.text), []).append(at)
    for at, one in enumerate(new):
        found = places.get((one.title, one.text))
        if found:
            keys[at] = old.pop(found.pop()).key


def _match_similar(
    old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str], compare: Comparison
) -> None:
    left = [at for at in range(len(new)) if at not in keys]
    places = list(old)
    if not left or not places:
        return
    for _value, at, place in compare([_words(new[at]) for at in left], [_words(old[at]) for at in places]):
        if left[at] not in keys and places[place] in old:
            keys[left[at]] = old.pop(places[place]).key
            if not old:
                return


def _match_numbers(old: dict[int, Clause], new: Sequence[Clause], keys: dict[int, str]) -> None:
    numbered: dict[tuple[str, str], list[int]] = {}
    for at, one in reversed(old.items()):
        numbered.setdefault((one.part, one.number or one.title), []).append(at)
    for at, one in enumerate(new):
        if at in keys:
            continue
        found = numbered.get((one.part, one.number or one.title), [])
        if found and _likeness(_pairs(old[found[-1]]), _pairs(one)) >= _SAME_NUMBER:
            keys[at] = old.pop(found.pop()).key


def _words(one: Clause) -> str:
    return one.title + one.text


def _pairs(one: Clause) -> frozenset[str]:
    text = _words(one)
    return frozenset(text[at : at + 2] for at in range(max(1, len(text) - 1)))


def _likeness(first: frozenset[str], second: frozenset[str]) -> float:
    both = len(first | second)
    return len(first & second) / both if both else 0.0


def changed(before: Iterable[Clause], after: Iterable[Clause]) -> bool:
    """Whether two drafts differ in what people read."""
    return list(before) != list(after)
