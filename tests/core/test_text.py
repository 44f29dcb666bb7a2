"""Text as it comes from people: one table of cases, and generated texts, through server and browser."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engage.core.text import clean_text
from engage.core.unseen import ACCENTS_MOST, MARKS_MOST
from tests.fixtures.node import run_module

CASES = json.loads((Path(__file__).parent / "clean_text.json").read_text(encoding="utf-8"))
"""``typed``, what is ``kept`` of it, and ``why``."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_what_is_kept_of_what_was_typed(case: dict[str, str]) -> None:
    assert clean_text(case["typed"]) == case["kept"]


# Hypothesis draws no surrogates by itself, and marks too seldom to stand beside each other.
ODD = st.one_of(st.characters(), st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Mn"]))


@given(st.text(alphabet=ODD))
@example("\r\u202e\n")
@example("\ud83d\ude00")
@example("\u1100\u1161\u1160\u11a8\u115f")
@example("\u0958" + "\u0e49" * 9 + "\u0344\u0344\u0344")
def test_clean_text_stays_clean_and_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [
        sign
        for sign in cleaned
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") and sign not in "\t\n"
    ]
    assert not set(cleaned) & set("\u200b\u202a\u202e\u2066\u2069\ufeff")
    assert cleaned.encode().decode() == cleaned


FILLERS = "\u115f\u1160\u2800\u3164\uffa0\ufffc"


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters=FILLERS)))
def test_what_can_be_seen_is_never_lost(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned == unicodedata.normalize("NFC", text) or (not text.strip() and not cleaned)


UNSEEN = (
    "\u200b\u200c\u200d\u00ad\u034f\u115f\u1160\u2800\u3164\uffa0"
    "\ufe0f\ufeff\u202e\u180e\u180b\u17b4 \u3000\n\t"
)


@given(st.text(alphabet=st.one_of(st.sampled_from(UNSEEN), st.characters(categories=["M", "Z", "Cc"]))))
def test_a_text_with_nothing_to_see_is_empty(text: str) -> None:
    assert clean_text(text) == ""


@given(
    st.text(
        alphabet=st.sampled_from(
            "停a\u0e01\u0301\u0316\u20dd\u0e49\u200d\ufe0f\U0001e000\U00011038\u0344\u0958"
        )
    )
)
def test_no_character_has_many_marks(text: str) -> None:
    cleaned = clean_text(text)
    marked = "".join("m" if unicodedata.category(sign)[0] == "M" else "." for sign in cleaned)
    assert max(map(len, re.findall("m+", marked)), default=0) <= MARKS_MOST
    accents = "".join(
        "m" if unicodedata.combining(sign) in (220, 230) and sign < "\u0400" else "." for sign in cleaned
    )
    assert max(map(len, re.findall("m+", accents)), default=0) <= ACCENTS_MOST


POOLS = [
    "停车难aé1😀👨한가字漢",
    "\u0301\u0316\u0302\u0344\u20dd\u20e3\u0e49\u0e38\u0f71\u0f72\u093c\u094d\u0958\u05b0\U00011038\U0001d165\U0001e000",
    "\u115f\u1160\u2800\u2801\u3164\uffa0\u180e\u200b\u200c\u200d\u00ad\u034f\ufe0f\ufe0e\U000e0100\ufffc\u17b4",
    "\r\n\t \x0b\x0c\x85\x1c\x1f\x07\u2028\u2029\u3000\xa0",
    "\u1100\u1112\u115f\u1160\u1161\u1175\u11a7\u11a8\u11c2\ua960\ud7b0\ud7cb가각한",
    "\u202e\u2066\ufeff\ufffe\ufdd0\U0001ffff\U0001f3f4\U000e0067\U000e0062\U000e007f\U000e0001\U0001bca0",
]


def test_the_browser_twin_cleans_alike() -> None:
    """The table, every sign that is no letter, and 8,000 generated texts, through both."""
    draw = random.Random(20261130)
    known = [
        chr(code) for code in range(0x20000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    ]
    texts = [case["typed"] for case in CASES]
    signs = [sign for sign in map(chr, range(0x110000)) if unicodedata.category(sign)[:1] in ("C", "M", "Z")]
    texts += [f"a{sign}b" for sign in signs if unicodedata.category(sign) not in ("Cn", "Co")]
    for _ in range(6000):
        pools = draw.sample(POOLS, draw.randint(1, 3))
        texts.append("".join(draw.choice(draw.choice(pools)) for _ in range(draw.randint(1, 24))))
    texts += ["".join(draw.choices(known, k=draw.randint(1, 30))) for _ in range(2000)]
    texts = [text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") for text in texts]
    assert run_module("core/_clean.js", "(texts) => texts.map(module.clean)", texts) == [
        clean_text(text) for text in texts
    ]


@pytest.mark.parametrize(
    "text",
    [
        "停" + "\u0301\u0316" * 60_000,
        "a\u200d" * 60_000,
        "\u3164" * 85_000,
        "\u115f" * 85_000 + "ᄀ",
        "🏴\U000e0041" * 30_000,
    ],
    ids=["marks", "joins", "fillers", "lone fillers", "tags"],
)
def test_hostile_texts_are_cleaned_in_linear_time(text: str) -> None:
    assert len(clean_text(text)) <= len(text)
