"""What a spreadsheet reads is what was written, by rows and by columns, whatever people typed."""

from __future__ import annotations

import csv
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from engage.consultations.rules.comments import ENTERED_LIMIT, REASON_LIMIT, REPLY_LIMIT
from engage.core import sheets
from engage.core.sheets import Front, Share, Sheet, open_sheet
from engage.moderation.rules import NOTE_LIMIT
from engage.questions import limits
from engage.surveys.actions.editing import TITLE_LIMIT

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MOMENT = datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 - as it stands on the clock
TEXTS = [
    *("停车位", " blanks around ", "two\nlines", "a\ttab", '"quoted", with commas; and more', "😀𠮷"),
    *("=1+1", "+86", "-2", "@SUM(A1)", "＝1", "'=1", "007", "1e5", "https://city.example", "'"),
    *("<b>&amp;</b>", "<r><t>markup</t></r>", "<r></b></r>", "]]>", "_x0041_", "_x005F_x0041_", "_x_"),
]
# ECMA-376, 22.9.2.19: what looks like an escape is escaped itself.
ESCAPED = {"_x0041_": "_x005F_x0041_", "_x005F_x0041_": "_x005F_x005F_x005F_x0041_"}
ROWS: list[list[Any]] = [
    *([text, None, 0, MOMENT] for text in TEXTS),
    ["", 1.5, -7, MOMENT.replace(hour=0, minute=0)],
    [None, 1e-7, 12_345_678, None],
    ["1", 1, True, MOMENT.replace(year=1999)],
    ["once more", 1.0, 1, MOMENT],
    ["once more", -0.0, 0, MOMENT],
]


def _fill(sheet: Sheet, rows: Sequence[Sequence[Any]], by: str) -> None:
    if by == "rows":
        for row in rows:
            sheet.row(row)
    else:
        sheet.columns(list(zip(*rows, strict=True)))
    sheet.close()


def _elements(path: Path, sheet: int = 1) -> ElementTree.Element:
    with zipfile.ZipFile(path) as book:
        return ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))


def _cells(path: Path, sheet: int = 1) -> dict[str, tuple[str, str]]:
    """What lies where: the type and what a program shows, with ECMA-376's escapes undone."""
    found = {}
    for cell in _elements(path, sheet).iter(f"{_MAIN}c"):
        text = cell.find(f"{_MAIN}is/{_MAIN}t")
        value = cell.find(f"{_MAIN}v")
        inside = text if text is not None else value
        assert inside is not None
        found[cell.attrib["r"]] = cell.get("t", cell.get("s", "n")), inside.text or ""
    return found


@pytest.mark.parametrize("by", ["rows", "columns"])
def test_csv_holds_what_python_writes_of_safe_cells(tmp_path: Path, by: str) -> None:
    path = tmp_path / "out.csv"
    _fill(open_sheet(path, "name", excel=False), ROWS, by)
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    runs = ("=", "+", "-", "@", "＝", "'=")
    shown = {None: "", MOMENT: "2026-03-05 14:30"}
    for row, cells in zip(ROWS, read, strict=True):
        text, number, count, moment = row
        assert cells[0] == (f"'{text}" if (text or "").startswith(runs) else text or "")
        assert cells[1:3] == ["" if number is None else str(number), str(count)]
        assert cells[3] == shown.get(moment, moment and moment.strftime("%Y-%m-%d %H:%M"))


@pytest.mark.parametrize("by", ["rows", "columns"])
def test_excel_holds_texts_numbers_and_times_as_such(tmp_path: Path, by: str) -> None:
    path = tmp_path / "out.xlsx"
    _fill(open_sheet(path, "name", excel=True), ROWS, by)
    cells = _cells(path)
    for number, (text, value, count, moment) in enumerate(ROWS, 1):
        escaped = ESCAPED.get(text, text)
        assert cells.get(f"A{number}") == (("inlineStr", escaped) if text else None)
        kind, written = cells.get(f"B{number}", ("n", None))
        assert kind == "n"
        assert (None if written is None else float(written)) == value
        assert cells[f"C{number}"] == ("n", str(int(count)))
        kind, written = cells.get(f"D{number}", ("1", None))
        assert kind == "1"
        days = None if moment is None else (moment - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
        assert (None if written is None else float(written)) == pytest.approx(days)
    assert not list(_elements(path).iter(f"{_MAIN}f")), "no formula"
    assert not list(_elements(path).iter(f"{_MAIN}hyperlink"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a\x0bb", "a_x000B_b"),
        ("a\rb", "a_x000D_b"),
        ("\x00", "_x0000_"),
        ("\ufffe\uffff", "_xFFFE__xFFFF_"),
    ],
)
def test_what_xml_cannot_hold_is_written_as_excel_does(tmp_path: Path, typed: str, written: str) -> None:
    _fill(open_sheet(tmp_path / "out.xlsx", "name", excel=True), [[typed]], "rows")
    assert _cells(tmp_path / "out.xlsx") == {"A1": ("inlineStr", written)}


def test_rows_that_one_sheet_cannot_take_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_EXCEL_ROWS", 3)
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "name", excel=True)
    sheet.row(["heads", "x"])
    sheet.columns([["a", "b", "c", "d", "e", "f"], range(6)])
    sheet.close()
    read = [_cells(path, number) for number in (1, 2, 3)]
    assert [[cells.get(f"A{row}", ("", ""))[1] for row in (1, 2, 3)] for cells in read] == [
        ["heads", "a", "b"],
        ["c", "d", "e"],
        ["f", "", ""],
    ]
    assert read[2]["B1"] == ("n", "5")
    assert _elements(path, 1).find(f"{_MAIN}dimension").get("ref") == "A1:B3"  # type: ignore[union-attr]


@pytest.mark.parametrize("by", ["rows", "columns"])
@pytest.mark.parametrize("width", [3, 4, 5, 8])
def test_columns_that_one_sheet_cannot_take_go_on_in_the_next_beside_the_first_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, by: str
) -> None:
    monkeypatch.setattr(sheets, "_EXCEL_COLUMNS", 3)
    monkeypatch.setattr(sheets, "_EXCEL_ROWS", 4)
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "答卷", excel=True, front="汇总")
    going_on = ("分表", "接续")
    sheet.front(Front([("题目", "停车")], ["条款"], [], going_on))
    heads = [f"h{at}" for at in range(width)]
    rows = [[number, *(f"{number}.{at}" for at in range(1, width))] for number in range(1, 6)]
    sheet.heads(heads)
    _fill(sheet, rows, by)
    book = openpyxl.load_workbook(path)
    beside = [[0, *range(at, min(width, at + 2))] for at in range(1, width, 2)]
    assert len(book.sheetnames) == 1 + 2 * len(beside)
    assert book.sheetnames[:3] == ["汇总", "答卷", "答卷 2"]
    expected = [
        [[row[at] for at in places] for row in (heads, *part)]
        for part in (rows[:3], rows[3:])
        for places in beside
    ]
    read = [[[cell.value for cell in row] for row in page.iter_rows()] for page in book.worksheets[1:]]
    assert read == expected
    assert [page.freeze_panes for page in book.worksheets[1:]] == ["A2"] * len(expected)
    filters = [page.auto_filter.ref for page in book.worksheets[1:]]
    assert filters == [f"A1:{'ABC'[len(page[0]) - 1]}{len(page)}" for page in expected]
    assert tuple(cell.value for cell in book["汇总"][2]) == going_on


def test_as_many_columns_as_excel_takes_stand_on_each_sheet(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "name", excel=True)
    heads = [f"h{at}" for at in range(16_386)]
    sheet.heads(heads)
    sheet.columns([range(1) for _ in heads])
    sheet.close()
    assert [len(set(_cells(path, number))) // 2 for number in (1, 2)] == [16_384, 3]
    assert _elements(path, 1).find(f"{_MAIN}dimension").get("ref") == "A1:XFD2"  # type: ignore[union-attr]
    assert [_cells(path, 2)[place][1] for place in ("A1", "B1", "C1")] == ["h0", "h16384", "h16385"]


def test_no_text_people_may_write_is_longer_than_a_cell_of_excel() -> None:
    """A cell holds 32,767 units of UTF-16; a character takes up to two."""
    heading = limits.QUESTION_TEXT + limits.CHOICE_TEXT
    longest = [limits.LONG_ANSWER, heading, ENTERED_LIMIT, REPLY_LIMIT, REASON_LIMIT, NOTE_LIMIT, TITLE_LIMIT]
    assert 2 * max(longest) + 100 < 32_767


def test_where_one_sheet_took_all_nothing_is_said_of_more(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "答卷", excel=True, front="汇总")
    sheet.heads(["编号"])
    sheet.front(Front([("题目", "停车")], ["条款"], [], ("分表", "接续")))
    sheet.close()
    read = [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["汇总"].iter_rows()]
    assert read == [["题目", "停车"], [None, None], ["条款", None]]


def test_a_sheet_without_rows_is_a_sheet(tmp_path: Path) -> None:
    sheet = open_sheet(tmp_path / "out.xlsx", "name", excel=True)
    sheet.columns([["only heads"]])
    sheet.columns([[]])
    sheet.close()
    assert _cells(tmp_path / "out.xlsx") == {"A1": ("inlineStr", "only heads")}


@pytest.mark.parametrize("rows_a_sheet", [4, sheets._EXCEL_ROWS])
def test_headings_are_bold_stay_in_sight_and_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_sheet: int
) -> None:
    monkeypatch.setattr(sheets, "_EXCEL_ROWS", rows_a_sheet)
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "意见", excel=True)
    sheet.heads(["编号", "您对我市的停车管理工作总体上满意吗", "时间"])
    for number in range(5):
        sheet.row([number, "满意", MOMENT])
    sheet.close()
    with zipfile.ZipFile(path) as book:
        count = sum(name.startswith("xl/worksheets/sheet") for name in book.namelist())
    assert count == (2 if rows_a_sheet == 4 else 1)
    for at in range(1, count + 1):
        page = _elements(path, at)
        rows = len(list(page.iter(f"{_MAIN}row")))
        pane, columns = page.find(f".//{_MAIN}pane"), list(page.iter(f"{_MAIN}col"))
        assert pane is not None
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        filters = page.find(f"{_MAIN}autoFilter")
        assert filters is not None
        assert filters.get("ref") == f"A1:C{rows}"
        heads = [cell for cell in page.iter(f"{_MAIN}c") if cell.get("r") in {"A1", "B1", "C1"}]
        assert len({cell.get("s") for cell in heads}) == 1
        assert {cell.get("s") for cell in heads} != {None}
        assert [round(float(one.get("width", "0"))) for one in columns][:2] == [11, 38]
    first = openpyxl.load_workbook(path).worksheets[0]
    assert [[cell.value for cell in row] for row in first.iter_rows(max_row=2)] == [
        ["编号", "您对我市的停车管理工作总体上满意吗", "时间"],
        [0, "满意", MOMENT],
    ]


def test_the_first_sheet_is_a_summary_above_which_nothing_runs(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    sheet = open_sheet(path, "意见", excel=True, front="汇总")
    sheet.heads(["编号"])
    sheet.columns([[1, 2]])
    front = Front(
        [("题目", "=1+1"), ("时间", MOMENT)], ["条款", "占比"], [["@SUM(A1)", Share(0.254)], ["无", None]]
    )
    sheet.front(front)
    sheet.close()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["汇总", "意见"]
    assert book.active.title == "汇总"
    page = book["汇总"]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["题目", "=1+1"],
        ["时间", MOMENT],
        [None, None],
        ["条款", "占比"],
        ["@SUM(A1)", 0.254],
        ["无", None],
    ]
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s", "d", "n"}
    assert page["B5"].number_format == "0.0%"
    assert [page[place].font.bold for place in ("A1", "A4", "B4", "A5")] == [False, True, True, False]
    assert page.column_dimensions["B"].width > 16
    assert [[cell.value for cell in row] for row in book["意见"].iter_rows()] == [["编号"], [1], [2]]
    assert "<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()


def test_a_csv_has_no_summary(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    sheet = open_sheet(path, "意见", excel=False, front="汇总")
    sheet.heads(["编号"])
    sheet.front(Front([("题目", "停车")], ["条款"], []))
    sheet.close()
    assert path.read_text(encoding="utf-8-sig").split() == ['"编号"']


def test_rows_wait_beside_the_book_and_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kills the worker leaves nothing of what people said in a folder of everybody."""
    elsewhere, folder = tmp_path / "tmp", tmp_path / "exports"
    elsewhere.mkdir()
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    sheet = open_sheet(folder / "out.part", "one", excel=True)
    sheet.columns([["长" * 300] * 2_000])
    assert not list(elsewhere.iterdir())
    assert any("长" * 300 in path.read_text("utf-8") for path in folder.iterdir())
    sheet.close()
    assert not list(elsewhere.iterdir())
    assert [path.name for path in folder.iterdir()] == ["out.part"]
