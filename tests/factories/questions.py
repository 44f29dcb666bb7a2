"""Questionnaires for tests, as JSON data and compiled."""

from __future__ import annotations

from typing import Any

from engage.questions.compiled import Compiled, compile
from engage.questions.definition import read


def text(words: str) -> dict[str, str]:
    return {"zh_CN": words, "en": f"{words} (en)"}


def choices(*ids: str) -> list[dict[str, Any]]:
    return [{"id": id, "text": text(f"选项{id}")} for id in ids]


def question(id: str, type: str = "single", **settings: Any) -> dict[str, Any]:
    """A question that may be published; choices a, b, c unless given."""
    data: dict[str, Any] = {"id": id, "type": type, "text": text(f"题目{id}"), "required": False}
    if type in ("single", "multiple"):
        data["choices"] = choices("a", "b", "c")
    return data | settings


def page(id: str, *questions: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"id": id, "questions": list(questions)} | settings


def definition(*questions: dict[str, Any]) -> dict[str, Any]:
    """One page with these questions."""
    return {"pages": [page("p1", *questions)]}


def compiled(*questions: dict[str, Any]) -> Compiled:
    return compile(read(definition(*questions)))


def asks(op: str, question: str, value: Any = None) -> dict[str, Any]:
    data = {"op": op, "question": question}
    return data if value is None else data | {"value": value}


def twenty_questions(pages: int = 1) -> dict[str, Any]:
    """A survey of twenty questions of every type, on one page or several; four have conditions."""
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("single", {"choices": choices("a", "b", "c", "d", "e")}),
        ("multiple", {"choices": choices("a", "b", "c", "d", "e", "f"), "at_most": 3}),
        ("rating", {"low_label": text("很不满意"), "high_label": text("非常满意")}),
        ("number", {"least": 0, "greatest": 120, "unit": text("次")}),
        ("text", {"long": True, "max_length": 500}),
    ]
    questions = []
    for position in range(20):
        type, settings = kinds[position % 5]
        each = question(f"q{position}", type, required=position % 2 == 0, **settings)
        if type == "text":
            each["required"] = False
            each["show_if"] = asks("greater", f"q{position - 2}", 2)
        questions.append(each)
    size = 20 // pages
    return {"pages": [page(f"p{n}", *questions[n * size : n * size + size]) for n in range(pages)]}


def twenty_answers() -> dict[str, Any]:
    """Answers to `twenty_questions`, as a form sends them."""
    values: list[Any] = ["b", ["a", "c"], "4", "３２", "希望办事再快一点，多听群众意见。"]
    return {f"q{position}": values[position % 5] for position in range(20)}
