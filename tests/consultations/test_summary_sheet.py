"""The first sheet of an Excel file of comments: per clause how many, what people think, what came of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.consultations.models import Adoption, CommentExport, CommentState, Consultation, Stance
from engage.consultations.queries.tallies import clause_tallies
from engage.core.db import db
from engage.worker import Worker
from tests.factories.consultations import clause_keys, make_comments, make_consultation
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database


def _sheets(app: Flask, one: Consultation, staff: StaffClient) -> Any:
    staff.send(f"/staff/consultations/{one.public_id}/exports", {"format": "xlsx"})
    Worker(app).run_waiting()
    with app.app_context():
        name = db.session.query(CommentExport).one().file_name
    return openpyxl.load_workbook(app.config["ENGAGE"].files / "exports" / name)


def test_counts_shares_and_what_they_are_of(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    public, hidden = {"state": CommentState.PUBLISHED}, {"state": CommentState.DECLINED}
    with app.app_context():
        one = make_consultation()
        first, second = clause_keys(one)[:2]
        make_comments(
            one, ["=1+1", "乙"], clause=first, stance=Stance.AGREE, adoption=Adoption.ADOPTED, **public
        )
        make_comments(one, ["丙"], clause=first, stance=Stance.DISAGREE, **public)
        # What nobody is told, what counts once only, and what is gone.
        make_comments(one, ["丁"], clause=second, stance=Stance.AGREE, **hidden)
        make_comments(one, ["戊"], clause=first, stance=Stance.PARTLY, counted=False, **public)
        make_comments(one, ["己"], clause=first, stance=Stance.PARTLY, state=CommentState.ERASED)
        make_comments(one, [""], stance=Stance.PARTLY, has_text=False, **public)
        told = clause_tallies(one.id)
    book = _sheets(app, one, staff_client(Role.DEPARTMENT, unit=one.unit_id))
    assert book.sheetnames == ["汇总", "意见"]
    rows = [[_rounded(cell.value) for cell in row] for row in book["汇总"].iter_rows()]
    at = next(number for number, row in enumerate(rows) if not any(row))
    about = {row[0]: row[1] for row in rows[:at]}
    assert isinstance(about.pop("生成时间"), datetime)
    assert about == {
        "意见征集": "城区停车管理办法（征求意见稿）",
        "统计范围": "全部意见（含未公开）",
        "意见和态度": 6,
        "已公开": 5,
        "不予公开": 1,
        "采纳": 2,
    }
    assert rows[at + 1 :] == [
        ["条款", "文字意见", "占全部文字意见", "赞成", "部分赞成", "不赞成", "赞成率"],
        ["第一条 目的", 4, 0.8, 2, 0, 1, 0.667],
        ["第二条", 1, 0.2, 0, 0, 0, None],
        ["整篇文稿", 0, 0, 0, 1, 0, 0],
        ["合计", 5, 1, 2, 1, 1, 0.5],
    ]
    for key, row in ((first, 1), ("", 3)):
        assert rows[at + 1 + row][3:6] == [told[key].agree, told[key].partly, told[key].disagree]
    assert book["意见"].max_row == 7


def test_a_file_without_comments_has_its_summary(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        one = make_consultation()
    book = _sheets(app, one, staff_client(Role.DEPARTMENT, unit=one.unit_id))
    last = [cell.value for cell in list(book["汇总"].iter_rows())[-1]]
    assert last == ["合计", 0, None, 0, 0, 0, None]


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
