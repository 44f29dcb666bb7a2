"""Disclosure, bins, cells: the rules as tables."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.analysis.disclosure import K, exclusive, several
from engage.analysis.ranges import MOST_BINS, bin_edges, range_codes
from engage.core.cells import cells_into, safe_cell, typed_cell

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


def _check_bins(low: float, high: float, *, whole: bool) -> None:
    edges = bin_edges(low, high, whole=whole)
    assert edges[0] <= low
    assert edges[-1] >= high
    assert 2 <= len(edges) <= MOST_BINS + 2
    assert edges == sorted(edges)
    codes = range_codes(low, high, whole=whole)
    assert len(codes) == len(edges) - 1
    assert len(set(codes)) == len(codes)


@given(stored_numbers, stored_numbers)
def test_bins_cover_all_values(one: float, other: float) -> None:
    _check_bins(min(one, other), max(one, other), whole=False)


whole_numbers = st.integers(-(10**15), 10**15) | st.integers(-30, 30)


@given(whole_numbers, whole_numbers)
def test_bins_of_whole_numbers_end_with_whole_numbers(one: int, other: int) -> None:
    low, high = min(one, other), max(one, other)
    _check_bins(low, high, whole=True)
    ends = [int(end) for code in range_codes(low, high, whole=True) for end in code.split("..")]
    assert ends == sorted(ends)
    assert ends[0] <= low
    assert ends[-1] >= high


@pytest.mark.parametrize(
    ("low", "high", "whole", "codes"),
    [
        (0, 8, True, ["0", "1", "2", "3", "4", "5", "6", "7", "8"]),
        (0, 5, True, ["0", "1", "2", "3", "4", "5"]),
        (3, 14, True, [str(number) for number in range(3, 15)]),
        (0, 12, True, ["0..1", "2..3", "4..5", "6..7", "8..9", "10..11", "12..13"]),
        (-1, 1, True, ["-1", "0", "1"]),
        (7, 7, True, ["7"]),
        (1_234_000, 1_234_009, True, [str(number) for number in range(1_234_000, 1_234_010)]),
        (1_999_999, 2_000_020, True, [f"{n}..{n + 1}" for n in range(1_999_998, 2_000_021, 2)]),
        (1.25, 1.25, False, ["1.25"]),
        (0.5, 1.1, False, ["0.5..0.6", "0.6..0.7", "0.7..0.8", "0.8..0.9", "0.9..1", "1..1.1", "1.1..1.2"]),
        (0.000021, 0.000028, False, [f"0.0000{n}..0.0000{n + 1}" for n in range(21, 29)]),
    ],
)
def test_what_ranges_are_called(low: float, high: float, whole: bool, codes: list[str]) -> None:
    assert range_codes(low, high, whole=whole) == codes


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


def test_every_cell_of_a_file_stands_in_quotation_marks_and_is_read_as_it_was() -> None:
    typed = ["路灯;=1+1", 'sagte "ja"', "两\n行", "a,b", "\t=1", "", "制表\t=HYPERLINK(1)"]
    out = io.StringIO(newline="")
    write = cells_into(out)
    write([*typed, 7, -1, 0.5, None])
    write(["只一格"])
    first, second, rest = out.getvalue().replace("两\n行", "两行").split("\r\n")
    assert (second, rest) == ('"只一格"', "")
    assert re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', first)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert [typed_cell(cell) for cell in rows[0]] == [*typed, "7", "-1", "0.5", ""]
