"""Headings, times and stances of comments files: tables of what offices write."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.consultations.models import Stance
from engage.consultations.rules.import_cells import find_columns, read_stance, read_time

ZONE = ZoneInfo("Asia/Shanghai")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


HALF_PAST_TWO = at(2026, 3, 5, 14, 30)
MIDNIGHT = at(2026, 3, 5)

TIMES = [
    ("2026-03-05T14:30:00+08:00", HALF_PAST_TWO),
    ("2026-03-05T06:30:00Z", HALF_PAST_TWO),
    ("2026-03-05T06:30:00.123456Z", HALF_PAST_TWO),
    ("2026-03-05t06:30:00z", HALF_PAST_TWO),
    ("2026-03-05T14:30:00.000+0800", HALF_PAST_TWO),
    ("2026-03-05 14:30 +08:00", HALF_PAST_TWO),
    ("2026-03-05 14:30 GMT+8", HALF_PAST_TWO),
    ("2026-03-05 01:30 UTC-5", HALF_PAST_TWO),
    ("2026-03-05 12:00:00+05:30", HALF_PAST_TWO),
    ("2026/3/5 下午 2:30", HALF_PAST_TWO),
    ("2026/3/5 下午2:30:00", HALF_PAST_TWO),
    ("2026/3/5 下午 14:30", HALF_PAST_TWO),
    ("2026/3/5 2:30 PM", HALF_PAST_TWO),
    ("2026/3/5 02:30:00 p.m.", HALF_PAST_TWO),
    ("2026-3-5 PM 2:30", HALF_PAST_TWO),
    ("2026年3月5日 14时30分", HALF_PAST_TWO),
    ("2026年3月5日14时30分00秒", HALF_PAST_TWO),
    ("2026年03月05日 14:30", HALF_PAST_TWO),
    ("2026 年 3 月 5 日 14 时 30 分", HALF_PAST_TWO),
    ("2026年3月5日下午2点半", HALF_PAST_TWO),
    ("2026年3月5日 14点30", HALF_PAST_TWO),
    ("2026年3月5日 星期四 14:30", HALF_PAST_TWO),
    ("2026/3/5（周四）14:30", HALF_PAST_TWO),
    ("２０２６／３／５　１４：３０", HALF_PAST_TWO),
    ("2026.3.5 14:30", HALF_PAST_TWO),
    ("2026–03–05 14:30", HALF_PAST_TWO),
    ("20260305 14:30", HALF_PAST_TWO),
    ("20260305143000", HALF_PAST_TWO),
    ("202603051430", HALF_PAST_TWO),
    ("20260305T143000Z", at(2026, 3, 5, 22, 30)),
    ("1772692200", HALF_PAST_TWO),
    ("1772692200000", HALF_PAST_TWO),
    ("46086.6041666667", HALF_PAST_TWO),
    ("20260305", MIDNIGHT),
    ("2026年3月5日", MIDNIGHT),
    ("2026年3月5号", MIDNIGHT),
    ("2026-03-05", MIDNIGHT),
    ("46086", MIDNIGHT),
    ("2026-03-05 00:00", MIDNIGHT),
    ("2026-03-04 24:00", MIDNIGHT),
    ("2026/3/5 上午 12:00", MIDNIGHT),
    ("2026/3/4 晚上12点", MIDNIGHT),
    ("2026/3/5 12:00 AM", MIDNIGHT),
    ("2026/3/5 中午12:00", at(2026, 3, 5, 12)),
    ("2026/3/5 中午1点", at(2026, 3, 5, 13)),
    ("2026/3/5 12:00 PM", at(2026, 3, 5, 12)),
    ("2026/3/5 上午9时整", at(2026, 3, 5, 9)),
    ("2026年3月5日9时", at(2026, 3, 5, 9)),
    ("2026/3/5 晚8点", at(2026, 3, 5, 20)),
]
NO_TIMES = [
    "", "昨天", "2026", "2026-03", "3/5/2026", "05-03-2026", "26-3-5", "2026-02-30", "2026-13-01", "20261301",
    "2026-03-05 25:00", "2026-03-05 24:30", "2026-03-05 14:60", "2026-03-05 上午 14:30", "2026-03-05 14",
    "1989-12-31", "1234567", "99999999", "2026-03-05 14:30 +99:00", "2026-03-05 14:30 和",
    "2026-03-05~2026-03-06", "9999-12-31 24:00", "2026" + " " * 200 + "-03-05",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "moment"), TIMES)
def test_times_are_read_as_people_write_them(cell: str, moment: datetime) -> None:
    found = read_time(cell, ZONE)
    assert found is not None
    assert found.replace(second=0, microsecond=0) == moment


@pytest.mark.parametrize("cell", NO_TIMES)
def test_what_is_no_time_is_not_guessed(cell: str) -> None:
    assert read_time(cell, ZONE) is None


@given(st.text(alphabet="0123456789-/.:年月日时分秒上下午中半 TZ+apm", max_size=60) | st.text(max_size=80))
def test_no_cell_breaks_the_reading_of_times(cell: str) -> None:
    found = read_time(cell, ZONE)
    assert found is None or found.tzinfo is UTC


STANCES = [
    (
        Stance.AGREE,
        "赞成 同意 支持 赞同 认可 agree Agree agreed support 完全同意 非常赞成 坚决支持 表示支持 同意。 for",
    ),
    (
        Stance.PARTLY,
        "部分赞成 部分同意 部分支持 基本同意 原则同意 原则上同意 有条件同意 "
        "不完全赞成 修改后同意 partly partially",
    ),
    (
        Stance.DISAGREE,
        "反对 不同意 不赞成 不支持 不赞同 不认可 坚决反对 强烈反对 完全不同意 disagree Disagree oppose",
    ),
    (None, "- / 无 未表态 none"),
]


@pytest.mark.parametrize(
    ("stance", "cell"), [(stance, cell) for stance, cells in STANCES for cell in cells.split()]
)
def test_stances_are_read_as_people_write_them(stance: Stance | None, cell: str) -> None:
    assert read_stance(cell) == (stance, True)
    assert read_stance(f"　{cell} ") == (stance, True)


@pytest.mark.parametrize("cell", ["agree in part", "partly agree", "somewhat  agree"])
def test_agreement_in_part_has_several_words(cell: str) -> None:
    assert read_stance(cell) == (Stance.PARTLY, True)


@pytest.mark.parametrize(
    "cell", ["也许", "中立", "弃权", "不反对", "支持者", "赞成不赞成", "不太赞成", "同意？", "1"]
)
def test_other_stances_are_not_guessed(cell: str) -> None:
    assert read_stance(cell) == (None, False)


TEXT_HEADINGS = (
    "意见建议 修改意见 反馈意见 意见内容 意见和建议 意见与建议 意见、建议 意见或建议 意见/建议 建议 具体意见 "
    "意见内容（必填） *意见内容 意见内容： 【意见内容】意见 留言 评论 Comments CONTENT "
    "反馈意见内容 公众意见 意见反馈 ＴＥＸＴ"
)


@pytest.mark.parametrize("heading", TEXT_HEADINGS.split())
def test_the_column_of_texts_is_found(heading: str) -> None:
    assert find_columns(["序号", "姓名", heading]) == {"id": 0, "text": 2}


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        (["序号", "您对本草案的意见", "意见人"], {"id": 0, "text": 1}),
        (["序号", "对本草案的意见", "其他建议"], {"id": 0}),
        (["对本草案的意见", "姓名"], {}),
        (["序号", "意见采纳情况", "建议人"], {"id": 0}),
        (["反馈日期", "反馈意见", "是否赞成"], {"time": 0, "text": 1, "stance": 2}),
        (["Submitted_At", "No.", "Comment", "Stance"], {"id": 1, "time": 0, "text": 2, "stance": 3}),
        (["意见\n内容", "提交\n时间"], {"text": 0, "time": 1}),
        ([], {}),
    ],
)
def test_headings_name_columns(cells: list[str], columns: dict[str, int]) -> None:
    assert find_columns(cells) == columns
