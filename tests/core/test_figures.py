"""One way of rounding, on pages, in charts and in files: as people round, and Excel."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from engage.analysis import charts
from engage.analysis.tallies import Tally
from engage.core.figures import half_up, percent_text


@pytest.mark.parametrize(
    ("count", "base", "digits", "words"),
    [
        (1, 40, 0, "3%"),
        (1, 200, 0, "1%"),
        (1, 201, 0, "<1%"),
        (13, 2000, 1, "0.7%"),
        (69, 800, 1, "8.6%"),
        (1, 16, 1, "6.3%"),
        (1, 2000, 1, "0.1%"),
        (1, 2001, 1, "<0.1%"),
        (0, 5, 0, "0%"),
        (0, 5, 1, "0.0%"),
        (5, 5, 0, "100%"),
        (5, 5, 1, "100.0%"),
        (39, 40, 1, "97.5%"),
        (1, 3, 1, "33.3%"),
    ],
)
def test_a_half_goes_up(count: int, base: int, digits: int, words: str) -> None:
    assert percent_text(count / base, digits) == words


def test_shares_are_rounded_as_the_fractions_that_they_are() -> None:
    for base in (1, 2, 5, 8, 39, 40, 125, 1000):
        for count in range(1, base + 1):
            exact = (100 * Decimal(count) / Decimal(base)).quantize(Decimal("0.1"), ROUND_HALF_UP)
            if exact:
                assert percent_text(count / base, 1) == f"{exact}%"


def test_the_chart_says_what_the_table_beside_it_says() -> None:
    counts = (("a", 13), ("b", 1), ("c", 0), ("d", 1986))
    [bar] = charts.bars(Tally("q", "counts", 2000, 2000, counts), {})["data"]
    assert list(bar["text"]) == [f"{count} · {percent_text(count / 2000, 1)}" for _, count in counts]


@pytest.mark.parametrize(
    ("value", "digits", "words"), [(2.675, 2, "2.68"), (4.25, 1, "4.3"), (-0.5, 0, "-1"), (12.5, 0, "13")]
)
def test_figures_are_rounded_as_they_are_written(value: float, digits: int, words: str) -> None:
    assert str(half_up(value, digits)) == words
