"""Published results against an attacker who knows the form and subtracts every published number."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard
from engage.analysis.disclosure import K, PublicCounts, coarse, exclusive, several, tells, too_few_between
from engage.analysis.frame import SurveyFrame
from engage.analysis.public import Before, public_questions
from engage.analysis.ranges import MOST_BINS, crowded_ranges
from engage.demo.results import public_result
from engage.questions.definition import read
from tests.factories.responses import add_responses, choices, make_survey

Rows = list[dict[str, Any]]
FORM = {
    "pages": [
        {
            "id": "pppp",
            "questions": [
                {
                    "id": "aaaa",
                    "type": "single",
                    "text": {"zh_CN": "住哪里"},
                    "choices": choices("s1", "s2", "s3"),
                },
                {
                    "id": "bbbb",
                    "type": "multiple",
                    "text": {"zh_CN": "用什么"},
                    "choices": choices("m1", "m2"),
                },
                {"id": "cccc", "type": "rating", "text": {"zh_CN": "满意吗"}},
                {"id": "dddd", "type": "text", "text": {"zh_CN": "还有什么"}},
                {"id": "eeee", "type": "number", "text": {"zh_CN": "几口人"}},
                {"id": "ffff", "type": "number", "text": {"zh_CN": "多少亩"}, "decimals": 2},
            ],
        }
    ]
}
DEFINITION = read(FORM)


def _drawn(seed: int, size: int, skipping: float, rare: float) -> Rows:
    """Everyone lives somewhere; only those in s1 rate; few skip or pick what is rare."""
    chance = random.Random(seed)
    rows = []
    for _ in range(size):
        home = "s1" if chance.random() < 0.6 else "s3" if chance.random() < rare else "s2"
        row: dict[str, Any] = {"aaaa": home}
        row["bbbb"] = ["m1", "m2"] if chance.random() < rare else [chance.choice(["m1", "m2"])]
        if home == "s1" and chance.random() >= skipping:
            row["cccc"] = 1 if chance.random() < rare else chance.randint(4, 5)
        if chance.random() >= skipping:
            row["dddd"] = "好"
        row["eeee"] = 400 if chance.random() < rare / 4 else chance.randint(1, 5)
        row["ffff"] = chance.randint(0, 99) / 10 + 0.05
        rows.append(row)
    return rows


drawn = st.builds(
    _drawn,
    st.integers(0, 10**6),
    st.integers(0, 160),
    st.sampled_from([0, 0.02, 0.1, 0.5]),
    st.sampled_from([0, 0.03, 0.2]),
)


def _is(value: Any, code: str) -> bool:
    """Whether ``code`` is of an option picked, or of a range (of tenths, without its end) with the number."""
    if isinstance(value, list):
        return code in value
    first, between, last = code.partition("..")
    if not between or isinstance(value, str):
        return str(value) == code
    end = float(last or "inf")
    return float(first or "-inf") <= value and (value < end or (value == end and isinstance(value, int)))


def _known(published: Rows, rows: Rows) -> list[tuple[int, frozenset[int]]]:
    """Each exact number of the page with the people it counts."""
    everyone = frozenset(range(len(rows)))
    known = [(len(rows), everyone)]
    for question in published:
        key = question["id"]

        def of(codes: list[str], key: str = key) -> frozenset[int]:
            return frozenset(
                at for at, row in enumerate(rows) if key in row and any(_is(row[key], code) for code in codes)
            )

        if question.get("base") is not None:
            known.append((question["base"], frozenset(at for at, row in enumerate(rows) if key in row)))
        for code, count, _ in question.get("rows", ()):
            if count is not None:
                known.append((count, of([code])))
        if question.get("merged_count") is not None:
            known.append((question["merged_count"], of(question["merged"])))
    return known


@given(drawn)
def test_no_two_published_numbers_tell_of_a_small_group(rows: Rows) -> None:
    known = _known(public_result(DEFINITION, rows), rows)
    assert all(number == len(people) for number, people in known)
    everyone = len(rows)
    for number, people in known[1:]:
        assert number == 0 or number >= K
        assert everyone - number == 0 or everyone - number >= K
        for other, within in known[1:]:
            if within <= people:
                assert number - other == 0 or number - other >= K
    for (one, first), (two, second) in combinations(known[1:], 2):
        for number, people in known:
            if first | second == people:
                assert one + two - number == 0 or one + two - number >= K


@given(drawn)
def test_a_mean_stands_only_beside_all_counts(rows: Rows) -> None:
    for question in public_result(DEFINITION, rows):
        if question.get("mean") is not None:
            assert question["kind"] == "scale"
            assert question["merged"] == []
            assert question["base"] or question["mean"] == round(question["mean"], 1)


@given(drawn)
def test_without_a_base_shares_are_rounded_and_no_count_is_there(rows: Rows) -> None:
    for question in public_result(DEFINITION, rows):
        if question["state"] == "shown" and question["base"] is None:
            assert all(count is None for _, count, _ in question["rows"])
            assert all(share == round(share, 2) for _, _, share in question["rows"])
            assert question["merged_count"] is None


@pytest.mark.database
@pytest.mark.parametrize("size", [0, 9, 40, 120])
def test_the_worker_publishes_what_plain_counting_does(app: Flask, tmp_path: Path, size: int) -> None:
    with app.app_context():
        survey = make_survey(FORM)
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        rows: Rows = []
        for seed in range(4):
            new = _drawn(seed, size // 4, 0.05, 0.1)
            rows += new
            if new:
                add_responses(survey, new)
        frame.refresh()
        alone = public_result(DEFINITION, rows)
        assert public_questions(Dashboard(frame)) == alone
        earlier = len(rows) // 2
        first = public_result(DEFINITION, rows[:earlier])
        through = int(frame.ids()[earlier - 1]) if earlier else 0
        beside = public_questions(Dashboard(frame), [Before(earlier, through, first)])
        assert beside == public_result(DEFINITION, rows, [(earlier, first)])


def _published(rows: Rows) -> dict[str, dict[str, Any]]:
    return {question["id"]: question for question in public_result(DEFINITION, rows)}


def test_those_who_skipped_are_a_group_too() -> None:
    rows = [{"aaaa": "s1", "dddd": "好"}] * 50 + [{"aaaa": "s2", "dddd": "好"}] * 47 + [{"aaaa": "s2"}] * 3
    found = _published(rows)
    assert found["aaaa"]["base"] == 100
    assert found["dddd"] == found["dddd"] | {"state": "texts", "base": None}


def test_those_asked_because_of_an_answer_and_silent_are_a_group_too() -> None:
    rows = [{"aaaa": "s1", "cccc": 5}] * 45 + [{"aaaa": "s1"}] * 2 + [{"aaaa": "s2"}] * 53
    found = _published(rows)
    assert {code: count for code, count, _ in found["aaaa"]["rows"]}["s1"] == 47
    assert found["cccc"]["base"] is None
    assert found["cccc"]["rows"][-1] == ["5", None, 1.0]


def test_two_options_of_which_each_picked_one_tell_who_picked_both() -> None:
    rows = [{"bbbb": ["m1"]}] * 40 + [{"bbbb": ["m2"]}] * 57 + [{"bbbb": ["m1", "m2"]}] * 3
    assert _published(rows)["bbbb"]["rows"] == [["m1", None, 0.5], ["m2", None, 0.5]]
    rows += [{"bbbb": ["m1", "m2"]}] * 7
    assert _published(rows)["bbbb"]["rows"][0][1] == 50


def test_no_mean_beside_options_shown_together() -> None:
    rows = [{"cccc": 5}] * 60 + [{"cccc": 4}] * 30 + [{"cccc": 1}] * 6 + [{"cccc": 2}] * 4
    found = _published(rows)["cccc"]
    assert (found["merged"], found["merged_count"], found["mean"]) == (["1", "2"], 10, None)
    assert _published(rows[:90])["cccc"]["mean"] == 4.67


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ([[60, 0], [0, 40]], False),
        ([[60, 0], [5, 40]], True),
        ([[60, 0], [12, 40]], False),
        ([[58, 2, 0], [0, 40, 20]], True),
        ([[30, 30], [20, 20]], False),
        ([[97], [3]], True),
        ([[0]], False),
        # No single group tells, two against two do: 40 within 43, and 40 within 43 of four groups.
        ([[20, 20, 0, 0], [20, 20, 0, 0], [3, 0, 30, 30], [0, 0, 30, 30]], True),
        ([[20, 20, 0, 0], [20, 20, 0, 0], [5, 4, 30, 30], [0, 0, 30, 30]], True),
        ([[20, 20, 0, 0], [20, 20, 0, 0], [5, 5, 30, 30], [0, 0, 30, 30]], False),
        ([[5, 5, 30], [30, 30, 30]], False),
    ],
)
def test_what_two_divisions_tell(table: list[list[int]], told: bool) -> None:
    assert tells(table) is told
    assert tells(list(zip(*table, strict=True))) is told
    for order in permutations(table):
        assert tells(order) is told


def _unions(groups: int) -> list[frozenset[int]]:
    return [frozenset(some) for size in range(groups + 1) for some in combinations(range(groups), size)]


def _differences(table: list[list[int]]) -> set[int]:
    """The sizes of all that is left where some rows lie within some columns."""
    cells = [
        (row, column, cell) for row, line in enumerate(table) for column, cell in enumerate(line) if cell
    ]
    return {
        sum(cell for row, column, cell in cells if row not in within and column in around)
        for within in _unions(len(table))
        for around in _unions(len(table[0]))
        if all(column in around for row, column, _ in cells if row in within)
    }


@settings(deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.sampled_from([0, 0, 0, 1, 3, 5, 9, 10, 20, 60]), min_size=width, max_size=width),
            min_size=1,
            max_size=5,
        )
    )
)
def test_no_difference_of_unions_is_a_small_group(table: list[list[int]]) -> None:
    assert tells(table) is any(0 < size < K for size in _differences(table))


@pytest.mark.parametrize(
    ("counts", "base", "shares"),
    [
        # a half of a step: each alone went up, and only one pair fitted both
        ([25, 75], 100, [0.2, 0.8]), ([45, 55], 100, [0.4, 0.6]), ([25, 25], 50, [0.5, 0.5]),
        ([55, 945], 1000, [0.06, 0.94]), ([85, 415], 500, [0.15, 0.85]), ([55, 145], 200, [0.3, 0.7]),
        # the least has a step, the others less
        ([10, 90], 100, [0.2, 0.8]), ([10, 10, 130], 150, [0.1, 0.1, 0.8]), ([10, 990], 1000, [0.02, 0.98]),
        # nobody and everybody
        ([0, 40, 0], 40, [0, 1, 0]), ([0, 15, 15], 30, [0, 0.5, 0.5]), ([333, 1167], 1500, [0.22, 0.78]),
        # no step as coarse, or less steps than groups
        ([10, 10], 20, None), ([14, 15], 29, None), ([10, 10, 10], 30, None), ([10] * 5, 50, None),
    ],
)  # fmt: skip
def test_coarse_shares_of_groups_that_make_up_the_base(
    counts: list[int], base: int, shares: list[float] | None
) -> None:
    assert coarse(counts, base) == shares


@pytest.mark.parametrize(
    ("counts", "base", "shares"),
    [
        ([25, 75], 100, [0.25, 0.75]), ([10, 90], 100, [0.25, 0.75]), ([0, 100, 50], 100, [0, 1, 0.5]),
        ([20, 30], 49, None),
    ],
)  # fmt: skip
def test_coarse_shares_of_several_picks(counts: list[int], base: int, shares: list[float] | None) -> None:
    assert coarse(counts, base, several=True) == shares


def _possible(base: int, options: int, several: bool) -> list[tuple[int, ...]]:
    """All counts of so many options that have a figure: what each person picked one of, or one at least."""
    if several:
        counts = product(range(K, base - K + 1), repeat=options)
        return [one for one in counts if options == 1 or sum(one) >= base]
    first = product(range(K, base), repeat=options - 1)
    return [(*one, base - sum(one)) for one in first if base - sum(one) >= K]


@pytest.mark.parametrize(
    ("base", "options", "several"),
    [
        *(
            (base, 2, False)
            for base in (30, 31, 45, 50, 59, 60, 74, 75, 76, 90, 100, 150, 151, 299, 300, 1500)
        ),
        *((base, 3, False) for base in (60, 61, 75, 90, 100)),
        *((base, 1, True) for base in (50, 51, 75, 100, 101, 125, 250, 1000)),
        *((base, 2, True) for base in (50, 75, 100, 101, 125)),
    ],
)
def test_who_knows_base_and_rule_is_left_with_ten_counts(base: int, options: int, several: bool) -> None:
    """All answers there can be, by the shares they would be published with."""
    alike: dict[tuple[float, ...], list[set[int]]] = {}
    for one in _possible(base, options, several):
        shares = coarse(one, base, several=several)
        assert shares is not None
        for counts, count in zip(alike.setdefault(tuple(shares), [set() for _ in one]), one, strict=True):
            counts.add(count)
    assert min(len(counts) for each in alike.values() for counts in each) >= K


@given(drawn, st.integers(K, 3 * K))
def test_what_is_rounded_beside_an_earlier_publication_tells_of_no_newcomer(rows: Rows, more: int) -> None:
    """Whatever was exact before, what is rounded has a step of its own at least."""
    earlier = rows[: max(0, len(rows) - more)]
    first = public_result(DEFINITION, earlier)
    for question in public_result(DEFINITION, rows, [(len(earlier), first)]):
        if question["state"] == "shown" and question["base"] is None:
            answered = sum(question["id"] in row for row in rows)
            for _, count, share in question["rows"]:
                assert count is None
                assert share in (0.0, 1.0) or min(share, 1 - share) * answered > K


@pytest.mark.parametrize("size", [*range(10, 30, 3), 29])
def test_below_thirty_nothing_is_rounded(size: int) -> None:
    rows = [{"aaaa": "s1", "cccc": 5}] * size + [{"aaaa": "s1"}] * 2 + [{"aaaa": "s2"}] * 60
    assert _published(rows)["cccc"]["state"] == "withheld"


def test_a_mean_beside_rounded_shares_is_one_of_those() -> None:
    """Twenty-five rated 4, of twelve more five did: a mean of all would tell what those rated."""
    old = [{"aaaa": "s1", "cccc": 4}] * 25 + [{"aaaa": "s2"}] * 30
    new = [{"aaaa": "s1", "cccc": 4}] * 5 + [{"aaaa": "s2"}] * 7
    first = public_result(DEFINITION, old)
    again = {one["id"]: one for one in public_result(DEFINITION, [*old, *new], [(55, first)])}
    assert next(one["mean"] for one in first if one["id"] == "cccc") == 4
    assert (again["cccc"]["base"], again["cccc"]["mean"]) == (None, 4.0)
    mixed = [{"cccc": 5}] * 48 + [{"cccc": 3}] * 14
    again = {one["id"]: one for one in public_result(DEFINITION, mixed + [{"aaaa": "s1"}] * 3)}
    assert again["cccc"]["rows"] == [
        ["1", None, 0],
        ["2", None, 0],
        ["3", None, 0.25],
        ["4", None, 0],
        ["5", None, 0.75],
    ]
    assert again["cccc"]["mean"] == 4.5


def _before(rows: Rows, sizes: list[int]) -> list[tuple[int, Rows]]:
    """What was published one after the other, each beside those before; too few between two are left out."""
    found: list[tuple[int, Rows]] = []
    for size in sizes:
        if any(too_few_between(size - earlier, 0) for earlier, _ in found):
            continue
        found.append((size, public_result(DEFINITION, rows[:size], found)))
    return found


# Up to four publications of a survey take longer than what is granted to one example.
@settings(deadline=None)
@given(drawn, st.lists(st.integers(0, 40), min_size=1, max_size=3))
def test_no_two_publications_tell_of_a_small_group(rows: Rows, steps: list[int]) -> None:
    sizes = [len(rows)]
    for step in steps:
        sizes.append(max(0, sizes[-1] - step))
    known = [
        pair for size, questions in _before(rows, sizes[::-1]) for pair in _known(questions, rows[:size])
    ]
    for (number, people), (other, within) in permutations(known, 2):
        if within <= people:
            assert number - other == 0 or number - other >= K


@given(drawn, st.integers(1, K - 1))
def test_one_more_answer_or_a_few_are_too_few(rows: Rows, more: int) -> None:
    assert too_few_between(more, 0)
    assert too_few_between(0, more)
    assert not too_few_between(0, 0)
    assert not too_few_between(K, 0)


def test_a_rare_pick_among_enough_new_answers_is_rounded() -> None:
    old = [{"aaaa": "s1" if at % 2 else "s2", "bbbb": ["m1"], "cccc": 5} for at in range(60)]
    new = [{"aaaa": "s1", "bbbb": ["m1"], "cccc": 5}] * 11 + [{"aaaa": "s2", "bbbb": ["m1"], "cccc": 5}]
    first = public_result(DEFINITION, old)
    again = {one["id"]: one for one in public_result(DEFINITION, [*old, *new], [(60, first)])}
    assert next(one for one in first if one["id"] == "aaaa")["base"] == 60
    assert again["aaaa"]["base"] is None
    assert all(count is None for _, count, _ in again["aaaa"]["rows"])
    assert again["bbbb"]["base"] == again["cccc"]["base"] == 72


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 0, "b": 10}, PublicCounts((("a", 0), ("b", 10)))),
        ({"a": 9, "b": 50, "c": 60}, PublicCounts((("c", 60),), ("a", "b"), 59)),
        ({"a": 1, "b": 50, "c": 50}, PublicCounts((("c", 50),), ("a", "b"), 51)),
        ({"a": 5, "b": 5, "c": 60}, PublicCounts((("c", 60),), ("a", "b"), 10)),
        ({"a": 5, "b": 4, "c": 60}, PublicCounts((), ("a", "b", "c"), 69)),
        ({"a": 9}, PublicCounts((), ("a",), None)),
        ({"a": 3, "b": 4}, PublicCounts((), ("a", "b"), None)),
        ({"a": 3, "b": 4, "c": 0}, PublicCounts((("c", 0),), ("a", "b"), None)),
    ],
)
def test_small_groups_of_single_choices_are_shown_together_or_not(
    counts: dict[str, int], shown: PublicCounts
) -> None:
    assert exclusive(tuple(counts.items())) == shown


@pytest.mark.parametrize(
    ("count", "base", "shown"),
    [(0, 50, True), (1, 50, False), (9, 50, False), (10, 50, True), (40, 50, True), (41, 50, False),
     (49, 50, False), (50, 50, True), (9, 9, False)],
)  # fmt: skip
def test_few_that_pick_or_leave_out_have_no_number(count: int, base: int, shown: bool) -> None:
    found = several((("a", count),), base)
    assert found == (PublicCounts((("a", count),)) if shown else PublicCounts((), ("a",), None))


NUMBERS = {
    "pages": [
        {
            "id": "pppp",
            "questions": [
                {"id": "nnnn", "type": "number", "text": {"zh_CN": "几口人"}},
                {"id": "dddd", "type": "number", "text": {"zh_CN": "多少亩"}, "decimals": 2},
            ],
        }
    ]
}


def _numbers(values: list[float]) -> Rows:
    return [{"nnnn": round(value), "dddd": value} for value in values]


@pytest.mark.parametrize("extreme", [[7_000], [-300], [7_000, -300], [64.5] * 9])
def test_the_smallest_and_the_largest_number_are_not_told(extreme: list[float]) -> None:
    """Neither by what a range is called nor by how wide the ranges are."""
    usual = [at % 6 + 0.25 for at in range(90)]
    further = [value * 90 for value in extreme]
    found = public_result(read(NUMBERS), _numbers(usual + extreme))
    assert found == public_result(read(NUMBERS), _numbers(usual + further))
    for question in found:
        named = {*(code for code, _, _ in question["rows"]), *question["merged"]}
        ends = {end for code in named for end in code.split("..") if end}
        assert {float(end) for end in ends} <= {at / 2 for at in range(14)}
        assert any(code.endswith("..") for code in named) is any(value > 6 for value in extreme)
        assert any(code.startswith("..") for code in named) is any(value < 0 for value in extreme)


@given(st.lists(st.integers(-60, 60) | st.sampled_from([-(10**6), 10**6]), max_size=80))
def test_the_outermost_ranges_are_of_ten_people(values: list[int]) -> None:
    ranges = crowded_ranges(sorted(values), K, whole=True)
    if ranges is None:
        ordered = sorted(values)
        assert len(values) < 2 * K or ordered[0] < ordered[K - 1] == ordered[-K] < ordered[-1]
        return
    found = Counter(map(ranges.code, values))
    assert sum(found.values()) == len(values)
    assert found[ranges.codes[0]] >= K
    assert found[ranges.codes[-1]] >= K
    for value in values:
        first, between, last = ranges.code(value).partition("..")
        assert first == "" or int(first) <= value
        assert last == "" or value <= int(last)
        assert between or value == int(first)
    assert len(ranges.codes) <= MOST_BINS + 2


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([3] * 10, ["3"]),
        ([3] * 9, None),
        ([3] * 12 + [9], ["3.."]),
        ([3] * 9 + [9] * 9, None),
        ([3] * 10 + [9] * 9, ["3.."]),
        ([3] * 12 + [9] * 9, ["3.."]),
        ([9] * 12 + [3] * 9, ["..9"]),
        ([3] * 9 + [5] * 12 + [9] * 9, None),
        ([3] * 12 + [9] * 10, ["3", "4", "5", "6", "7", "8", "9"]),
    ],
)
def test_numbers_given_by_most_people_stand_for_those_further_out(
    values: list[float], codes: list[str] | None
) -> None:
    found = public_result(read(NUMBERS), _numbers(values))[0]
    assert found["state"] == ("shown" if codes else "withheld")
    assert [code for code, _, _ in found.get("rows", [])] == (codes or [])
