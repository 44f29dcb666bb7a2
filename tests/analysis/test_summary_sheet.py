"""The first sheet of a survey's Excel file: counts and shares of each question, and what they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.analysis import jobs
from engage.analysis.models import Export
from engage.core import sheets
from engage.core.db import db
from engage.surveys.models import Survey
from engage.worker import Worker
from tests.factories.responses import add_responses, choices, make_survey
from tests.fixtures.analysis import analysis_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
QUESTIONS: list[dict[str, Any]] = [
    {"id": "aaaa", "type": "single", "text": {"zh_CN": "住在哪里"}, "choices": choices("s1", "s2")},
    {
        "id": "bbbb",
        "type": "multiple",
        "text": {"zh_CN": "怎么出行"},
        "choices": choices("m1", "m2"),
        "show_if": {"op": "equals", "question": "aaaa", "value": "s1"},
    },
    {"id": "cccc", "type": "rating", "text": {"zh_CN": "对停车满意吗"}},
    {"id": "dddd", "type": "number", "text": {"zh_CN": "每月停车费"}},
    {"id": "eeee", "type": "text", "text": {"zh_CN": "=1+1"}},
]
ANSWERS: list[dict[str, Any]] = [
    {"aaaa": "s1", "bbbb": ["m1", "m2"], "cccc": 5, "dddd": 100, "eeee": "车位少"},
    {"aaaa": "s1", "bbbb": ["m1"], "cccc": 4, "dddd": 300},
    {"aaaa": "s2", "cccc": 2},
]


@pytest.fixture
def listening(app: Flask) -> Iterator[None]:
    with analysis_of(app):
        yield


def _asked(app: Flask, staff_client: Callable[..., StaffClient], format: str) -> tuple[dict[str, int], Path]:
    with app.app_context():
        survey = make_survey({"pages": [{"id": "pppp", "questions": QUESTIONS}]})
        add_responses(survey, ANSWERS)
        url = f"/staff/surveys/{db.session.get_one(Survey, survey['survey']).public_id}/results/exports"
    assert staff_client(Role.COORDINATOR).send(url, {"format": format}).status_code == 303
    with app.app_context():
        name = db.session.query(Export).one().file_name
    return survey, app.config["ENGAGE"].files / "exports" / name


def test_counts_and_shares_of_each_question(
    app: Flask, listening: None, staff_client: Callable[..., StaffClient]
) -> None:
    _, path = _asked(app, staff_client, "xlsx")
    Worker(app).run_waiting()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["汇总", "答卷"]
    about, table = _halves(book["汇总"])
    made = about.pop("生成时间")
    assert isinstance(made, datetime)
    assert about == {"问卷": "问卷", "统计范围": "全部答卷", "答卷": 3}
    assert table == [
        ["题目", "答案", "人数", "占比", "数值", "作答人数", "应答人数"],
        ["1. 住在哪里", "选项s1", 2, 0.667, None, 3, 3],
        ["1. 住在哪里", "选项s2", 1, 0.333, None, 3, 3],
        ["2. 怎么出行", "选项m1", 2, 1.0, None, 2, 2],
        ["2. 怎么出行", "选项m2", 1, 0.5, None, 2, 2],
        *(["3. 对停车满意吗", str(step), n, share, None, 3, 3] for step, n, share in _STEPS),
        ["3. 对停车满意吗", "平均值", None, None, 3.67, 3, 3],
        ["3. 对停车满意吗", "满意率（4–5分）", None, 0.667, None, 3, 3],
        *(row for row in table if row[0] == "4. 每月停车费"),
        ["5. =1+1", "文字回答", 1, None, None, 1, 3],
    ]
    numbers = {row[1]: row[4] for row in table if row[0] == "4. 每月停车费" and row[4] is not None}
    assert numbers == {"平均值": 200, "中位数": 200, "最小值": 100, "最大值": 300}
    assert book["答卷"].max_row == 4


def test_more_columns_than_excel_takes_stand_on_further_sheets_and_the_first_one_says_so(
    app: Flask,
    listening: None,
    staff_client: Callable[..., StaffClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, path = _asked(app, staff_client, "xlsx")
    monkeypatch.setattr(sheets, "_EXCEL_COLUMNS", 6)
    Worker(app).run_waiting()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["汇总", "答卷", "答卷 2"]
    heads = [[cell.value for cell in page[1]] for page in book.worksheets[1:]]
    assert heads[1][0] == heads[0][0] == "序号"
    titles = [*heads[0][4:], *heads[1][1:]]
    assert [title[0] for title in titles] == ["1", "2", "2", "3", "4", "5"]
    assert [row[-1].value for row in book["答卷 2"].iter_rows(min_row=2)] == ["车位少", None, None]
    assert "每张工作表最多容纳 16,384 列" in _halves(book["汇总"])[0]["分表说明"]


_STEPS = [(1, 0, 0), (2, 1, 0.333), (3, 0, 0), (4, 1, 0.333), (5, 1, 0.333)]


def test_what_comes_while_the_file_is_made_is_in_neither_sheet(
    app: Flask,
    listening: None,
    staff_client: Callable[..., StaffClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    survey, path = _asked(app, staff_client, "xlsx")
    ask = jobs.ask

    def slow(question: str, **values: Any) -> dict[str, Any]:
        found = ask(question, **values)
        if question == "summary":
            add_responses(survey, [{"aaaa": "s2"}])
        return found

    monkeypatch.setattr(jobs, "ask", slow)
    Worker(app).run_waiting()
    book = openpyxl.load_workbook(path)
    assert _halves(book["汇总"])[0]["答卷"] == 3
    assert book["答卷"].max_row == 4


def test_a_csv_needs_no_figures(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    _, path = _asked(app, staff_client, "csv")
    Worker(app).run_waiting()
    assert path.read_text(encoding="utf-8-sig").startswith('"序号"')


def test_a_file_asked_for_before_an_update_is_made(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    _, path = _asked(app, staff_client, "xlsx")
    with app.app_context():
        export = db.session.query(Export).one()
        words = {"heads": ["序号", "时间", "语言", "来源"], "sheet": "答卷", "languages": {"zh_CN": "中文"}}
        jobs.export({"export_id": export.id, "words": {**words, "sources": {"web": "网上"}}})
    assert openpyxl.load_workbook(path).sheetnames == ["答卷"]


def _halves(page: Any) -> tuple[dict[str, Any], list[list[Any]]]:
    rows = [[_rounded(cell.value) for cell in row] for row in page.iter_rows()]
    at = next(number for number, row in enumerate(rows) if not any(row))
    return {row[0]: row[1] for row in rows[:at]}, rows[at + 1 :]


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
