"""Each type as a table: what a form or a program may send, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core.messages import Message
from engage.questions.compiled import compile, from_form, next_page, previous_page, validate
from engage.questions.definition import read
from engage.questions.types import KINDS, Wrong
from tests.factories.questions import (
    asks,
    compiled,
    definition,
    page,
    question,
)

REFUSED = object()

TABLE: list[tuple[dict[str, Any], object, object]] = [
    (question("q"), "a", "a"),
    (question("q"), "", None),
    (question("q"), None, None),
    (question("q"), "z", REFUSED),
    (question("q"), ["a"], REFUSED),
    (question("q"), 1, REFUSED),
    (question("q"), {"a": 1}, REFUSED),
    (question("q", "multiple"), ["c", "a", "c"], ["a", "c"]),
    (question("q", "multiple"), "b", ["b"]),
    (question("q", "multiple"), [], None),
    (question("q", "multiple"), ["", ""], None),
    (question("q", "multiple"), ["a", "z"], REFUSED),
    (question("q", "multiple"), ["a", 1], REFUSED),
    (question("q", "multiple"), [["a"]], REFUSED),
    (question("q", "multiple"), ["a"] * 201, REFUSED),
    (question("q", "multiple", at_least=2), ["a"], REFUSED),
    (question("q", "multiple", at_least=2), [], None),
    (question("q", "multiple", at_most=2), ["a", "b", "c"], REFUSED),
    (question("q", "text"), "  停车难\r\n ", "停车难"),
    (question("q", "text"), "一\n二", "一 二"),
    (question("q", "text", long=True), "一\r\n二", "一\n二"),
    (question("q", "text"), "e\u0301", "é"),
    (question("q", "text"), "a\x00b\ud800c\ufeff", "abc"),
    (question("q", "text"), " \u3000\n", None),
    (question("q", "text", max_length=3), "𠮷野家", "𠮷野家"),
    (question("q", "text", max_length=3), "四个汉字", REFUSED),
    (question("q", "text"), "x" * 1_000_000, REFUSED),
    (question("q", "text"), ["x"], REFUSED),
    (question("q", "text"), 5, REFUSED),
    (question("q", "number"), "１２", 12),
    (question("q", "number"), " 1,200 ", 1200),
    (question("q", "number"), "-5", -5),
    (question("q", "number"), "5.0", 5),
    (question("q", "number"), 7, 7),
    (question("q", "number"), "", None),
    (question("q", "number"), "　", None),
    (question("q", "number"), "5.5", REFUSED),
    (question("q", "number"), "十二", REFUSED),
    (question("q", "number"), "9" * 400, REFUSED),
    (question("q", "number"), "1e3", REFUSED),
    (question("q", "number"), float("nan"), REFUSED),
    (question("q", "number"), float("inf"), REFUSED),
    (question("q", "number"), True, REFUSED),
    (question("q", "number"), [], REFUSED),
    (question("q", "number"), 10**400, REFUSED),
    (question("q", "number", decimals=2), "3．25", 3.25),
    (question("q", "number", decimals=2), "3.255", REFUSED),
    (question("q", "number", least=1, greatest=5), "0", REFUSED),
    (question("q", "number", least=1, greatest=5), "5", 5),
    (question("q", "number", least=1), "0", REFUSED),
    (question("q", "number", greatest=1), "2", REFUSED),
    (question("q", "rating"), "5", 5),
    (question("q", "rating"), 1, 1),
    (question("q", "rating"), "", None),
    (question("q", "rating"), "6", REFUSED),
    (question("q", "rating"), "0", REFUSED),
    (question("q", "rating"), 2.5, REFUSED),
    (question("q", "rating"), True, REFUSED),
    (question("q", "rating", look="scale", low=0, high=10), "0", 0),
]


@pytest.mark.parametrize(("data", "raw", "expected"), TABLE)
def test_a_raw_value_becomes_an_answer_or_a_sentence(
    data: dict[str, Any], raw: object, expected: object
) -> None:
    checked = validate(compiled(data), {"q": raw})
    if expected is REFUSED:
        assert "q" not in checked.answers
        assert str(checked.errors["q"]).endswith(".")
    else:
        assert checked.errors == {}
        assert checked.answers.get("q") == expected
        assert type(checked.answers.get("q")) is type(expected)


@pytest.mark.parametrize("type", KINDS)
def test_every_type_has_what_the_platform_asks_of_it(type: str) -> None:
    survey = compiled(question("q", type, required=True))
    kind = survey.steps[0].question.kind
    assert validate(survey, {}).errors["q"] == kind.unanswered
    assert kind.column("q").key == "q"
    assert kind.column("q").storage in {"code", "mask", "integer", "decimal", "text"}
    assert kind.summary().kind in {"counts", "scale", "numbers", "texts"}
    assert isinstance(kind.title, Message)
    assert "answered" in kind.tests


@pytest.mark.parametrize(
    ("data", "value", "zh", "en"),
    [
        (question("q"), "b", "选项b", "选项b (en)"),
        (question("q"), "gone", "gone", "gone"),
        (question("q", "multiple"), ["a", "c"], "选项a；选项c", "选项a (en); 选项c (en)"),
        (question("q", "number", unit={"zh_CN": "元", "en": "yuan"}), 5, "5元", "5 yuan"),
        (question("q", "rating"), 4, "4/5", "4/5"),
        (question("q", "text"), "好", "好", "好"),
    ],
)
def test_answers_in_words(data: dict[str, Any], value: Any, zh: str, en: str) -> None:
    kind = compiled(data).steps[0].question.kind
    assert kind.text(value, "zh_CN") == zh
    assert kind.text(value, "en") == en


@given(
    st.sampled_from(sorted(KINDS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner),
        max_leaves=5,
    ),
)
def test_any_value_is_an_answer_or_a_sentence_and_an_answer_stays_one(type: str, raw: object) -> None:
    parse = compiled(question("q", type)).steps[0].parse
    try:
        value = parse(raw)
    except Wrong:
        return
    assert value is None or parse(value) == value


def test_a_faulty_answer_counts_as_none_for_what_follows() -> None:
    survey = compiled(
        question("q1", "number", greatest=10), question("q2", required=True, show_if=asks("greater", "q1", 5))
    )
    assert set(validate(survey, {"q1": "11"}).errors) == {"q1"}
    assert set(validate(survey, {"q1": "9"}).errors) == {"q2"}
    assert validate(survey, {"q1": "1", "q2": "a"}).answers == {"q1": 1}


def test_forms_are_read_by_field_name() -> None:
    survey = compiled(question("q1"), question("q2", "multiple"), question("q3", "text"))
    form = {"q-q1": ["a"], "q-q2": ["a", "c"], "q-other": ["x"]}
    assert from_form(survey, lambda name: form.get(name, [])) == {"q1": "a", "q2": ["a", "c"]}


def test_pages_without_a_question_on_the_path_are_skipped() -> None:
    data = {
        "pages": [
            page("p1", question("q1")),
            page("p2", question("q2"), show_if=asks("equals", "q1", "a")),
            page("p3", question("q3")),
        ]
    }
    survey = compile(read(data))
    assert next_page(survey, {}, -1) == 0
    assert next_page(survey, {"q1": "a"}, 0) == 1
    assert next_page(survey, {"q1": "b"}, 0) == 2
    assert next_page(survey, {"q1": "b"}, 2) is None
    assert previous_page(survey, {"q1": "b"}, 2) == 0
    assert previous_page(survey, {}, 0) is None
    assert set(validate(survey, {"q1": "a"}, pages=1).path) == {"q1"}


def test_compiling_needs_a_clean_definition_once() -> None:
    survey = compile(read(definition(question("q1"))))
    assert survey.rules == (("q1", 0, None),)
