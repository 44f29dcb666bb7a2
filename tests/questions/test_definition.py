"""Definitions: loss-free, strict, and told apart from what may be published."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core.ids import short_id
from engage.questions import limits
from engage.questions.compiled import compile
from engage.questions.definition import BadDefinition, check, read, read_text, write
from engage.questions.reading import is_id
from tests.factories.questions import asks, choices, definition, page, question, text, twenty_questions

FULL = {
    "pages": [
        page(
            "p1",
            question("q1", help=text("说明"), required=True),
            title=text("基本情况"),
            introduction=text("引言"),
        ),
        page(
            "p2",
            question("q2", "multiple", at_least=1, at_most=2, show_if=asks("any_of", "q1", ["a", "b"])),
            question("q3", "text", long=True, max_length=200),
            question("q4", "number", decimals=2, least=0, greatest=99.5, unit=text("元")),
            question(
                "q5", "rating", look="scale", low=0, high=10, low_label=text("低"), high_label=text("高")
            ),
            show_if={"op": "not", "of": asks("equals", "q1", "c")},
        ),
    ]
}


@pytest.mark.parametrize("data", [FULL, {"pages": []}, twenty_questions(), twenty_questions(4)])
def test_reading_and_writing_lose_nothing(data: dict[str, Any]) -> None:
    once = read(copy.deepcopy(data))
    assert read(write(once)) == once
    assert read_text(json.dumps(write(once))) == once


def test_fresh_ids_are_ids() -> None:
    ids = {short_id() for _ in range(200)}
    assert len(ids) == 200
    assert all(map(is_id, ids))


def _broken(path: str, value: object) -> dict[str, Any]:
    """FULL with the value at a dotted path replaced."""
    data: Any = copy.deepcopy(FULL)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    at = data
    for part in way:
        at = at[part]
    at[last] = value
    return data  # type: ignore[no-any-return]


REFUSED = [
    ("pages", {}),
    ("pages", [3]),
    ("pages", [{}] * (limits.PAGES + 1)),
    ("pages.0.id", "p 1"),
    ("pages.0.id", None),
    ("pages.0.id", "x" * 17),
    ("pages.0.id", "q1"),
    ("pages.1.questions.1.id", "q1"),
    ("pages.0.questions.0.type", "script"),
    ("pages.0.questions.0.type", ["single"]),
    ("pages.0.questions.0.text", "not by language"),
    ("pages.0.questions.0.text", {"xx": "?"}),
    ("pages.0.questions.0.text", {"en": 3}),
    ("pages.0.questions.0.text.en", "x" * (limits.QUESTION_TEXT + 1)),
    ("pages.0.questions.0.required", "yes"),
    ("pages.0.questions.0.onclick", "alert(1)"),
    ("pages.0.questions.0.choices", [{"id": "a", "text": {}}, {"id": "a", "text": {}}]),
    ("pages.0.questions.0.choices", choices(*(f"c{n}" for n in range(limits.CHOICES + 1)))),
    ("pages.0.questions.0.choices.0", "a"),
    ("pages.1.questions.0.at_most", True),
    ("pages.1.questions.0.at_most", float("nan")),
    ("pages.1.questions.0.at_most", 10**400),
    ("pages.1.questions.1.max_length", "200"),
    ("pages.1.questions.2.least", "0"),
    ("pages.1.questions.2.least", float("inf")),
    ("pages.1.questions.2.decimals", [2]),
    ("pages.1.questions.3.look", "faces of doom"),
    ("pages.1.show_if", {"op": "eval"}),
    ("pages.1.questions.0.show_if", []),
]


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_malformed_definitions_are_refused_where_they_are_wrong(path: str, value: object) -> None:
    with pytest.raises(BadDefinition) as caught:
        read(_broken(path, value))
    assert all(str(finding.message) for finding in caught.value.findings)
    parent = path.rsplit(".", 1)[0] if "." in path else path
    assert any(finding.path.startswith(parent) for finding in caught.value.findings)


OUT_OF_PLACE = [
    ("pages.1.questions.0.at_most", 0),
    ("pages.1.questions.0.at_most", 10**9),
    ("pages.1.questions.0.at_least", 1.5),
    ("pages.1.questions.1.max_length", limits.LONG_ANSWER + 1),
    ("pages.1.questions.2.least", 10**20),
    ("pages.1.questions.2.greatest", -1e99),
    ("pages.1.questions.2.decimals", -1),
    ("pages.1.questions.2.decimals", 99),
    ("pages.1.questions.3.low", 2),
    ("pages.1.questions.3.high", 11),
]


@pytest.mark.parametrize(("path", "value"), OUT_OF_PLACE)
def test_a_number_out_of_place_is_kept_as_typed_and_not_published(path: str, value: float) -> None:
    """One wrong number must not keep everything else that was written from being stored."""
    draft = read(_broken(path, value))
    assert [finding.path for finding in check(draft)] == [path]
    _, at, _, question, key = path.split(".")
    written: Any = write(draft)
    assert written["pages"][int(at)]["questions"][int(question)][key] == value
    assert read(json.loads(json.dumps(written))) == draft
    with pytest.raises(BadDefinition):
        compile(draft)


def test_stars_that_begin_at_nothing_are_kept_as_typed() -> None:
    draft = read(definition(question("q1", "rating", look="stars", low=0)))
    assert [finding.path for finding in check(draft)] == ["pages.0.questions.0.low"]
    assert read(write(draft)) == draft


@pytest.mark.parametrize("data", [None, [], "x", 3, {"page": []}, {"pages": None, "x": 1}])
def test_what_is_no_definition_at_all_is_refused(data: object) -> None:
    with pytest.raises(BadDefinition):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[" * 100_000,
        '{"pages":' * 50_000,
        "9" * 5_000,
        '{"pages": NaN}',
        b"\xff\xfe",
        " " * (limits.JSON_BYTES + 1),
        json.dumps({f"k{n}": n for n in range(50_000)}),
    ],
)
def test_hostile_json_is_refused(data: str | bytes) -> None:
    with pytest.raises(BadDefinition) as caught:
        read_text(data)
    assert len(caught.value.findings) <= limits.FINDINGS


def test_too_many_questions_over_all_pages() -> None:
    pages = [page(f"p{n}", *(question(f"q{n}x{m}", "text") for m in range(10))) for n in range(31)]
    with pytest.raises(BadDefinition):
        read({"pages": pages})


def test_control_characters_and_halves_of_characters_never_get_in() -> None:
    once = read(
        definition(question("q1", text={"zh_CN": "\ud800停\x00车\u202e\u2028"}, choices=choices("a", "b")))
    )
    words = next(once.questions).text.text("zh_CN")
    words.encode()
    assert "\x00" not in words


NOT_PUBLISHABLE = [
    ({"pages": []}, "pages"),
    ({"pages": [page("p1")]}, "pages.0"),
    (definition(question("q1", text={})), "pages.0.questions.0.text"),
    (definition(question("q1", choices=choices("a"))), "pages.0.questions.0.choices"),
    (
        definition(question("q1", choices=[{"id": "a", "text": {}}, *choices("b")])),
        "pages.0.questions.0.choices.0.text",
    ),
    (
        definition(question("q1", choices=[{"id": i, "text": text("同")} for i in "ab"])),
        "pages.0.questions.0.choices.1.text",
    ),
    (definition(question("q1", "multiple", at_least=4)), "pages.0.questions.0.at_least"),
    (definition(question("q1", "multiple", at_least=3, at_most=2)), "pages.0.questions.0.at_most"),
    (definition(question("q1", "number", least=3, greatest=2)), "pages.0.questions.0.greatest"),
    (definition(question("q1", show_if=asks("answered", "q1"))), "pages.0.questions.0.show_if"),
    (
        definition(question("q1", show_if=asks("answered", "q2")), question("q2")),
        "pages.0.questions.0.show_if",
    ),
    (definition(question("q1", show_if=asks("answered", "zz"))), "pages.0.questions.0.show_if"),
    (
        definition(question("q1"), question("q2", show_if=asks("equals", "q1", "z"))),
        "pages.0.questions.1.show_if",
    ),
    (
        definition(question("q1"), question("q2", show_if=asks("greater", "q1", 3))),
        "pages.0.questions.1.show_if",
    ),
    (
        definition(question("q1", "number"), question("q2", show_if=asks("equals", "q1", "3"))),
        "pages.0.questions.1.show_if",
    ),
    (
        definition(question("q1", "text"), question("q2", show_if=asks("equals", "q1", ""))),
        "pages.0.questions.1.show_if",
    ),
    ({"pages": [page("p1", question("q1"), show_if=asks("answered", "q1"))]}, "pages.0.show_if"),
]


@pytest.mark.parametrize(("data", "path"), NOT_PUBLISHABLE)
def test_an_unfinished_draft_is_kept_but_not_published(data: dict[str, Any], path: str) -> None:
    draft = read(data)
    assert path in [finding.path for finding in check(draft)]
    with pytest.raises(BadDefinition):
        compile(draft)


def test_a_finished_one_may_be_published() -> None:
    assert check(read(FULL)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["pages", "questions", "id", "type", "text", "choices", "show_if", "op"]), inner
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_read_or_refused(data: object) -> None:
    try:
        draft = read(data)
    except BadDefinition:
        return
    assert read(write(draft)) == draft


def test_a_text_in_countless_languages_is_one_fault() -> None:
    """A sentence for each would be made, translated and sent, a second of everybody's time."""
    many = {f"l{number}": "x" for number in range(1000)}
    with pytest.raises(BadDefinition) as caught:
        read(_broken("pages.0.questions.0.text", many))
    assert [finding.path for finding in caught.value.findings] == ["pages.0.questions.0.text"]
