"""Exports over versions, in both languages and both formats; nothing in a cell runs."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.analysis.exports import write_responses
from tests.factories.responses import add_responses, add_version, choices

pytestmark = pytest.mark.database
HEADS = ["编号", "时间", "语言", "来源"]


def _written(
    survey: dict[str, int], path: Path, language: str = "zh_CN", *, excel: bool = False
) -> list[int]:
    told: list[int] = []
    count = write_responses(
        survey["survey"], path, excel=excel, language=language, heads=HEADS, progress=told.append
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
        "新单选",
        *(f"多选 / 选项{code}" for code in ("m1", "m4", "m2", "m3")),
        *("评分", "数字", "文字"),
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
    assert (heads[0], heads[1]) == ("请写明", "单选")
    assert [row[:2] for row in rows] == [["", "选项s1"], ["s1 附近", ""]]


def test_in_the_readers_language(app: Flask, survey: dict[str, int], tmp_path: Path) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s2", "bbbb": ["m2"]}])
        heads, row = _table(survey, tmp_path / "out.csv", "en")
    assert heads[:2] == ["单选", "多选 / m1"]
    assert row[:4] == ["s2", "0", "1", "0"]


@pytest.mark.parametrize("typed", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "＝1"])
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


def test_it_is_written_in_parts_and_says_how_far_it_is(
    app: Flask, survey: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.analysis.exports.BATCH", 2)
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 5)
        assert _written(survey, tmp_path / "out.csv") == [5, 2, 4, 5]
        assert len(_table(survey, tmp_path / "out.csv")) == 6
