"""Questions asked because of others: three questions' numbers at once tell of no small group either."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard
from engage.analysis.disclosure import K
from engage.analysis.frame import SurveyFrame
from engage.analysis.public import Before, public_questions
from engage.demo.results import public_result
from engage.questions.definition import read
from engage.questions.logic import both, evaluate
from tests.factories.responses import add_responses, add_version, choices, make_survey

Rows = list[dict[str, Any]]
OPTIONS = {
    "aaaa": ("a1", "a2", "a3", "a4", "a5", "a6"),
    "bbbb": ("b1", "b2", "b3"),
    "mmmm": ("m1", "m2", "m3"),
}
LED = ("dddd", "eeee", "ffff", "gggg")


def _test(code: str, *more: str) -> dict[str, Any]:
    question = next(one for one, codes in OPTIONS.items() if code in codes)
    return {"op": "any_of", "question": question, "value": [code, *more]}


def _all(*of: dict[str, Any]) -> dict[str, Any]:
    return {"op": "all", "of": list(of)}


def _any(*of: dict[str, Any]) -> dict[str, Any]:
    return {"op": "any", "of": list(of)}


def _not(of: dict[str, Any]) -> dict[str, Any]:
    return {"op": "not", "of": of}


def _answered(question: str) -> dict[str, Any]:
    return {"op": "answered", "question": question}


def _page(at: int, condition: dict[str, Any] | None, *questions: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"ppp{at}", "questions": list(questions)} | ({"show_if": condition} if condition else {})


def _led(name: str, condition: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": name, "type": "rating", "text": {"zh_CN": name}} | (
        {"show_if": condition} if condition else {}
    )


def _form(*pages: dict[str, Any]) -> dict[str, Any]:
    first = [
        {
            "id": name,
            "type": "multiple" if name == "mmmm" else "single",
            "text": {"zh_CN": name},
            "choices": choices(*codes),
        }
        for name, codes in OPTIONS.items()
    ]
    return {"pages": [_page(0, None, *first), *pages]}


def _asked_if(*conditions: dict[str, Any]) -> dict[str, Any]:
    led = (_led(name, condition) for name, condition in zip(LED, conditions, strict=False))
    return _form(_page(1, None, *led))


def _drawn_condition(chance: random.Random, earlier: list[str], depth: int = 1) -> dict[str, Any]:
    kind = chance.choice(["test", "test", "test", "any", "all", "not", "led"])
    if kind in ("any", "all") and depth:
        of = [_drawn_condition(chance, earlier, depth - 1) for _ in range(2)]
        return {"op": kind, "of": of}
    if kind == "not" and depth:
        return _not(_drawn_condition(chance, earlier, depth - 1))
    if kind == "led" and earlier:
        return _answered(chance.choice(earlier))
    codes = OPTIONS[chance.choice(list(OPTIONS))]
    return _test(*chance.sample(codes, chance.choice([1, 2])))


def _drawn_form(chance: random.Random) -> dict[str, Any]:
    pages, earlier = [], list[str]()
    for at, name in enumerate(LED, 1):
        own = _drawn_condition(chance, earlier) if chance.random() < 0.8 else None
        pages.append(
            _page(at, _drawn_condition(chance, earlier) if chance.random() < 0.3 else None, _led(name, own))
        )
        earlier.append(name)
    return _form(*pages)


def _answers(form: dict[str, Any], chance: random.Random, size: int, skipping: float) -> Rows:
    """Everyone answers the first page; few skip what they are led to."""
    weights = {name: [chance.choice([1, 2, 10, 20]) for _ in codes] for name, codes in OPTIONS.items()}
    several = chance.choice([0.03, 0.1, 0.5])
    rows = []
    for _ in range(size):
        row: dict[str, Any] = {
            name: chance.choices(OPTIONS[name], weights[name])[0] for name in ("aaaa", "bbbb")
        }
        picked = {chance.choices(OPTIONS["mmmm"], weights["mmmm"])[0]}
        if chance.random() < several:
            picked.add(chance.choice(OPTIONS["mmmm"]))
        row["mmmm"] = sorted(picked)
        for page in read(form).pages[1:]:
            for question in page.questions:
                condition = both(page.show_if, question.show_if)
                if (condition is None or evaluate(condition, row)) and chance.random() >= skipping:
                    row[question.id] = chance.choice([4, 5])
        rows.append(row)
    return rows


def _known(published: Rows, rows: Rows) -> dict[str, set[int]]:
    """By question the people each exact number counts, the others, and any of a single choice together.

    People are bits of a whole number.
    """
    everyone = (1 << len(rows)) - 1
    known: dict[str, set[int]] = {}
    for question in published:
        key = question["id"]
        if question.get("base") is None:
            continue
        groups = [[code] for code, _, _ in question["rows"]]
        if question["merged_count"] is not None:
            groups.append(question["merged"])
        parts = [
            sum(
                1 << at
                for at, row in enumerate(rows)
                if key in row and set(map(str, row[key] if key == "mmmm" else [row[key]])) & set(codes)
            )
            for codes in groups
        ]
        parts = [part for part in parts if part]
        sums = parts if key == "mmmm" else [*parts, *(one | other for one, other in combinations(parts, 2))]
        answered = sum(1 << at for at, row in enumerate(rows) if key in row)
        known[key] = {one for part in (*sums, answered) for one in (part, everyone & ~part)}
    return known


def _told(known: dict[str, set[int]]) -> list[tuple[str, ...]]:
    """Three questions of which numbers, added and subtracted, are the size of a group of one to nine."""
    found = []
    for names in combinations(known, 3):
        for at in range(3):
            (own, first, second) = (known[names[at - step]] for step in range(3))
            if any(
                # One less two that lie apart within it, or two less one that holds what is of one alone
                # and some of what is of both.
                (0 < alone - two < K and not (one | other) & ~around and not one & other)
                or (0 < two - alone < K and not around & ~(one | other) and not one & other & ~around)
                for around in own
                for alone in (around.bit_count(),)
                for one in first
                for other in second
                for two in (one.bit_count() + other.bit_count(),)
                if 0 < abs(two - alone) < K
            ):
                found.append(names)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_no_numbers_of_three_questions_tell_of_a_small_group(seed: int) -> None:
    chance = random.Random(seed)
    form = _drawn_form(chance)
    rows = _answers(form, chance, chance.randint(40, 140), chance.choice([0, 0, 0.02]))
    first = public_result(read(form), rows)
    assert _told(_known(first, rows)) == []
    assert all(one["base"] is None or one["base"] >= K for one in first if one["state"] == "shown")
    more = [*rows, *_answers(form, chance, chance.randint(10, 60), 0)]
    again = public_result(read(form), more, [(len(rows), first)])
    assert _told(_known(again, more)) == []


def _crowd(**groups: int) -> Rows:
    """So many who picked what the name says: ``a1_b1`` for a1 and b1, everyone m1."""
    return [
        {OPTION_OF[code]: [code] if code[0] == "m" else code for code in name.split("_")}
        for name, size in groups.items()
        for _ in range(size)
    ]


OPTION_OF = {code: name for name, codes in OPTIONS.items() for code in codes}


def _led_by(form: dict[str, Any], rows: Rows) -> Rows:
    """Whoever is led to a question answers it."""
    for row in rows:
        for page in read(form).pages[1:]:
            for question in page.questions:
                condition = both(page.show_if, question.show_if)
                if condition is None or evaluate(condition, row):
                    row[question.id] = 5
    return rows


_A_AND_B = {"a1_b1": 30, "a2_b2": 40, "a1_b2": 30, "a2_b1": 30}
# Few are in both; the numbers of both less that of the led question would tell.
_FEW_BOTH = {"a1_b2": 40, "a2_b1": 40, "a2_b2": 40, "a1_b1": 12}
_SMALL = {"a1_b1": 6, "a2_b1": 5, "a3_b1": 6, "a4_b1": 5, "a5_b1": 4, "a6_b1": 60}


@pytest.mark.parametrize(
    ("conditions", "crowd", "exact"),
    [
        # One group, some groups, all but a group: whoever knows the groups knows how many were asked.
        ([_test("a1")], _A_AND_B, {"dddd"}),
        ([_not(_test("a1"))], _A_AND_B, {"dddd"}),
        ([_any(_test("a1"), _test("a2"))], _A_AND_B, {"dddd"}),
        ([_test("a1"), _answered("dddd")], _A_AND_B, {"dddd", "eeee"}),
        ([_test("a1"), _test("b1")], _A_AND_B, {"dddd", "eeee"}),
        # Either of two, both of two, through a chain.
        ([_any(_test("a1"), _test("b1"))], _FEW_BOTH, set()),
        ([_all(_test("a1"), _test("b1"))], _FEW_BOTH, set()),
        ([_any(_test("a1"), _not(_test("b1")))], _FEW_BOTH, set()),
        ([_test("a1"), _any(_answered("dddd"), _test("b1"))], _FEW_BOTH, {"dddd"}),
        ([_any(_test("a1"), _test("b1")), _answered("dddd")], _FEW_BOTH, set()),
        # Each is led by one question alone; what both leave of the options shown together is few.
        ([_test("a1", "a2"), _test("a3", "a4")], _SMALL, set()),
        ([_test("b1")], _A_AND_B, {"dddd"}),
    ],
)
def test_which_led_questions_have_numbers(
    conditions: list[dict[str, Any]], crowd: dict[str, int], exact: set[str]
) -> None:
    form = _asked_if(*conditions)
    found = public_result(read(form), _led_by(form, _crowd(**crowd)))
    led = [one for one in found if one["id"] in LED]
    assert {one["id"] for one in led if one.get("base") is not None} == exact
    assert all(count is None for one in led if one["id"] not in exact for _, count, _ in one.get("rows", ()))


def test_a_pages_condition_counts_as_the_questions_own() -> None:
    form = _form(_page(1, _test("a1"), _led("dddd", _test("b1")), _led("eeee", None)))
    found = {one["id"]: one for one in public_result(read(form), _led_by(form, _crowd(**_FEW_BOTH)))}
    assert found["dddd"].get("base") is None
    assert found["eeee"]["base"] == 52


@pytest.mark.database
@pytest.mark.parametrize("seed", range(4))
def test_the_worker_publishes_led_questions_alike(app: Flask, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    form = _drawn_form(chance)
    rows = _answers(form, chance, 120, 0.02)
    with app.app_context():
        survey = make_survey(form)
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        add_responses(survey, rows)
        frame.refresh()
        first = public_result(read(form), rows[:80])
        assert public_questions(Dashboard(frame)) == public_result(read(form), rows)
        beside = public_questions(Dashboard(frame), [Before(80, int(frame.ids()[79]), first)])
        assert beside == public_result(read(form), rows, [(80, first)])


@pytest.mark.database
def test_a_question_of_a_later_version_was_not_asked_of_all(app: Flask, tmp_path: Path) -> None:
    """Three questions that took each other's place: all less the three would tell how few skipped."""
    with app.app_context():
        forms = [_asked_if(), *(_form(_page(1, None, _led(name, None))) for name in LED[:3])]
        survey = make_survey(forms[0])
        for number, form in enumerate(forms[1:], 2):
            version = add_version(survey, number, form)
            add_responses(survey | {"version": version}, _led_by(form, _crowd(a1_b1=30, a2_b2=20)))
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        frame.refresh()
        found = {one["id"]: one.get("base") for one in public_questions(Dashboard(frame))}
        assert (found["aaaa"], found["bbbb"]) == (150, 150)
        assert [found[name] for name in LED[:3]] == [None, None, None]
