"""Files of comments: asked for once, written by the worker, safe in a spreadsheet, forgotten after a day."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.consultations import jobs
from engage.consultations.models import CommentExport, CommentState, Consultation, ExportState
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.jobs import OutboxJob
from engage.core.writer import atomic
from engage.worker import Worker
from tests.factories.consultations import clause_keys, make_comments, make_consultation
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database


@pytest.fixture
def one(app: Flask) -> Consultation:
    with app.app_context():
        return make_consultation()


@pytest.fixture
def staff(one: Consultation, staff_client: Callable[..., StaffClient]) -> StaffClient:
    return staff_client(Role.DEPARTMENT, unit=one.unit_id)


def _folder(app: Flask) -> Path:
    folder: Path = app.config["ENGAGE"].files / "exports"
    return folder


def test_the_export_is_safe_and_complete(app: Flask, one: Consultation, staff: StaffClient) -> None:
    with app.app_context():
        make_comments(one, ['=HYPERLINK("http://evil")', "＋1", "@cmd", '第一行\n第二行,"引号"'])
        make_comments(one, ["对条款的意见"], state=CommentState.PUBLISHED, clause=clause_keys(one)[2])
        make_comments(one, ["已删除"], state=CommentState.ERASED)
    asked = staff.send(f"/staff/consultations/{one.public_id}/exports")
    assert asked.status_code == 303
    assert "已写入意见" in staff.get(asked.location).text
    assert staff.get(f"{asked.location}/file").status_code == 404
    Worker(app).run_waiting()
    page = staff.get(asked.location)
    assert "共5条意见" in page.text
    state = staff.get(asked.location, headers={"Accept": "application/json"}).json
    assert state == {"state": "done", "done": 5, "all": 5}
    answer = staff.get(f"{asked.location}/file", buffered=True)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["编号", "条款", "态度", "意见"]
    assert [row[3] for row in rows[1:]] == [
        *('\'=HYPERLINK("http://evil")', "'＋1", "'@cmd", '第一行\n第二行,"引号"', "对条款的意见")
    ]
    assert [row[1] for row in rows[1:]] == ["整篇文稿"] * 4 + ["第三条"]
    assert (rows[5][2], rows[5][6]) == ("部分赞成", "已公开")


def test_the_export_is_excel_where_that_is_asked_for(
    app: Flask, one: Consultation, staff: StaffClient
) -> None:
    with app.app_context():
        make_comments(one, ["=1+1", "停车太难"])
    path = f"/staff/consultations/{one.public_id}"
    assert "导出意见（Excel）" in staff.get(f"{path}/comments").text
    asked = staff.send(f"{path}/exports", {"format": "xlsx"})
    Worker(app).run_waiting()
    assert "导出意见（Excel）" in staff.get(asked.location).text
    answer = staff.get(f"{asked.location}/file", buffered=True)
    named = quote(f"{one.title.get('zh_CN')}-意见-{today():%Y%m%d}.xlsx")
    assert named in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet, names = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "workbook"))
    assert 'name="意见"' in names
    assert "<f>" not in sheet
    assert ">=1+1<" in sheet
    assert len(re.findall(r'<c r="F\d+" s="1"><v>', sheet)) == 2
    for file in _folder(app).iterdir():
        assert file.suffix == ".xlsx"


def test_looking_changes_nothing_and_a_retry_asks_once(
    app: Flask, one: Consultation, staff: StaffClient
) -> None:
    path, form = f"/staff/consultations/{one.public_id}/exports", {"_request_id": request_id()}
    asked = {staff.send(path, form).location for _ in range(2)}
    assert len(asked) == 1
    assert staff.get(path).status_code == 405
    staff.get(asked.pop())
    with app.app_context():
        noted = select(func.count()).where(AuditEntry.event == "consultation.exported")
        assert db.session.scalar(noted) == 1
        assert db.session.scalar(select(func.count()).select_from(OutboxJob)) == 1


def test_an_export_belongs_to_its_consultation(app: Flask, one: Consultation, staff: StaffClient) -> None:
    with app.app_context():
        other = make_consultation(unit=db.session.get_one(Unit, one.unit_id))
    asked = staff.send(f"/staff/consultations/{one.public_id}/exports").location
    Worker(app).run_waiting()
    elsewhere = asked.replace(one.public_id, other.public_id)
    assert [staff.get(path).status_code for path in (elsewhere, f"{elsewhere}/file")] == [404, 404]
    assert staff.get(f"{asked}/file", buffered=True).status_code == 200


def test_a_file_that_cannot_be_written_says_so(
    app: Flask, one: Consultation, staff: StaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError("no space left")

    asked = staff.send(f"/staff/consultations/{one.public_id}/exports").location
    monkeypatch.setattr(jobs, "_write", full)
    Worker(app).run_waiting()
    assert "文件生成失败" in staff.get(asked).text
    assert list(_folder(app).iterdir()) == []


def test_exports_are_forgotten_after_a_day(app: Flask, one: Consultation, staff: StaffClient) -> None:
    old, fresh = (staff.send(f"/staff/consultations/{one.public_id}/exports").location for _ in range(2))
    Worker(app).run_waiting()
    with app.app_context():
        with atomic():
            past = now() - timedelta(days=1, minutes=1)
            mine = CommentExport.public_id == old.rpartition("/")[2]
            db.session.execute(update(CommentExport).where(mine).values(created_at=past))
        (_folder(app) / "comments-left.part").write_text("left by a crash")
        jobs.forget_exports()
        (left,) = db.session.scalars(select(CommentExport))
        assert (left.state, [path.name for path in _folder(app).iterdir()]) == (
            ExportState.DONE,
            [left.file_name],
        )
    assert staff.get(old).status_code == 404
    assert staff.get(f"{fresh}/file", buffered=True).status_code == 200
