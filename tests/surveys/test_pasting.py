"""Options pasted into the builder: a line each, whole, and no empty one left behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.node import run_module

PASTE = "({choices, at, text}) => module.pasteChoices(choices, at, text)"


def _choices(*texts: str) -> list[dict[str, Any]]:
    return [{"id": f"c{at}", "text": {"zh_CN": text} if text else {}} for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("before", "at", "text", "after"),
    [
        # A new question has two empty options: neither is left to be complained of.
        (("", ""), 0, "城东街道\n城西街道\n其他", ["城东街道", "城西街道", "其他"]),
        (("", ""), 1, "城东街道\n城西街道", ["城东街道", "城西街道"]),
        (("", "", ""), 1, "甲\n乙", ["甲", "乙"]),
        (("已有", "", "末项"), 1, "甲\r\n乙\r\n", ["已有", "甲", "乙", "末项"]),
        (("", ""), 0, "\n\n甲\n\n \n　\n乙\n\n", ["甲", "乙"]),
        # Word's line break, the ones of the web and a form feed.
        (("", ""), 0, "甲\u000b乙\u2028丙\u0085丁\u000c戊", ["甲", "乙", "丙", "丁", "戊"]),
        (("", ""), 0, "\n".join(str(at) for at in range(150)), [str(at) for at in range(150)]),
        (("", ""), 0, "长" * 400 + "\n短", ["长" * 400, "短"]),
        (("甲", "乙"), 0, "只有一行\n", None),
        (("甲", ""), 0, " \n \n", None),
    ],
)
def test_lines_become_options(before: tuple[str, ...], at: int, text: str, after: list[str] | None) -> None:
    found = run_module("surveys/_choices.js", PASTE, {"choices": _choices(*before), "at": at, "text": text})
    assert (found and [one["text"]["zh_CN"] for one in found]) == after
    if found:
        assert len({one["id"] for one in found}) == len(found)


def test_what_was_there_keeps_its_id() -> None:
    data = {"choices": _choices("甲", "", "丙"), "at": 1, "text": "乙\n又乙"}
    found = run_module("surveys/_choices.js", PASTE, data)
    assert [one["id"] for one in found][::3] == ["c0", "c2"]
    assert found[1]["id"] == "c1"


def test_an_option_in_english_alone_is_not_empty() -> None:
    choices = [*_choices(""), {"id": "e", "text": {"en": "Other"}}]
    found = run_module("surveys/_choices.js", PASTE, {"choices": choices, "at": 0, "text": "甲\n乙"})
    assert found[-1]["text"] == {"en": "Other"}
