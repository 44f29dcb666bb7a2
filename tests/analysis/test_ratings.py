"""What a rating came to is said with its meaning: ends, out of how many, the share of the upper half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.analysis.models import PublishedResult
from engage.analysis.ratings import RatingFigures, rating_figures
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.demo.results import public_result
from engage.questions.definition import read
from engage.surveys.models import Survey
from tests.factories.responses import choices, make_survey
from tests.fixtures.html import of_class, parsed, words_of

FIVE = ("1", "2", "3", "4", "5")
TEN = (*FIVE, "6", "7", "8", "9", "10")
ENDS = {"low_label": {"zh_CN": "很不满意", "en": "very dissatisfied"}, "high_label": {"zh_CN": "很满意"}}


@pytest.mark.parametrize(
    ("codes", "shares", "words", "figures"),
    [
        (FIVE, {"1": 0.1, "4": 0.2, "5": 0.1}, ["您满意吗"], RatingFigures(5, 4, 0.3, True)),
        (FIVE, {"4": 0.2, "5": 0.1}, ["噪声多大"], RatingFigures(5, 4, 0.3, False)),
        # The step that is shown together with others is not told by a sum either.
        (FIVE, {"3": 0.5, "4": 0.2}, ["满意"], RatingFigures(5, 4, None, True)),
        (("0", "1", "2", "3", "4"), {"3": 0.25, "4": 0.25}, ["x"], RatingFigures(4, 3, 0.5, False)),
        (("1", "2"), {"2": 0.5}, ["How Satisfied?"], RatingFigures(2, 2, 0.5, True)),
        (TEN, dict.fromkeys(TEN[5:], 0.2), [], RatingFigures(10, 6, 1.0, False)),
        (("0", *TEN), dict.fromkeys(TEN[5:], 0.1), [], RatingFigures(10, 6, 0.5, False)),
        # Rounded shares may add up to more than all.
        (("1", "2", "3", "4"), {"3": 0.51, "4": 0.5}, [], RatingFigures(4, 3, 1.0, False)),
        (("s1", "s2"), {}, [], None),
        ((), {}, [], None),
    ],
)  # fmt: skip
def test_what_the_figures_say(
    codes: tuple[str, ...], shares: dict[str, float], words: list[str], figures: RatingFigures | None
) -> None:
    found = rating_figures(codes, shares, words)
    assert found == figures or (
        found is not None and figures is not None and found.favourable == pytest.approx(figures.favourable)
    )


def test_the_ends_of_a_scale_are_named_wherever_its_steps_are() -> None:
    asked = read({"pages": [{"id": "p", "questions": [{"id": "c", "type": "rating", **ENDS}]}]})
    labels = dict(next(asked.questions).kind.summary().labels)
    assert [labels[code].text("zh_CN") for code in FIVE] == ["1（很不满意）", "2", "3", "4", "5（很满意）"]
    assert labels["1"].text("en") == "1 (very dissatisfied)"


@pytest.fixture
def shown(app: Flask, client: FlaskClient) -> Callable[[list[dict[str, Any]], dict[str, Any]], list[str]]:
    """What the public page says of one question that was answered so."""

    def show(rows: list[dict[str, Any]], question: dict[str, Any]) -> list[str]:
        asked = {"pages": [{"id": "pppp", "questions": [question]}]}
        with app.app_context():
            survey = make_survey(asked)
            with atomic():
                questions = public_result(read(asked), rows)
                db.session.add(
                    PublishedResult(survey_id=survey["survey"], responses=len(rows), questions=questions)
                )
                one = db.session.get_one(Survey, survey["survey"])
                one.title = Localized(zh_CN="停车情况问卷")
                one.opens_at = one.closes_at = one.results_published_at = now()
            address = f"/results/surveys/{one.public_id}"
        page = parsed(client.get(address).text)
        [section] = [one for one in page.iter("section") if one.find("h2") is not None]
        bars = [words_of(item[0]) for item in of_class(section, "bar__text")]
        return [*(words_of(item) for item in of_class(section, "soft")), *bars]

    return show


@pytest.mark.database
def test_a_public_rating_tells_its_ends_and_its_share(shown: Any) -> None:
    rows = [{"c": step} for step, count in {1: 20, 2: 20, 3: 30, 4: 10, 5: 20}.items() for _ in range(count)]
    text = {"zh_CN": "您对停车满意吗"}
    found = shown(rows, {"id": "c", "type": "rating", "text": text, **ENDS})
    assert found[0] == "100 人作答 · 平均 2.9/5 · 满意率 30%（4–5 分）"
    assert found[1:] == ["1（很不满意）", "2", "3", "4", "5（很满意）"]


@pytest.mark.database
def test_a_rating_of_something_else_is_not_called_satisfaction(shown: Any) -> None:
    rows = [{"c": step} for step in range(1, 6) for _ in range(20)]
    found = shown(rows, {"id": "c", "type": "rating", "text": {"zh_CN": "噪声有多大"}})
    assert found[0] == "100 人作答 · 平均 3/5 · 4–5 分占 40%"


@pytest.mark.database
@pytest.mark.parametrize(
    ("few", "row", "note"),
    [
        (2, "选项o0；选项o1（合计）", ""),
        (5, "其他 5 项合计", "包括：选项o0；选项o1；选项o2；选项o3；选项o4。"),
    ],
)
def test_what_is_shown_together_is_named(shown: Any, few: int, row: str, note: str) -> None:
    codes = [f"o{at}" for at in range(7)]
    rows = [{"c": code} for at, code in enumerate(codes) for _ in range(6 if at < few else 20)]
    found = shown(
        rows, {"id": "c", "type": "single", "text": {"zh_CN": "怎么来"}, "choices": choices(*codes)}
    )
    assert any(line == row for line in found)
    assert any(line.endswith(note) and "不足十人" in line for line in found)
