"""Columns and tallies against plain counting, appended or rebuilt, over versions that change."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import insert

from engage.accounts.models import Unit
from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.frame import SurveyFrame
from engage.analysis.public import public_questions
from engage.analysis.service import AnalysisService
from engage.core.clock import minute
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.models import Response, Source, State, Survey, SurveyVersion

pytestmark = pytest.mark.database


def _choices(*ids: str) -> list[dict[str, Any]]:
    return [{"id": code, "text": {"zh_CN": f"选项{code}", "en": code}} for code in ids]


def _definition(single: tuple[str, ...], *extra: dict[str, Any]) -> dict[str, Any]:
    questions = [
        {"id": "aaaa", "type": "single", "text": {"zh_CN": "单选"}, "choices": _choices(*single)},
        {"id": "bbbb", "type": "multiple", "text": {"zh_CN": "多选"}, "choices": _choices("m1", "m2", "m3")},
        {"id": "cccc", "type": "rating", "text": {"zh_CN": "评分"}},
        {"id": "dddd", "type": "number", "text": {"zh_CN": "数字"}},
        {"id": "eeee", "type": "text", "text": {"zh_CN": "文字"}},
        *extra,
    ]
    return {"pages": [{"id": "pppp", "questions": questions}]}


def _answers(random_: random.Random, codes: tuple[str, ...]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if random_.random() < 0.9:
        answers["aaaa"] = random_.choice(codes)
    if random_.random() < 0.8:
        answers["bbbb"] = sorted(random_.sample(["m1", "m2", "m3"], random_.randint(1, 3)))
    if random_.random() < 0.7:
        answers["cccc"] = random_.randint(1, 5)
    if random_.random() < 0.5:
        answers["dddd"] = random_.choice([0, 1, 7, 12.5, 900])
    if random_.random() < 0.3:
        answers["eeee"] = random_.choice(["好", "停车难", "=1+1", "a\nb"])
    return answers


@pytest.fixture
def survey(app: Flask) -> dict[str, int]:
    with app.app_context(), atomic():
        unit = Unit(code="u", name=Localized(zh_CN="单位"))
        db.session.add(unit)
        db.session.flush()
        survey = Survey(
            unit_id=unit.id, title=Localized(zh_CN="问卷"), state=State.PUBLISHED, version_number=1
        )
        db.session.add(survey)
        db.session.flush()
        version = SurveyVersion(survey_id=survey.id, number=1, definition=_definition(("s1", "s2")))
        db.session.add(version)
        db.session.flush()
        return {"survey": survey.id, "version": version.id}


def _add(survey: dict[str, int], rows: list[dict[str, Any]], version: int | None = None) -> None:
    with atomic():
        db.session.execute(
            insert(Response),
            [
                {
                    "survey_id": survey["survey"],
                    "version_id": version or survey["version"],
                    "language": "zh_CN",
                    "source": Source.WEB,
                    "submitted_minute": minute(),
                    "answers": answers,
                }
                for answers in rows
            ],
        )


def _expect(frame: SurveyFrame, rows: list[dict[str, Any]]) -> None:
    tallies = {tally.question: tally for tally in Dashboard(frame).tallies(Filter())}
    assert dict(tallies["aaaa"].counts) == {
        code: count
        for code in dict(tallies["aaaa"].counts)
        for count in [Counter(row.get("aaaa") for row in rows)[code]]
    }
    assert dict(tallies["bbbb"].counts) == {
        code: sum(code in row.get("bbbb", ()) for row in rows) for code in ("m1", "m2", "m3")
    }
    ratings = [row["cccc"] for row in rows if "cccc" in row]
    assert tallies["cccc"].base == len(ratings)
    assert tallies["cccc"].mean == pytest.approx(float(np.mean(ratings)))
    numbers = [row["dddd"] for row in rows if "dddd" in row]
    assert tallies["dddd"].mean == pytest.approx(float(np.mean(numbers)))
    assert sum(count for _, count in tallies["dddd"].counts) == len(numbers)
    assert tallies["eeee"].base == sum("eeee" in row for row in rows)


def test_appended_equals_counted_equals_rebuilt(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    random_ = random.Random(7)
    rows: list[dict[str, Any]] = []
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        for size in (200, 1, 37, 0, 60):
            new = [_answers(random_, ("s1", "s2")) for _ in range(size)]
            rows += new
            if new:
                _add(survey, new)
            assert frame.refresh() == len(rows)
            _expect(frame, rows)
        reopened = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        assert reopened.refresh() == len(rows)
        _expect(reopened, rows)
        reopened.store.rebuild()
        _expect(reopened, rows)


def test_many_small_appends_are_joined(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    random_ = random.Random(3)
    rows = []
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        for _ in range(60):
            rows.append(_answers(random_, ("s1", "s2")))
            _add(survey, rows[-1:])
            frame.refresh()
        assert len(frame.store.state.pieces) < 30
        assert len(list(frame.store.folder.glob("*.parquet"))) == len(frame.store.state.pieces)
        _expect(frame, rows)


def test_a_new_version_keeps_codes_and_adds_its_own(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    with app.app_context():
        store = ColumnStore(tmp_path, survey["survey"])
        frame = SurveyFrame(store)
        _add(survey, [{"aaaa": "s1"}, {"aaaa": "s2"}, {}])
        frame.refresh()
        extra = {"id": "ffff", "type": "single", "text": {"zh_CN": "新题"}, "choices": _choices("f1", "f2")}
        with atomic():
            version = SurveyVersion(
                survey_id=survey["survey"], number=2, definition=_definition(("s3", "s2"), extra)
            )
            db.session.add(version)
            db.session.flush()
            version_id = version.id
        _add(survey, [{"aaaa": "s3", "ffff": "f1"}, {"aaaa": "s2"}], version_id)
        assert frame.refresh() == 5
        tallies = {tally.question: tally for tally in Dashboard(frame).tallies(Filter())}
        assert dict(tallies["aaaa"].counts) == {"s1": 1, "s2": 2, "s3": 1}
        assert (tallies["ffff"].asked, tallies["ffff"].base) == (2, 1)
        built = Dashboard(frame).build(Filter("aaaa", "s2"), "zh_CN")
        assert built["filtered"] == 2
        tile = next(tile for tile in built["tiles"] if tile["question"] == "ffff")
        assert (tile["since"], tile["asked"], tile["current"]) == (2, 1, True)


def test_texts_are_paged_newest_first_and_filtered(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        for start in (0, 15):
            _add(
                survey,
                [{"aaaa": "s1" if at % 2 else "s2", "eeee": f"第{at}条"} for at in range(start, start + 15)],
            )
            frame.refresh()
        first = Dashboard(frame).texts("eeee", Filter(), 1)
        second = Dashboard(frame).texts("eeee", Filter(), 2)
        assert (first["count"], first["pages"]) == (30, 2)
        assert first["texts"] + second["texts"] == [f"第{at}条" for at in range(29, -1, -1)]
        odd = Dashboard(frame).texts("eeee", Filter("aaaa", "s1"), 1)
        assert odd["texts"] == [f"第{at}条" for at in range(29, 0, -2)]


def test_a_lost_or_broken_state_is_read_again(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        _add(survey, [{"aaaa": "s1"}] * 5)
        store = ColumnStore(tmp_path, survey["survey"])
        store.append_new()
        for broken in (b"{", b'{"format": 0}'):
            (store.folder / "state.json").write_bytes(broken)
            assert SurveyFrame(ColumnStore(tmp_path, survey["survey"])).refresh() == 5
        next(store.folder.glob("*.parquet")).unlink()
        assert SurveyFrame(ColumnStore(tmp_path, survey["survey"])).refresh() == 5


def test_nothing_public_under_ten_people(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        _add(survey, [{"aaaa": "s1", "eeee": "绝不公开"}] * 9)
        frame.refresh()
        questions = public_questions(Dashboard(frame))
        assert {question["state"] for question in questions} == {"withheld"}
        _add(survey, [{"aaaa": "s1"}] * 30 + [{"aaaa": "s2"}] * 3)
        frame.refresh()
        single = next(item for item in public_questions(Dashboard(frame)) if item["id"] == "aaaa")
        assert single["rows"] == []
        assert single["merged_count"] == 42
        assert "绝不公开" not in str(public_questions(Dashboard(frame)))


def test_the_service_answers_and_rebuilds(app: Flask, survey: dict[str, int]) -> None:
    service = AnalysisService(app)
    request = {"question": "dashboard", "survey_id": survey["survey"], "language": "zh_CN"}
    with app.app_context():
        assert service.answer(request)["total"] == 0
        _add(survey, [{"aaaa": "s1"}] * 3)
        service.feed()
        built = service.answer(request)
        assert built["total"] == 3
        assert built["tiles"][0]["figure"]["data"][0]["type"] == "bar"
        service.rebuild(survey["survey"])
        assert service.answer({"question": "total", "survey_id": survey["survey"]}) == {"total": 3}
        with pytest.raises(KeyError):
            service.answer({**request, "question": "unknown"})
