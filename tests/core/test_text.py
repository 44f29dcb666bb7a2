"""Text as it comes from people."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engage.core.text import clean_text

JOINED = "👨\u200d👩\u200d👧 ✌🏽 ❤\ufe0f 🏴\U000e0067\U000e0062\U000e007f"

CLEAN = [
    ("", ""),
    ("停车难", "停车难"),
    ("  a\tb\n\n c ", "  a\tb\n\n c "),
    ("一\r\n二\r三\n\r四", "一\n二\n三\n\n四"),
    ("一\u2028二\u2029三", "一\n二\n三"),
    ("主\x00题\x01日\x07\x0b\x0c\x1b\x7f\x85\x9f", "主题日"),
    ("价\u202a\u202b\u202c\u202d\u202e格", "价格"),
    ("价\u2066\u2067\u2068\u2069\u200e\u200f\u061c格", "价格"),
    ("\ufeff路\u200b灯\u2060\u2061\ufff9\ufffb", "路灯"),
    ("半\ud83d字\ude00", "半字"),
    ("无\ufffe\uffff字", "无字"),
    (JOINED, JOINED),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("e\u0301", "é"),
    ("e\u202e\u0301", "é"),
    ("全\u3000角\xa0", "全\u3000角\xa0"),
]


@pytest.mark.parametrize(("typed", "kept"), CLEAN)
def test_what_is_kept_of_what_was_typed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


# Hypothesis draws no surrogates by itself, and marks too seldom to stand beside each other.
ODD = st.one_of(st.characters(), st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Mn"]))


@given(st.text(alphabet=ODD))
@example("\r\u202e\n")
@example("\ud83d\ude00")
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


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\x85")))
def test_what_can_be_seen_is_never_lost(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text)
