"""Clauses by what they are called in tables of comments, there and back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

_WHOLE: Final = frozenset(
    {
        "",
        "-",
        "/",
        "无",
        "全文",
        "全部",
        "整体",
        "整篇",
        "整篇文稿",
        "总体",
        "通篇",
        "thedraftasawhole",
        "whole",
    }
)


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """The names of clauses by key, none twice: the second 第一条 of a draft is 第一条 (2)."""
    taken = set(names.values())
    given: set[str] = set()
    apart: dict[str, str] = {}
    for key, name in names.items():
        words, number = name, 1
        while words in given or (number > 1 and words in taken):
            number += 1
            words = f"{name} ({number})"
        given.add(words)
        apart[key] = words
    return apart


class ClauseIndex:
    """Finds clauses by the names a table has for them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names`` are those of a consultation's clauses by key."""
        apart = told_apart(names)
        self._keys = {_folded(name): key for key, name in apart.items()}
        numbers: dict[str, list[str]] = {}
        for key, name in apart.items():
            numbers.setdefault(_folded(name.split(" ", 1)[0]), []).append(key)
        self._numbers = {number: keys[0] for number, keys in numbers.items() if len(keys) == 1}

    def key_of(self, cell: str) -> str | None:
        """The key of the clause a cell names, "" for the draft as a whole, None where there is none such.

        The name as exported, or the number alone where only one clause has it.
        """
        words = _folded(cell)
        found = self._keys.get(words) or self._numbers.get(words)
        if found is None and words in _WHOLE:
            return ""
        return found


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).lower().split())
