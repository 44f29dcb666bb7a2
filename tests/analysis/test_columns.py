"""Columns and tallies against plain counting, appended or rebuilt, over versions that change."""

from __future__ import annotations

import html
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from flask import Flask
from sqlalchemy import delete, update

from engage.analysis import charts, columns
from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.frame import SurveyFrame
from engage.analysis.pieces import Piece
from engage.analysis.public import public_questions
from engage.analysis.service import AnalysisService
from engage.analysis.tallies import Tally
from engage.core.clock import today
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.models import Response, SurveyVersion
from tests.factories.responses import add_responses, add_version, choices, definition

pytestmark = pytest.mark.database


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


def _expect(frame: SurveyFrame, rows: list[dict[str, Any]]) -> None:
    tallies = {tally.question: tally for tally in Dashboard(frame).tallies(Filter())}
    singles = Counter(row["aaaa"] for row in rows if "aaaa" in row)
    assert dict(tallies["aaaa"].counts) == {code: singles[code] for code in ("s1", "s2")}
    assert tallies["aaaa"].base == singles.total()
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
                add_responses(survey, new)
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
            add_responses(survey, rows[-1:])
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
        add_responses(survey, [{"aaaa": "s1"}, {"aaaa": "s2"}, {}])
        frame.refresh()
        extra = {"id": "ffff", "type": "single", "text": {"zh_CN": "新题"}, "choices": choices("f1", "f2")}
        version_id = add_version(survey, 2, definition(("s3", "s2"), extra))
        add_responses(survey, [{"aaaa": "s3", "ffff": "f1"}, {"aaaa": "s2"}], version_id)
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
            add_responses(
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
        add_responses(survey, [{"aaaa": "s1"}] * 5)
        store = ColumnStore(tmp_path, survey["survey"])
        store.append_new()
        for broken in (b"{", b'{"format": 0}'):
            (store.folder / "state.json").write_bytes(broken)
            assert SurveyFrame(ColumnStore(tmp_path, survey["survey"])).refresh() == 5


def test_nothing_public_under_ten_people(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        add_responses(survey, [{"aaaa": "s1", "eeee": "绝不公开"}] * 9)
        frame.refresh()
        questions = public_questions(Dashboard(frame))
        assert {question["state"] for question in questions} == {"withheld"}
        add_responses(survey, [{"aaaa": "s1"}] * 30 + [{"aaaa": "s2"}] * 3)
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
        add_responses(survey, [{"aaaa": "s1"}] * 3)
        service.feed()
        built = service.answer(request)
        assert built["total"] == 3
        assert built["tiles"][0]["figure"]["data"][0]["type"] == "bar"
        service.rebuild(survey["survey"])
        assert service.answer({"question": "total", "survey_id": survey["survey"]}) == {"total": 3}
        with pytest.raises(KeyError):
            service.answer({**request, "question": "unknown"})


def test_a_piece_that_cannot_be_written_is_not_counted_twice(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        add_responses(survey, [{"aaaa": "s1"}] * 3)
        later = add_version(survey, 2, definition(("s1", "s2")))
        add_responses(survey, [{"aaaa": "s2"}] * 2, later)
        write, written = columns.write_piece, []

        def full(folder: Path, name: str, version: int, table: Any) -> Piece:
            written.append(name)
            if len(written) == 2:
                raise OSError("no space left on device")
            return write(folder, name, version, table)

        monkeypatch.setattr(columns, "write_piece", full)
        with pytest.raises(OSError, match="no space"):
            frame.refresh()
        assert frame.rows == 0
        assert frame.refresh() == 5
        assert dict(Dashboard(frame).tallies(Filter())[0].counts) == {"s1": 3, "s2": 2}
        assert SurveyFrame(ColumnStore(tmp_path, survey["survey"])).refresh() == 5


def test_joining_that_fails_loses_nothing(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MOST_SMALL_PIECES", 1)
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        add_responses(survey, [{"aaaa": "s1"}])
        frame.refresh()
        add_responses(survey, [{"aaaa": "s1"}])
        with monkeypatch.context() as broken:
            broken.setattr(pa, "concat_tables", _refuse)
            with pytest.raises(OSError, match="no space"):
                frame.refresh()
        add_responses(survey, [{"aaaa": "s1"}])
        assert frame.refresh() == 3


def _refuse(*_given: Any, **_options: Any) -> None:
    raise OSError("no space left on device")


def test_rebuilding_forgets_versions_that_are_gone(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    """Another survey may come to the ids of a removed one; its columns are its own."""
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 4)
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        frame.refresh()
        question = {"id": "zzzz", "type": "single", "text": {"zh_CN": "别的"}, "choices": choices("z1")}
        with atomic():
            db.session.execute(delete(Response))
            version = db.session.get_one(SurveyVersion, survey["version"])
            version.definition = {"pages": [{"id": "pppp", "questions": [question]}]}
        add_responses(survey, [{"zzzz": "z1"}] * 2)
        frame.store.rebuild()
        assert [(one.question, one.counts) for one in Dashboard(frame).tallies(Filter())] == [
            ("zzzz", (("z1", 2),))
        ]


def test_texts_of_two_versions_come_newest_first(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        later = add_version(survey, 2, definition(("s1", "s2")))
        for at, version in enumerate([None, later, None, later, None]):
            add_responses(survey, [{"eeee": f"第{at}条"}], version)
        frame.refresh()
        assert Dashboard(frame).texts("eeee", Filter(), 1)["texts"] == [f"第{at}条" for at in (4, 3, 2, 1, 0)]


def test_options_with_the_same_words_have_a_bar_each() -> None:
    long = "很长的选项" * 20
    words = {"a": long, "b": f"{long}，但是不同", "c": "好", "d": "好"}
    figure = charts.bars(Tally("q", "counts", 10, 10, (("a", 4), ("b", 3), ("c", 2), ("d", 1))), words)
    assert list(figure["data"][0]["y"]) == ["a", "b", "c", "d"]
    assert figure["layout"]["yaxis"]["tickvals"] == ["a", "b", "c", "d"]
    assert figure["layout"]["yaxis"]["ticktext"][2:] == ["好", "好"]
    assert figure["layout"]["yaxis"]["ticktext"][0].endswith("…")


@pytest.mark.parametrize("typed", ["<b>全部</b>", "R&amp;D &lt;b&gt;", "&#60;a href=x>", "A & B"])
def test_a_chart_shows_the_words_of_an_option_as_they_were_typed(typed: str) -> None:
    """The chart library reads tags and, in what is left, signs by their names."""
    figure = charts.bars(Tally("q", "counts", 10, 10, (("a", 10),)), {"a": typed})
    for shown in (figure["layout"]["yaxis"]["ticktext"][0], figure["data"][0]["hovertext"][0]):
        assert "<" not in shown
        assert html.unescape(shown) == typed


@pytest.mark.parametrize(("most", "step"), [(1, 1), (5, 1), (8, 2), (24, 5), (300, None)])
def test_people_are_counted_in_whole_numbers_on_every_axis(most: int, step: int | None) -> None:
    of_choice = charts.bars(Tally("q", "counts", most, most, (("a", most), ("b", 0))), {})
    of_numbers = charts.bars(Tally("q", "numbers", most, most, (("0", most), ("1..2", 0))), {})
    per_day = charts.timeline((("2026-03-01", most), ("2026-03-02", 1)), "zh_CN")
    axes = [of_choice["layout"]["xaxis"], of_numbers["layout"]["yaxis"], per_day["layout"]["yaxis"]]
    assert [(axis["tickformat"], axis.get("dtick")) for axis in axes] == [(",d", step)] * 3


@pytest.mark.parametrize(
    ("language", "names", "pattern"),
    [("zh_CN", ["2月28日", "11月1日"], "%-m月%-d日"), ("en", ["28 Feb", "1 Nov"], "%-d %b")],
)
def test_days_on_the_axis_are_written_as_people_write_them(
    language: str, names: list[str], pattern: str
) -> None:
    few = charts.timeline((("2026-02-28", 1), ("2026-11-01", 2)), language)
    assert list(few["layout"]["xaxis"]["ticktext"]) == list(few["data"][0]["hovertext"]) == names
    many = charts.timeline(tuple((f"2026-03-{day:02}", 1) for day in range(1, 20)), language)
    assert many["layout"]["xaxis"]["tickformat"] == pattern


def test_days_are_those_of_the_sites_clocks(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        add_responses(survey, [{"aaaa": "s1"}])
        with atomic():
            db.session.execute(update(Response).values(submitted_minute=datetime(2026, 3, 1, 23, tzinfo=UTC)))
        frame.refresh()
        for zone, day in (("Asia/Shanghai", "2026-03-02"), ("Europe/Lisbon", "2026-03-01")):
            monkeypatch.setattr("engage.core.clock._site_zone", [lambda zone=zone: ZoneInfo(zone)])
            built = Dashboard(frame).build(Filter(), "zh_CN", figures=False)
            assert built["timeline"]["days"] == ((day, 1),)


def test_texts_come_with_their_day_on_the_site_s_clocks(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    with app.app_context():
        add_responses(survey, [{"eeee": "第一条"}, {"aaaa": "s1"}, {"eeee": "第二条"}])
        frame = SurveyFrame(ColumnStore(tmp_path, survey["survey"]))
        frame.refresh()
        found = Dashboard(frame).texts("eeee", Filter(), 1)
        assert found["texts"] == ["第二条", "第一条"]
        assert found["days"] == [today().isoformat()] * 2
