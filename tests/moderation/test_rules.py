"""What a machine notices before a person reads, and kind words for every reason."""

from __future__ import annotations

import pytest

from engage.moderation.labels import LABELS
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS, Hit, screened


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("请打13812345678", {Hit.MOBILE}),
        ("电话 138-1234-5678 王先生", {Hit.MOBILE}),
        ("１３８１２３４５６７８", {Hit.MOBILE}),
        ("身份证 430481199003071234", {Hit.IDENTITY_NUMBER}),
        ("43048119900307123x", {Hit.IDENTITY_NUMBER}),
        ("写信到 li.hua@example.com.cn", {Hit.EMAIL}),
        ("卡号 6222021234567890123", {Hit.BANK_CARD}),
        ("12345热线，2026年3月5日，第13条，1381234567", set()),
        ("建筑面积138123456789平方米", set()),
        ("", set()),
    ],
)
def test_personal_data_is_noticed(text: str, hits: set[Hit]) -> None:
    found = screened(text)
    assert set(found.hits) == hits
    assert found.held is bool(hits)


@pytest.mark.parametrize("text", ["1" * 100_000, "1 " * 50_000, "a@" * 50_000, "a." * 50_000 + "@"])
def test_hostile_texts_are_screened_at_once(text: str) -> None:
    screened(text)


def test_every_reason_has_words() -> None:
    assert set(KIND_WORDS) == set(ReasonClass)
    assert {reason for reason in LABELS if isinstance(reason, ReasonClass)} == set(ReasonClass)
