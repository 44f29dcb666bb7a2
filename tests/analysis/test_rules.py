"""Disclosure, bins, cells: the rules as tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.analysis.disclosure import K, exclusive, several
from engage.analysis.tallies import MOST_BINS, bin_edges
from engage.core.cells import safe_cell

counts_of = st.lists(st.integers(0, 60), min_size=1, max_size=8).map(
    lambda numbers: tuple((f"o{at}", count) for at, count in enumerate(numbers))
)


@given(counts_of)
def test_no_subtraction_reveals_a_group_under_ten(counts: tuple[tuple[str, int], ...]) -> None:
    base = sum(count for _, count in counts)
    public = exclusive(counts)
    shown = sum(count for _, count in public.shown)
    assert all(count == 0 or count >= K for _, count in public.shown)
    assert base - shown == 0 or base - shown >= K or not shown
    if public.merged:
        hidden = {code: count for code, count in counts if code in public.merged}
        assert public.merged_count in (sum(hidden.values()), None)
        assert len(hidden) > 1 or not shown


@given(counts_of, st.integers(0, 60))
def test_several_picks_hide_small_groups_on_both_sides(
    counts: tuple[tuple[str, int], ...], more: int
) -> None:
    base = max(count for _, count in counts) + more
    for _, count in several(counts, base).shown:
        assert count == 0 or count >= K
        assert base - count == 0 or base - count >= K


stored_numbers = st.builds(
    lambda whole, decimals: whole / 10**decimals, st.integers(-(10**15), 10**15), st.integers(0, 6)
)


@given(stored_numbers, stored_numbers)
def test_bins_cover_all_values(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    edges = bin_edges(low, high)
    assert edges[0] <= low
    assert edges[-1] >= high
    assert 2 <= len(edges) <= MOST_BINS + 2
    assert edges == sorted(edges)


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("停车难", "停车难"),
        (-1, -1),
        (None, ""),
    ],
)
def test_cells_never_run(typed: object, cell: object) -> None:
    assert safe_cell(typed) == cell
