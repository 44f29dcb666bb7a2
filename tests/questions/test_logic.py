"""Conditions as tables, as properties, and held equal to their twin in the browser."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.questions import compiled as engine
from engage.questions.logic import evaluate, read_condition, write_condition
from engage.questions.reading import Finding
from engage.questions.types.number import read_number
from tests.factories.questions import asks, compiled, question
from tests.fixtures.node import run_module

ANSWERS = {"s": "a", "m": ["a", "c"], "t": "停车难", "n": 5, "d": 2.5, "zero": 0}

TABLE = [
    (asks("answered", "s"), True),
    (asks("answered", "absent"), False),
    (asks("answered", "zero"), True),
    (asks("equals", "s", "a"), True),
    (asks("equals", "s", "b"), False),
    (asks("equals", "absent", "a"), False),
    (asks("equals", "n", 5), True),
    (asks("equals", "n", 5.0), True),
    (asks("equals", "n", "5"), False),
    (asks("equals", "m", "a"), False),
    (asks("any_of", "s", ["b", "a"]), True),
    (asks("any_of", "s", ["b"]), False),
    (asks("any_of", "m", ["c", "d"]), True),
    (asks("any_of", "m", ["d"]), False),
    (asks("contains", "m", "c"), True),
    (asks("contains", "m", "b"), False),
    (asks("contains", "t", "停车"), True),
    (asks("contains", "t", "噪音"), False),
    (asks("contains", "n", "5"), False),
    (asks("greater", "n", 4), True),
    (asks("greater", "n", 5), False),
    (asks("greater", "d", 2), True),
    (asks("greater", "s", 0), False),
    (asks("less", "zero", 1), True),
    (asks("less", "absent", 1), False),
    ({"op": "not", "of": asks("equals", "s", "b")}, True),
    ({"op": "not", "of": asks("answered", "absent")}, True),
    ({"op": "all", "of": []}, True),
    ({"op": "any", "of": []}, False),
    ({"op": "all", "of": [asks("answered", "s"), asks("answered", "absent")]}, False),
    ({"op": "any", "of": [asks("answered", "s"), asks("answered", "absent")]}, True),
    ({"op": "not", "of": {"op": "any", "of": [asks("answered", "absent")]}}, True),
]


@pytest.mark.parametrize(("condition", "expected"), TABLE)
def test_a_condition_holds_or_not(condition: dict[str, Any], expected: bool) -> None:
    findings: list[Finding] = []
    read = read_condition(condition, "show_if", findings)
    assert not findings
    assert read is not None
    assert evaluate(read, ANSWERS) is expected


LEAVES = st.one_of(
    st.builds(asks, st.just("answered"), st.sampled_from("smtnd")),
    st.builds(
        asks, st.just("equals"), st.sampled_from("smtnd"), st.sampled_from(["a", "b", 5, 2.5, "停车难"])
    ),
    st.builds(
        asks,
        st.just("any_of"),
        st.sampled_from("smtnd"),
        st.lists(st.sampled_from("abc"), min_size=1, max_size=3),
    ),
    st.builds(asks, st.just("contains"), st.sampled_from("smtnd"), st.sampled_from(["a", "c", "停"])),
    st.builds(asks, st.sampled_from(["greater", "less"]), st.sampled_from("smtnd"), st.integers(-5, 5)),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda op, of: {"op": op, "of": of}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=3)
        ),
        st.builds(lambda of: {"op": "not", "of": of}, inner),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_conditions_survive_reading_and_writing(data: dict[str, Any]) -> None:
    findings: list[Finding] = []
    condition = read_condition(data, "", findings)
    if not findings:
        assert write_condition(condition) == data
        again = read_condition(write_condition(condition), "", findings)
        assert again == condition


@given(CONDITIONS)
def test_not_is_the_opposite(data: dict[str, Any]) -> None:
    condition = read_condition(data, "", [])
    opposite = read_condition({"op": "not", "of": data}, "", [])
    if condition is not None and opposite is not None:
        findings: list[Finding] = []
        read_condition({"op": "not", "of": data}, "", findings)
        if not findings:
            assert evaluate(opposite, ANSWERS) is not evaluate(condition, ANSWERS)


def test_an_answer_off_the_path_never_counts() -> None:
    survey = compiled(
        question("q1"),
        question("q2", show_if=asks("equals", "q1", "a")),
        question("q3", show_if=asks("equals", "q2", "b")),
        question("q4", show_if={"op": "not", "of": asks("answered", "q3")}),
    )
    assert engine.path(survey, {"q1": "a", "q2": "b", "q3": "c"}) == ("q1", "q2", "q3")
    assert engine.path(survey, {"q1": "b", "q2": "b", "q3": "c"}) == ("q1", "q4")


@pytest.mark.parametrize(
    "data",
    [
        [],
        "x",
        {"op": "sum"},
        {"op": ["all"]},
        {"op": "all", "of": {}},
        {"op": "all", "of": [None, 3]},
        {"op": "not"},
        {"op": "equals", "question": "q1"},
        {"op": "equals", "question": "../q1", "value": "a"},
        {"op": "equals", "question": "q1", "value": {"a": 1}},
        {"op": "equals", "question": "q1", "value": "x" * 501},
        {"op": "any_of", "question": "q1", "value": "a"},
        {"op": "any_of", "question": "q1", "value": ["a", 3]},
        {"op": "greater", "question": "q1", "value": "3"},
        {"op": "greater", "question": "q1", "value": True},
        {"op": "greater", "question": "q1", "value": float("nan")},
        {"op": "greater", "question": "q1", "value": 10**30},
        {"op": "answered", "question": "q1", "value": 1},
        {"op": "answered", "question": "q1", "sneaky": 1},
    ],
)
def test_hostile_conditions_become_findings(data: object) -> None:
    findings: list[Finding] = []
    read_condition(data, "here", findings)
    assert findings
    assert all(finding.path.startswith("here") for finding in findings)


def test_deep_and_wide_conditions_are_refused_quickly() -> None:
    deep: dict[str, Any] = asks("answered", "q1")
    for _ in range(900):
        deep = {"op": "not", "of": deep}
    wide = {"op": "all", "of": [{"op": "all", "of": [asks("answered", "q1")] * 100}] * 100}
    for data in (deep, wide):
        findings: list[Finding] = []
        read_condition(data, "", findings)
        assert 0 < len(findings) < 10


TWIN = """({ cases, numbers, units }) => ({
    paths: cases.map(([rules, answers]) => module.path(rules, new Map(Object.entries(answers)))),
    numbers: numbers.map((text) => module.readNumber(text)),
    withUnits: numbers.map((text) => module.readNumber(text, units)),
})"""


def test_the_browser_twin_finds_the_same_paths_and_numbers() -> None:
    """2,000 random questionnaires and answers, and numbers as people type them, through both."""
    cases = [_random_case(random.Random(seed)) for seed in range(2000)]
    numbers = [
        "12",
        " 12 ",
        "１２",
        "1,234",
        "1,23",
        "12.50",
        "１２．５",
        "-3",
        "－３",
        "−3",
        "+4",
        ".5",
        "5.",
        "",
        "abc",
        "1e5",
        "0x10",
        "1 000",
        "NaN",
        "Infinity",
        "①",
        "5²",
        "9" * 17,
        "12。5",
        "3，000",
        "\u3000７",
        *UNITS,
        "次",
        "12次次",
        "12次左右",
        "约12次",
        "1,000",
        "12次12",
        "-次",
        "1" * 38 + "次",
    ]
    expected = [list(engine.path(survey, answers)) for survey, answers in cases]
    sent = {
        "cases": [[survey.rules, answers] for survey, answers in cases],
        "numbers": numbers,
        "units": ["次", "times a day", "ＫＭ", "%", ".5"],
    }
    got = run_module("questions/logic.js", TWIN, sent)
    assert got["paths"] == expected
    assert got["numbers"] == [read_number(number) for number in numbers]
    assert got["withUnits"] == [read_number(number, sent["units"]) for number in numbers]


UNITS = {
    "3次": 3,
    "３ 次": 3,
    "1,234次": 1234,
    "-2.5次": -2.5,
    "3times a day": 3,
    "4 Times A Day": 4,
    "5km": 5,
    "6 ｋｍ": 6,
    "12％": 12,
    "12 %": 12,
}


@pytest.mark.parametrize("text", UNITS)
def test_a_number_is_read_with_its_own_unit(text: str) -> None:
    assert read_number(text, ["次", "times a day", "ＫＭ", "%"]) == UNITS[text]
    assert read_number(text, ["元"]) is None


def _random_case(random: random.Random) -> tuple[engine.Compiled, dict[str, Any]]:
    questions: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    values = {
        "single": lambda: random.choice("abc"),
        "multiple": lambda: random.sample("abc", random.randint(1, 3)),
        "text": lambda: random.choice(["停车难", "噪音", "a"]),
        "number": lambda: random.choice([0, 1, 2.5, -3]),
    }
    for position in range(random.randint(2, 8)):
        type = random.choice(list(values))
        each = question(f"q{position}", type)
        if questions and random.random() < 0.7:
            each["show_if"] = _random_condition(random, questions, 3)
        questions.append(each)
        if random.random() < 0.8:
            answers[each["id"]] = values[type]()
    return compiled(*questions), answers


def _random_condition(random: random.Random, earlier: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    if depth and random.random() < 0.5:
        if random.random() < 0.3:
            return {"op": "not", "of": _random_condition(random, earlier, depth - 1)}
        parts = [_random_condition(random, earlier, depth - 1) for _ in range(random.randint(0, 3))]
        return {"op": random.choice(["all", "any"]), "of": parts}
    asked = random.choice(earlier)
    operands: dict[str, list[tuple[str, Any]]] = {
        "single": [("answered", None), ("equals", "a"), ("any_of", ["a", "b"])],
        "multiple": [("answered", None), ("contains", "b"), ("any_of", ["b", "c"])],
        "text": [("answered", None), ("equals", "噪音"), ("contains", "车")],
        "number": [("answered", None), ("equals", 0), ("greater", 0), ("less", 2.5)],
    }
    op, value = random.choice(operands[asked["type"]])
    return asks(op, asked["id"], value)
