"""Published results against an attacker who adds and subtracts the numbers of any three questions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.analysis.disclosure import K
from engage.demo.results import public_result
from engage.questions.definition import Definition, read
from engage.questions.logic import both, evaluate
from tests.factories.responses import choices

Row = dict[str, Any]
YES, NO = "yyyy", "nnnn"


def _said(question: str, value: Any = YES, op: str = "equals") -> Row:
    return {"op": op, "question": question, "value": value}


def _either(*parts: Row) -> Row:
    return {"op": "any", "of": list(parts)}


def _each(*parts: Row) -> Row:
    return {"op": "all", "of": list(parts)}


def _form(last: Row, *, on_page: bool = False, required: bool = False) -> Definition:
    """Two questions for all, one of several picks, one that hangs on the first, one shown if ``last``."""

    def asked(question: str, show_if: Row | None = None, kind: str = "single") -> Row:
        about = {"id": question, "type": kind, "text": {"zh_CN": question}, "choices": choices(YES, NO)}
        return about | {"required": required} | ({"show_if": show_if} if show_if else {})

    first = [
        asked("aaaa"),
        asked("bbbb"),
        asked("mmmm", kind="multiple"),
        asked("cccc", _said("aaaa")),
    ]
    second: Row = {"id": "qqqq", "questions": [asked("dddd", None if on_page else last)]}
    pages = [{"id": "pppp", "questions": first}, second | ({"show_if": last} if on_page else {})]
    return read({"pages": pages})


M_YES, M_NO = _said("mmmm", YES, "contains"), _said("mmmm", NO, "contains")
LASTS = {
    "either": _either(_said("aaaa"), _said("bbbb")),
    "each": _each(_said("aaaa"), _said("bbbb")),
    "neither": {"op": "not", "of": _either(_said("aaaa"), _said("bbbb"))},
    "chain and another": _either(_said("cccc"), _said("bbbb")),
    "chain and its beginning": _either(_said("cccc"), _said("aaaa", NO)),
    "options of one": _each(M_YES, M_NO),
    "any option of one": _said("mmmm", [YES, NO], "any_of"),
    "an option of each": _either(M_YES, _said("aaaa")),
    "answered": _each(_said("aaaa", None, "answered"), _said("bbbb", None, "answered")),
    "one": _said("aaaa"),
    "one chain": _said("cccc"),
    "one option": M_YES,
}


def _possible(form: Definition, *, required: bool) -> Iterator[Row]:
    """All that one person may answer."""

    def after(rows: list[Row], question: Any, show_if: Any) -> Iterator[Row]:
        single = [YES, NO] if question.id != "mmmm" else [[YES], [NO], [YES, NO]]
        for row in rows:
            asked = show_if is None or evaluate(show_if, row)
            if not asked or not required:
                yield row
            if asked:
                yield from (row | {question.id: one} for one in single)

    rows: list[Row] = [{}]
    for page in form.pages:
        for question in page.questions:
            rows = list(after(rows, question, both(page.show_if, question.show_if)))
    yield from rows


def _counts_of(question: str, row: Row) -> list[int]:
    """Whether a row is among those who answered, and among those who picked each option."""
    return [int(question in row), *(int(option in row.get(question, ())) for option in (YES, NO))]


@cache
def _attacks(name: str, *, required: bool) -> list[tuple[tuple[str, ...], Any]]:
    """For any three questions the sums of their numbers and of all responses that cannot be below nought."""
    rows = list(_possible(_form(LASTS[name], required=required), required=required))
    factors = np.array(list(product((-1, 0, 1), repeat=10)), dtype=np.int8)
    found = []
    for three in combinations(("aaaa", "bbbb", "mmmm", "cccc", "dddd"), 3):
        kinds = {(1, *(at for one in three for at in _counts_of(one, row))) for row in rows}
        never_below = (factors @ np.array(sorted(kinds), dtype=np.int8).T >= 0).all(axis=1)
        found.append((three, factors[never_below]))
    return found


def _drawn(form: Definition, seed: int, size: int, skipping: float, rare: float) -> list[Row]:
    chance = random.Random(seed)
    rows: list[Row] = []
    for _ in range(size):
        row: Row = {}
        for page in form.pages:
            for question in page.questions:
                show_if = both(page.show_if, question.show_if)
                if (show_if is None or evaluate(show_if, row)) and chance.random() >= skipping:
                    usual = [YES] if question.id == "mmmm" else chance.choice([YES, NO, NO])
                    seldom = chance.choice([[NO], [YES, NO]]) if question.id == "mmmm" else YES
                    row[question.id] = seldom if chance.random() < rare else usual
        rows.append(row)
    return rows


def _told(name: str, rows: list[Row], *, required: bool) -> list[int]:
    """The sizes under ten that some sum of published numbers of three questions tells."""
    published = {one["id"]: one for one in public_result(_form(LASTS[name], required=required), rows)}
    small: list[int] = []
    for three, attacks in _attacks(name, required=required):
        exact, sizes = [True], [len(rows)]
        for one in three:
            shown = {code for code, count, _ in published[one].get("rows", ()) if count is not None}
            exact += [published[one].get("base") is not None, YES in shown, NO in shown]
            sizes += np.sum([_counts_of(one, row) for row in rows], axis=0).tolist()
        usable = attacks[(attacks[:, ~np.array(exact)] == 0).all(axis=1)]
        totals = usable.astype(int) @ np.array(sizes)
        small += totals[(totals > 0) & (totals < K)].tolist()
    return small


@pytest.mark.parametrize("name", LASTS)
@pytest.mark.parametrize("required", [False, True])
@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(20, 150),
    skipping=st.sampled_from([0, 0.05]),
    rare=st.sampled_from([0, 0.1, 0.3]),
)
def test_no_sum_of_numbers_of_three_questions_is_a_small_group(
    name: str, *, required: bool, seed: int, size: int, skipping: float, rare: float
) -> None:
    form = _form(LASTS[name], required=required)
    rows = _drawn(form, seed, size, 0 if required else skipping, rare)
    assert _told(name, rows, required=required) == []


def test_who_said_yes_to_both_is_not_told_by_those_asked_because_of_either() -> None:
    rows = (
        [{"aaaa": YES, "bbbb": NO, "dddd": NO}] * 40
        + [{"aaaa": NO, "bbbb": YES, "dddd": NO}] * 40
        + [{"aaaa": YES, "bbbb": YES, "dddd": NO}] * 3
        + [{"aaaa": NO, "bbbb": NO}] * 40
    )
    found = {one["id"]: one for one in public_result(_form(LASTS["either"]), rows)}
    assert [found["aaaa"]["rows"][0][1], found["bbbb"]["rows"][0][1]] == [43, 43]
    assert found["dddd"]["base"] is None
    assert found["dddd"]["rows"] == [[YES, None, 0.0], [NO, None, 1.0]]


MOST = [("a", "b")] * 40 + [("b", "c")] * 40 + [("a", "c")] * 40


@pytest.mark.parametrize(
    ("limits", "picks", "exact"),
    [
        # Two each: what the shown options fall short of twice the answers is the one picked by three.
        ({"at_least": 2, "at_most": 2}, MOST + [("a", "d")] * 3, False),
        # At most two: three picked fewer.
        ({"at_most": 2}, MOST + [("a",)] * 3, False),
        # At least two: three picked more.
        ({"at_least": 2}, [("a", "b")] * 40 + [("b", "c")] * 40 + [("a", "b", "c")] * 3, False),
        ({"at_least": 2}, [("a", "b")] * 40 + [("b", "c")] * 40 + [("a", "b", "c")] * 12, True),
        ({"at_least": 2, "at_most": 2}, [("a", "b")] * 40 + [("b", "c")] * 40 + [("a", "c")] * 20, True),
    ],
)
def test_limits_of_picks_tell_of_no_small_group(
    limits: Row, picks: list[tuple[str, ...]], *, exact: bool
) -> None:
    codes = {"a": "aaa1", "b": "bbb1", "c": "ccc1", "d": "ddd1"}
    question = {
        "id": "mmmm",
        "type": "multiple",
        "text": {"zh_CN": "m"},
        "choices": choices(*codes.values()),
    } | limits
    form = read({"pages": [{"id": "pppp", "questions": [question]}]})
    rows = [{"mmmm": [codes[one] for one in some]} for some in picks]
    assert (public_result(form, rows)[0]["base"] is not None) is exact
