"""Random questionnaires, answers as people type them, and one person's way through the pages."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tests.factories.questions import asks, page, question

TYPES = ("single", "multiple", "text", "number", "rating")
MOST_STEPS = 30
_CONDITIONS: dict[str, list[tuple[str, Any]]] = {
    "single": [("answered", None), ("equals", "a"), ("any_of", ["a", "b"])],
    "multiple": [("answered", None), ("contains", "b"), ("any_of", ["b", "c"])],
    "text": [("answered", None), ("equals", "噪音"), ("contains", "车")],
    "number": [("answered", None), ("equals", 0), ("greater", 0), ("less", 2.5)],
    "rating": [("answered", None), ("equals", 3), ("greater", 2)],
}
_RIGHT: dict[str, Callable[[random.Random], list[str]]] = {
    "single": lambda draw: [draw.choice("abc")],
    "multiple": lambda draw: draw.sample("abc", draw.randint(1, 3)),
    "text": lambda draw: [draw.choice(["停车难", "噪音", " 车\u3000", "a<b>&\"'", "e\u0301", "\u200b😀"])],
    "number": lambda draw: [draw.choice(["0", "１２", "1,234", "-3", "2.50", "－０．５", " 7 "])],
    "rating": lambda draw: [str(draw.randint(1, 5))],
}
_WRONG = {"single": ["z"], "multiple": ["a", "z"], "number": ["许多"], "rating": ["9"], "text": ["长" * 9000]}


def random_condition(draw: random.Random, earlier: list[dict[str, Any]], depth: int = 3) -> dict[str, Any]:
    """A tree of tests about earlier questions."""
    if depth and draw.random() < 0.5:
        if draw.random() < 0.3:
            return {"op": "not", "of": random_condition(draw, earlier, depth - 1)}
        parts = [random_condition(draw, earlier, depth - 1) for _ in range(draw.randint(0, 3))]
        return {"op": draw.choice(["all", "any"]), "of": parts}
    asked = draw.choice(earlier)
    op, value = draw.choice(_CONDITIONS[asked["type"]])
    return asks(op, asked["id"], value)


def random_definition(draw: random.Random) -> dict[str, Any]:
    """One to five pages with up to four questions each; pages and questions may have conditions."""
    earlier: list[dict[str, Any]] = []
    pages = []
    for number in range(draw.randint(1, 5)):
        settings: dict[str, Any] = {}
        if earlier and draw.random() < 0.3:
            settings["show_if"] = random_condition(draw, earlier)
        here = []
        for _ in range(draw.randint(1, 4)):
            each = question(f"q{len(earlier)}", draw.choice(TYPES), required=draw.random() < 0.4)
            if earlier and draw.random() < 0.5:
                each["show_if"] = random_condition(draw, earlier)
            earlier.append(each)
            here.append(each)
        pages.append(page(f"p{number}", *here, **settings))
    return {"pages": pages}


def random_entry(draw: random.Random, type: str, *, right: bool) -> list[str]:
    """What someone leaves in the fields of one question: texts as a form sends them, none when left empty."""
    if right:
        return _RIGHT[type](draw)
    chance = draw.random()
    if chance < 0.2:
        return []
    return _WRONG[type] if chance < 0.27 else _RIGHT[type](draw)


class Person:
    """Walks through a survey page by page, goes back, changes answers, and remembers what they left where."""

    def __init__(self, draw: random.Random, definition: dict[str, Any]) -> None:
        self.draw = draw
        self.pages = [each["questions"] for each in definition["pages"]]
        self.entries: dict[str, list[str]] = {}
        self.steps = 0

    @property
    def patient(self) -> bool:
        """After many steps everybody wants to be done: only good answers, only forward."""
        return self.steps > MOST_STEPS

    def fill(self, page: int, shown: set[str] | None = None) -> None:
        """Fill in or change some questions of a page (of those ``shown``, where it shows fewer)."""
        self.steps += 1
        for each in self.pages[page]:
            id = each["id"]
            if shown is not None and id not in shown:
                self.entries.pop(id, None)
            elif self.patient or id not in self.entries or self.draw.random() < 0.3:
                self.entries[id] = random_entry(self.draw, each["type"], right=self.patient)

    def goes_back(self) -> bool:
        return not self.patient and self.draw.random() < 0.25

    def form(self, page: int | None) -> dict[str, list[str]]:
        """The fields of one page, or of all."""
        of = [each["id"] for at, page_ in enumerate(self.pages) if page in (None, at) for each in page_]
        return {f"q-{id}": self.entries[id] for id in of if self.entries.get(id)}


def as_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
