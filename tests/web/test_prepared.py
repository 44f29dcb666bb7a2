"""Prepared pages: what is put together equals what rendering would have given, plain and compressed."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.web.prepared import Prepared, hole

VALUES = {"token": "abc123", "nonce": "N" * 16, "empty": ""}
SOURCE = "<p>前" * 500 + hole("token") + "中" + hole("nonce") + hole("empty") + hole("token") + "后</p>"
FILLED = "<p>前" * 500 + "abc123" + "中" + "N" * 16 + "abc123" + "后</p>"


def test_the_holes_are_filled() -> None:
    assert Prepared(SOURCE).plain(VALUES).decode() == FILLED


def test_the_compressed_form_is_the_same_page_and_small() -> None:
    packed = Prepared(SOURCE).gzipped(VALUES)
    assert gzip.decompress(packed).decode() == FILLED
    assert len(packed) < 200


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_content_survives(before: str, value: str, after: str) -> None:
    page = Prepared(before + hole("x") + after)
    assert (
        gzip.decompress(page.gzipped({"x": value}))
        == page.plain({"x": value})
        == (before + value + after).encode()
    )


def test_a_value_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        Prepared(hole("x")).gzipped({"x": "x" * 70_000})
