"""Files of comments: encodings, headers, hostile cells, bad rows, and running it twice."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from engage.consultations.models import Comment, CommentState, Consultation, Source, Stance, State
from engage.consultations.rules import importing
from engage.consultations.rules.import_cells import find_columns
from engage.consultations.rules.importing import COLUMNS, read
from engage.core.db import db
from tests.factories.consultations import make_consultation

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = "留言编号,留言用户,留言主题,留言时间,留言详情,反对数,点赞数\n"
GOOD = HEADER + (
    '7,U001,停车难,2019/8/19 11:48:23,"小区停车难，\n请解决。",0,5\n8,U002,=1+1,2019-01-02 03:04,@cmd,0,0\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_usual_encodings(encoding: str) -> None:
    reading = read(GOOD.encode(encoding), MOMENT)
    assert [row.text for row in reading.rows] == ["停车难\n小区停车难，\n请解决。", "=1+1\n@cmd"]
    assert reading.rows[0].at == datetime(2019, 8, 19, 3, 48, tzinfo=UTC)
    assert reading.ignored == ["留言用户", "反对数", "点赞数"]
    assert "U001" not in repr(reading.rows)


@pytest.mark.parametrize(
    "header", ["id;subject;time;comment", "编号\t标题\t日期\t内容", " 序号 ,主题,提交时间,意见 内容"]
)
def test_other_headers_and_separators(header: str) -> None:
    sign = next(sign for sign in ";\t," if sign in header)
    row = sign.join(["1", "停车", "2026年3月5日", "太少"])
    assert [one.text for one in read(f"{header}\n{row}\n".encode(), MOMENT).rows] == ["停车\n太少"]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"", [0]),
        (b"\xff\xff\xff\xff", [0]),
        (b"PK\x03\x04\x00\x00", [0]),
        ("编号,名称\n1,甲\n".encode(), [0]),
        ("id,text,time\n1,,2026-01-01\n2,甲,昨天\n3,乙,2026-02-30\n4,丙,2026-01-01\n".encode(), [2, 3, 4]),
        ("id,text\n1,甲\n1,乙\n1,甲\n".encode(), [3]),
        ("id,text,态度\n1,甲,也许\n2,乙,赞成\n".encode(), [2]),
        (f"id,text\n1,{'字' * 10_001}\n2,乙\n".encode(), [2]),
        ('id,text\n1,"甲"乙\n2,丙\n'.encode(), [2]),
        ('id,text\n1,\n2,乙\n3,"丙\n4,丁\n'.encode(), [4, 2]),
    ],
)
def test_what_is_wrong_is_said_row_by_row(data: bytes, rows: list[int]) -> None:
    assert [finding.row for finding in read(data, MOMENT).findings] == rows


@pytest.mark.parametrize(
    "title",
    [
        "《停车管理办法》征求意见汇总表",
        "意见建议,,,",
        "sep=,",
        "某局，2026年3月\n\n填表人：张",
        '"意见汇总\n（三月）",,,',
    ],
)
def test_a_title_may_stand_above_the_headings(title: str) -> None:
    data = f"{title}\n序号,提交时间,姓名,意见内容\n1,2026-03-05,张三,停车难\n2,昨天,李四,噪音\n"
    above = len(list(csv.reader(io.StringIO(title))))
    reading = read(data.encode(), MOMENT)
    assert [(row.row, row.text) for row in reading.rows] == [(above + 2, "停车难")]
    assert [finding.row for finding in reading.findings] == [above + 3]
    assert reading.ignored == ["姓名"]


def test_a_title_does_not_decide_what_separates_the_cells() -> None:
    data = "汇总;三月;停车;噪音;其他\n序号,意见建议,态度\n1,a;b;c;d;e;f,支持\n"
    assert [row.text for row in read(data.encode(), MOMENT).rows] == ["a;b;c;d;e;f"]


@pytest.mark.parametrize(
    "data",
    ["编号,名称\n1,这个意见好\n", "序号,时间,意见人,意见类型\n1,2026-01-01,甲,意见\n", "1,停车难\n2,意见\n"],
)
def test_what_names_no_column_of_texts_is_refused(data: str) -> None:
    reading = read(data.encode(), MOMENT)
    assert not reading.rows or reading.rows[0].text != "意见"
    assert reading.unreadable


def test_stances_and_control_characters() -> None:
    data = "text,态度\n好\x07的,赞成\n".encode()
    assert [(row.text, row.stance) for row in read(data, MOMENT).rows] == [("好的", Stance.AGREE)]


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Callable[..., Any]:
    def command(text: str, one: Consultation, *options: str) -> Any:
        file = tmp_path / "comments.csv"
        file.write_text(text, encoding="utf-8")
        arguments = ["engage", "import-comments", str(file), "--consultation", one.public_id, *options]
        return app.test_cli_runner().invoke(args=arguments)

    return command


@pytest.mark.database
def test_importing_twice_adds_nothing(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
    first = json.loads(run(GOOD, one, "--json").output)
    second = json.loads(run(GOOD + "9,U003,新,2020-01-01,一条\n", one, "--json").output)
    assert (first["imported"], first["known"]) == (2, 0)
    assert (second["imported"], second["known"]) == (1, 2)
    with app.app_context():
        rows = db.session.scalars(select(Comment).order_by(Comment.number)).all()
        assert [row.number for row in rows] == [1, 2, 3]
        assert {row.source for row in rows} == {Source.IMPORTED}
        assert {row.state for row in rows} == {CommentState.PENDING}
        stored = " ".join(
            str(getattr(row, column.name)) for row in rows for column in Comment.__table__.columns
        )
        assert "U00" not in stored


@pytest.mark.database
def test_one_bad_row_stops_everything_unless_told_otherwise(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
    bad = GOOD + "9,U003,没有时间,昨天,一条\n"
    refused = run(bad, one)
    assert refused.exit_code == 1
    assert "Row 4" in refused.output
    assert "Nothing was imported" in refused.output
    taken = run(bad, one, "--skip-bad", "--json")
    assert taken.exit_code == 0
    assert json.loads(taken.output)["imported"] == 2
    assert json.loads(taken.output)["findings"][0]["row"] == 4


@pytest.mark.database
def test_refusals_are_sentences(app: Flask, run: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
    refused = run(GOOD, one)
    assert refused.exit_code == 1
    assert "not been published" in refused.output
    one.public_id = "nothere"
    assert run(GOOD, one).exit_code == 1


@pytest.mark.database
@pytest.mark.parametrize("bad", ['10,U003,题,2020-01-01,"甲"乙\n', '10,U003,题,2020-01-01,"没有结尾\n'])
def test_a_file_that_breaks_off_is_never_taken(app: Flask, run: Callable[..., Any], bad: str) -> None:
    with app.app_context():
        one = make_consultation()
    rest = "".join(f"{number},U004,题,2020-01-01,后面的意见{number}\n" for number in range(11, 15))
    refused = run(GOOD + "9,U003,题,昨天,一条\n" * 150 + bad + rest, one, "--skip-bad")
    assert refused.exit_code == 1
    assert "rows from 154 on were not read" in refused.output
    assert "--skip-bad" not in refused.output.splitlines()[-1]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Comment)) == 0


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ("," * 1_000_000 + "\nid,text\n1,甲\n", 0),
        ("id,text" + ",text" * 1_000_000 + "\n1,甲\n", 0),
        ("id,text\n1,甲\n2,乙" + "," * 1_000_000 + "\n3,丙\n", 3),
        (";,\t" * 300_000, 0),
    ],
    ids=["first", "headings", "row", "separators"],
)
def test_a_row_of_more_columns_than_a_sheet_has_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, data: str, row: int
) -> None:
    looked_at: list[int] = []

    def count(cells: Sequence[str]) -> dict[str, int]:
        looked_at.append(len(cells))
        return find_columns(cells)

    monkeypatch.setattr(importing, "find_columns", count)
    reading = read(data.encode(), MOMENT)
    assert [(one.row, one.message.values["limit"]) for one in reading.findings] == [(row, COLUMNS)]
    assert reading.unreadable
    assert max(looked_at) <= COLUMNS


@pytest.mark.parametrize("cells", [COLUMNS - 2, COLUMNS - 1])
def test_as_many_columns_as_a_sheet_has_are_read(cells: int) -> None:
    reading = read(("id,text" + "," * (cells - 1) + "\n1,甲\n").encode(), MOMENT)
    assert [one.text for one in reading.rows] == ["甲"]


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda data: b"id,text,time\n" + data))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    reading = read(data, MOMENT)
    assert reading.unreadable or all(row.text for row in reading.rows)


_ROW = st.sampled_from(
    ["{},甲{},2026-01-01", '{},"乙{},\n丙",2026-01-01', "{},丁{},昨天", '{},"戊""{}",2026-01-01']
)


@given(st.lists(_ROW, max_size=8), st.sampled_from(['"', '"a"b,c', '1,"']), st.lists(_ROW, max_size=8))
def test_no_row_is_left_out_in_silence(before: list[str], broken: str, after: list[str]) -> None:
    rows = [row.format(at, at) for at, row in enumerate(before + after)]
    whole = read("\n".join(["id,text,time", *rows]).encode(), MOMENT)
    assert len(whole.rows) + len(whole.findings) == len(rows)
    assert not whole.unreadable
    lines = ["id,text,time", *rows[: len(before)], broken, *rows[len(before) :]]
    assert read("\n".join(lines).encode(), MOMENT).unreadable
