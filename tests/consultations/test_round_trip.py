"""What is exported and imported again is the same; what a second file brings is never taken for the first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Comment, Consultation
from engage.consultations.queries.published import clause_names
from engage.consultations.rules.clause_names import ClauseIndex, told_apart
from engage.consultations.rules.comments import cleaned
from engage.consultations.rules.importing import read
from engage.core.cells import safe_cell, typed_cell
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.core.writer import atomic
from engage.worker import Worker
from tests.factories.consultations import clause_keys, make_comments, make_consultation
from tests.fixtures.staff import StaffClient

_STARTS = st.text("=+-@'＝－ \t甲", max_size=4)
_TEXTS = st.builds(lambda start, rest: start + rest, _STARTS, st.text(max_size=20))


@given(st.text(max_size=20) | _TEXTS)
def test_a_cell_comes_back_as_it_was_typed(text: str) -> None:
    cell = safe_cell(text)
    assert typed_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(st.lists(_TEXTS.map(cleaned).filter(bool), min_size=1, max_size=8))
def test_a_file_comes_back_as_it_was_typed(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["编号", "条款", "态度", "意见", "时间"])
    for at, text in enumerate(texts, 1):
        writer.writerow([at, safe_cell("整篇文稿"), "赞成", safe_cell(text), "2026-03-05 14:30"])
    reading = read(file.getvalue().encode("utf-8-sig"), now())
    assert not reading.findings
    assert [row.text for row in reading.rows] == texts


def test_clauses_of_one_name_are_told_apart() -> None:
    names = {"a": "第一条", "b": "第一条", "c": "第一条 (2)", "d": "第二条 目的", "e": "（一）"}
    apart = told_apart(names)
    assert len(set(apart.values())) == len(names)
    index = ClauseIndex(names)
    assert [index.key_of(name) for name in apart.values()] == list(names)
    assert index.key_of("第二条") == "d"
    assert index.key_of("(一)") == "e"
    assert index.key_of("整篇文稿") == index.key_of("全文") == index.key_of(" ") == ""
    assert index.key_of("第九条") is None


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Callable[..., Any]:
    def command(text: str, one: Consultation, *options: str) -> dict[str, Any]:
        file = tmp_path / "comments.csv"
        file.write_text(text, encoding="utf-8")
        arguments = ["engage", "import-comments", str(file), "--consultation", one.public_id, "--json"]
        found: dict[str, Any] = json.loads(app.test_cli_runner().invoke(args=[*arguments, *options]).output)
        return found

    return command


def _stored(app: Flask, one: Consultation) -> list[tuple[str, str, Any, Any]]:
    with app.app_context():
        names = clause_names(one.id)
        rows = db.session.scalars(
            select(Comment).where(Comment.consultation_id == one.id).order_by(Comment.number)
        )
        return [(row.text, names.get(row.clause, ""), row.stance, row.submitted_minute) for row in rows]


@pytest.mark.database
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_export_and_import_is_the_identity(
    app: Flask, run: Callable[..., Any], staff_client: Callable[..., StaffClient], language: str
) -> None:
    with app.app_context():
        first, second = make_consultation(), make_consultation()
        make_comments(first, ["- 建议一", "=1+1", "'- 带撇号", "第一行\n\n“第二行”,逗号;分号"])
        make_comments(first, ["@第三条应当修改", "＋同意"], clause=clause_keys(first)[2])
    staff = staff_client(Role.DEPARTMENT, unit=first.unit_id)
    staff.get(f"/staff/?lang={language}")
    asked = staff.send(f"/staff/consultations/{first.public_id}/exports?lang={language}")
    Worker(app).run_waiting()
    text = staff.get(f"{asked.location.partition('?')[0]}/file", buffered=True).data.decode("utf-8-sig")
    assert ("整篇文稿" in text) is (language == "zh_CN")
    told = run(text, second)
    assert (told["imported"], told["bad"]) == (6, 0)
    assert _stored(app, second) == _stored(app, first)
    assert run(text, second)["known"] == 6


@pytest.mark.database
def test_another_text_under_a_known_number_is_another_comment(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
    head = "序号,提交时间,意见内容\n"
    assert run(head + "1,2026-03-05,甲\n2,2026-03-05,乙\n3,2026-03-05,丙\n", one)["imported"] == 3
    later = run(head + "1,2026-03-06,丁\n2,2026-03-06,戊\n3,2026-03-06,己\n4,2026-03-06,庚\n", one)
    assert (later["imported"], later["known"]) == (4, 0)
    assert [text for text, *_rest in _stored(app, one)] == list("甲乙丙丁戊己庚")


@pytest.mark.database
def test_rows_of_the_first_release_are_known_again(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
    file = "序号,提交时间,意见内容\n1,2026-03-05,甲\n2,2026-03-05,乙\n"
    run(file, one)
    with app.app_context(), atomic():
        for number, row in enumerate(db.session.scalars(select(Comment).order_by(Comment.number)), 1):
            row.row_hash = keyed_hash(key("imported-row"), str(one.id), str(number))
    assert run(file, one)["known"] == 2
    assert run(file.replace("乙", "丙"), one)["imported"] == 1


@pytest.mark.database
def test_a_clause_that_is_not_there_is_named(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
    told = run("序号,条款,意见\n1,第三条,甲\n2,第九十九条,乙\n", one)
    assert (told["imported"], told["findings"][0]["row"]) == (0, 3)
    assert "第九十九条" in told["findings"][0]["message"]
    assert run("序号,条款,意见\n1,第三条,甲\n2,第九十九条,乙\n", one, "--skip-bad")["imported"] == 1
    assert _stored(app, one)[0][:2] == ("甲", "第三条")
