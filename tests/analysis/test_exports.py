"""Exports over versions, in both languages and both formats; nothing in a cell runs."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.analysis.actions import Words
from engage.analysis.exports import write_responses
from engage.core.clock import site_zone
from engage.core.db import db
from engage.core.sheets import sheet_name
from engage.core.writer import atomic
from engage.surveys.models import Response, Source
from tests.factories.responses import add_responses, add_version, choices, definition, make_survey

pytestmark = pytest.mark.database
WORDS = Words(
    heads=["序号", "时间", "语言", "来源"],
    sheet="答卷",
    languages={"zh_CN": "简体中文", "en": "English"},
    sources={"web": "网上", "paper": "纸质"},
)


def _written(
    survey: dict[str, int], path: Path, language: str = "zh_CN", *, excel: bool = False
) -> list[int]:
    told: list[int] = []
    count = write_responses(
        survey["survey"], path, excel=excel, language=language, words=WORDS, progress=told.append
    )
    return [count, *told]


def _table(survey: dict[str, int], path: Path, language: str = "zh_CN") -> list[list[str]]:
    _written(survey, path, language)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[4:] for row in csv.reader(file)]


def _later(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"pages": [{"id": "pppp", "questions": list(questions)}]}


def test_answers_to_removed_options_and_questions_stay(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1", "bbbb": ["m1", "m3"], "cccc": 4, "eeee": "好"}])
        renamed = [{"id": "s2", "text": {"zh_CN": "改了名"}}, *choices("s9")]
        version = add_version(
            survey,
            2,
            _later(
                {"id": "aaaa", "type": "single", "text": {"zh_CN": "新单选"}, "choices": renamed},
                {"id": "bbbb", "type": "multiple", "text": {"zh_CN": "多选"}, "choices": choices("m1", "m4")},
            ),
        )
        add_responses(survey, [{"aaaa": "s2", "bbbb": ["m4"]}, {"aaaa": "s9"}], version)
        heads, *rows = _table(survey, tmp_path / "out.csv")
    assert heads == [
        "1. 新单选",
        *(f"2. 多选 / 选项{code}" for code in ("m1", "m4", "m2", "m3")),
        *("3. 评分", "4. 数字", "5. 文字"),
    ]
    assert rows == [
        ["选项s1", "1", "0", "0", "1", "4", "", "好"],
        ["改了名", "0", "1", "0", "0", "", "", ""],
        ["选项s9", "", "", "", "", "", "", ""],
    ]


def test_a_question_that_changed_its_type_has_a_column_for_each(
    app: Flask, survey: dict[str, int], tmp_path: Path
) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}])
        version = add_version(survey, 2, _later({"id": "aaaa", "type": "text", "text": {"zh_CN": "请写明"}}))
        add_responses(survey, [{"aaaa": "s1 附近"}], version)
        heads, *rows = _table(survey, tmp_path / "out.csv")
    assert (heads[0], heads[1]) == ("1. 请写明", "2. 单选")
    assert [row[:2] for row in rows] == [["", "选项s1"], ["s1 附近", ""]]


def test_in_the_readers_language(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s2", "bbbb": ["m2"]}])
        heads, row = _table(survey, tmp_path / "out.csv", "en")
    assert heads[:2] == ["1. 单选", "2. 多选 / m1"]
    assert row[:4] == ["s2", "0", "1", "0"]


@pytest.mark.parametrize(
    "typed", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "＝1", " =1", "　＋1", "' \u00a0@A1"]
)
def test_no_text_of_a_citizen_runs_in_a_spreadsheet(
    app: Flask, survey: dict[str, int], tmp_path: Path, typed: str
) -> None:
    with app.app_context():
        add_responses(survey, [{"eeee": typed}])
        assert _table(survey, tmp_path / "out.csv")[1][-1] == f"'{typed}"
        _written(survey, tmp_path / "out.xlsx", excel=True)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_questions_of_the_same_words_are_told_apart(app: Flask, tmp_path: Path) -> None:
    same = [{"id": id, "type": "text", "text": {"zh_CN": "请说明理由"}} for id in ("aaaa", "bbbb")]
    with app.app_context():
        survey = make_survey(_later(*same))
        add_responses(survey, [{"aaaa": "甲", "bbbb": "乙"}])
        heads, row = _table(survey, tmp_path / "out.csv")
    assert dict(zip(heads, row, strict=True)) == {"1. 请说明理由": "甲", "2. 请说明理由": "乙"}


def test_times_in_excel_are_times(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}])
        stored = db.session.scalars(db.select(Response)).one().submitted_minute
        _written(survey, tmp_path / "out.xlsx", excel=True)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert 'formatCode="yyyy\\-mm\\-dd\\ hh:mm"' in styles or 'formatCode="yyyy-mm-dd hh:mm"' in styles
    (days,) = re.findall(r'<c r="B2" s="1"><v>([\d.]+)</v>', sheet)
    shown = datetime(1899, 12, 30, tzinfo=site_zone()) + timedelta(days=float(days))
    assert abs(shown - stored.astimezone(site_zone())) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("limit", "most", "told"),
    [("BATCH", 2, [2, 4, 5]), ("_CELLS", 35, [3, 5]), ("_CELLS", 1, [1, 2, 3, 4, 5])],
)
def test_it_is_written_in_parts_and_says_how_far_it_is(
    app: Flask,
    survey: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    most: int,
    told: list[int],
) -> None:
    """Parts of so many rows, or of as few as hold so many cells: rows of many options are long."""
    monkeypatch.setattr(f"engage.analysis.exports.{limit}", most)
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 5)
        assert _written(survey, tmp_path / "out.csv") == [5, *told]
        assert len(_table(survey, tmp_path / "out.csv")) == 6


def test_rows_are_counted_in_the_file_and_told_in_words(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.analysis.exports.BATCH", 2)
    with app.app_context():
        other = make_survey(definition(("s1",)), "other")
        add_responses(other, [{"aaaa": "s1"}] * 3)
        add_responses(survey, [{"aaaa": "s1"}] * 4)
        with atomic():
            last = db.session.query(Response).order_by(Response.id.desc()).first()
            assert last is not None
            last.language, last.source = "en", Source.PAPER
        _written(survey, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = csv.reader(file)
    assert heads[:4] == WORDS.heads
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert [row[2:4] for row in rows] == [*[["简体中文", "网上"]] * 3, ["English", "纸质"]]


def test_the_sheets_are_named_after_what_they_hold(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.core.sheets._EXCEL_ROWS", 2)
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 2)
        _written(survey, tmp_path / "out.xlsx", excel=True)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert names == ["答卷", "答卷 2"]


@pytest.mark.parametrize(
    ("name", "number", "called"),
    [
        ("Responses", 1, "Responses"),
        ("a/b:c [d] *?\\", 1, "a b c  d"),
        ("'quoted'", 1, "quoted"),
        ("长" * 40, 1, "长" * 31),
        ("长" * 40, 12, f"{'长' * 28} 12"),
    ],
)
def test_what_excel_takes_as_a_sheets_name(name: str, number: int, called: str) -> None:
    assert sheet_name(name, number) == called
