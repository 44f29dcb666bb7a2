"""Cleaning costs in proportion to the text, whatever marks it is made of."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest

from engage.accounts.codes import typed_code
from engage.accounts.password_rules import password_problem
from engage.core import text as core_text
from engage.core import threads
from engage.core.codes import folded
from engage.core.text import clean_in_turns, clean_text
from engage.questions.types.number import read_number
from tests.web.turns import Turns

# Pairs in the wrong order, marks of the canonical class 0 that fall apart into others, of half width, beyond
# the BMP; what falls apart into many, and what is looked at twice.
RUNS = [
    "\u0f71\u0f74",
    "\u0301\u0316",
    "\u0f73\u0f71",
    "\uff9e\u0316",
    "\u0344\u0331",
    "\U0001d165\U0001d16d",
    "\U0001d160",
    "a" + "\u0f71\u0f74" * 5,
    "\ufdfa",
    "\r\n",
    "a\x01",
    " \u0301",
    "\u200d\u0301",
    "\U000e0041",
    "\u1160",
    "\u2800",
    "\u0958",
    "\u3099\u304b",
    "\U00016d63\U00016d67",
    "\U0001f469\u200d",
    "\uff11",
]


@pytest.mark.alone
@pytest.mark.parametrize("run", RUNS, ids=ascii)
def test_a_text_that_is_cleaned_again_lets_others_run(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions clean what a form has cleaned: they have no turn of their own and are asked by other doors."""
    monkeypatch.setattr(threads, "is_module_patched", lambda _name: True)
    text = clean_in_turns(run * (256 * 1024 // len(run.encode())), lambda: None)
    turns = Turns()
    turns.watch()
    try:
        clean_text(text)
    finally:
        turns.end()
    assert turns.longest[0] < 0.05


@pytest.mark.alone
@pytest.mark.parametrize("run", RUNS, ids=ascii)
def test_a_body_of_marks_is_cleaned_in_turns(run: str) -> None:
    text = run * (256 * 1024 // len(run.encode()))
    turns = [time.process_time()]
    clean_in_turns(text, lambda: turns.append(time.process_time()))
    assert max(later - sooner for sooner, later in pairwise(turns)) < 0.05
    assert turns[-1] - turns[0] < 0.5


@pytest.mark.alone
@pytest.mark.parametrize("run", RUNS, ids=ascii)
def test_codes_and_passwords_of_any_length_cost_nothing(run: str) -> None:
    text = run * (256 * 1024 // len(run.encode()))
    began = time.process_time()
    folded(text)
    typed_code(text)
    assert read_number(text) is None
    assert password_problem(text) is not None
    assert time.process_time() - began < 0.05


SIGNS = [
    "a",
    "长",
    "\r\n",
    "\n",
    "\r",
    " ",
    "e\u0301\u0316",
    "\u0301",
    "\u0f71\u0f74",
    "\u1100\u1161",
    "\u200d",
    "\u2800",
]


@pytest.mark.parametrize("seed", range(8))
def test_in_turns_a_text_is_cleaned_as_in_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    signs = [*draw.sample(SIGNS, 5), "b"]
    text = "".join(draw.choices(signs, k=70_000))
    turns: list[None] = []
    in_turns = clean_in_turns(text, lambda: turns.append(None))
    assert len(turns) > 2
    monkeypatch.setattr(core_text, "_PIECE", len(text))
    assert in_turns == clean_text(text)


@pytest.mark.parametrize("text", [" " * 70_000, "\r\n" * 40_000])
def test_a_long_text_that_shows_nothing_is_empty(text: str) -> None:
    assert clean_in_turns(text, lambda: None) == ""
    assert clean_in_turns(text + "a" + text, lambda: None) == clean_text(text + "a" + text) != ""
