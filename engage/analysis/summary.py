"""The first sheet of a file of responses: what was answered to each question, in counts and shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from engage.analysis.ratings import tile_rating
from engage.core.figures import half_up
from engage.core.sheets import Front, Share, going_on

_Row = list[Any]


def front_sheet(
    found: Mapping[str, Any], titles: Iterable[str], title: str, words: Mapping[str, str], made_at: datetime
) -> Front:
    """``found`` is the dashboard of all responses (``Dashboard.build``), ``words`` are ``Words.summary``.

    ``titles`` are the survey's in every language, ``title`` the one shown; ``made_at`` stands on the clock.
    """
    named = list(titles)
    rows = [row for number, tile in enumerate(found["tiles"], 1) for row in _rows(number, tile, named, words)]
    return Front(
        about=[
            (words["survey"], title),
            (words["scope"], words["everything"]),
            (words["responses"], found["total"]),
            (words["made"], made_at),
        ],
        heads=[words[name] for name in ("question", "answer", "people", "share", "value", "base", "asked")],
        rows=rows,
        going_on=going_on(words),
    )


def _rows(
    number: int, tile: Mapping[str, Any], titles: list[str], words: Mapping[str, str]
) -> Iterator[_Row]:
    """Those of a question: question, answer, people, share of those who answered, value, answered, asked."""
    base = tile["base"]

    def row(answer: str, people: int | None = None, share: float | None = None, value: Any = None) -> _Row:
        part = None if share is None else Share(share)
        return [f"{number}. {tile['title']}", answer, people, part, value, base, tile["asked"]]

    if tile["kind"] == "texts":
        yield row(words["texts"], base)
        return
    for code, count in tile["counts"]:
        yield row(tile["labels"].get(code, code.replace("..", "–")), count, count / base if base else None)
    for name in ("mean", "median", "low", "high"):
        if tile[name] is not None:
            yield row(words[name], value=float(half_up(tile[name], max(2, tile["decimals"] + 1))))
    rating = tile_rating(tile, titles)
    if rating is not None and base and rating.favourable is not None:
        good, highest = rating.lowest_good, rating.highest
        steps = str(good) if good == highest else f"{good}–{highest}"
        name = "satisfied" if rating.is_satisfaction else "favourable"
        yield row(words[name].format(steps=steps), share=rating.favourable)
