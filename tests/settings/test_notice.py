"""The State Council's notices are read as what offices did; what is wrong in one is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import chinese_calendar
import pytest

from engage.core.errors import Invalid
from engage.settings.notice import LONGEST, as_lines, read_notice, spans
from tests.fixtures.work import calls

NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，确保人民群众祥和平安度过节日假期。
国务院办公厅
2025年11月4日"""
NOTICE_2025 = """2025年部分节假日安排
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"""
NOTICE_2023 = """关于2023年部分节假日安排的通知
一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。"""


@pytest.mark.parametrize(("year", "text"), [(2026, NOTICE_2026), (2025, NOTICE_2025), (2023, NOTICE_2023)])
def test_a_published_notice_says_what_offices_did(year: int, text: str) -> None:
    notice = read_notice(text)
    assert notice.year == year
    days = [date(year, 1, 1) + timedelta(days=at) for at in range(365)]
    said = {day: notice.days.get(day, day.weekday() < 5) for day in days}
    assert said == {day: chinese_calendar.is_workday(day) for day in days}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2027年节假日安排：1月1日(周五)放假。", {date(2027, 1, 1): False}),
        ("2027年：元旦1月1日-3日放假", {date(2027, 1, day): False for day in (1, 2, 3)}),
        ("２０２７年元旦：１月１日到３日放假", {date(2027, 1, day): False for day in (1, 2, 3)}),
        ("2027年1月2日放假，9日上班", {date(2027, 1, 2): False, date(2027, 1, 9): True}),
        ("2027年1月2日、3日放假", {date(2027, 1, 2): False, date(2027, 1, 3): False}),
        ("2027-02-08,holiday\n2027-02-20,workday", {date(2027, 2, 8): False, date(2027, 2, 20): True}),
        ("date,kind\r\n# 春节\r\n 2027-02-08 , holiday \r\n", {date(2027, 2, 8): False}),
    ],
)  # fmt: skip
def test_other_spellings(text: str, days: dict[date, bool]) -> None:
    assert read_notice(text).days == days


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no year"),
        ("放假安排另行通知", "names no year"),
        ("1月1日放假", "names no year"),
        ("2027年好", "No holiday was found"),
        ("9999年1月1日放假", "no year of this calendar"),
        # The notice of another year pasted under a wrong title: the days of the week tell.
        ("2027年节假日安排：1月1日（周四）至3日（周六）放假调休，共3天", "another day of the week"),
        ("2027年2月30日放假", "does not exist"),
        ("2027年13月1日放假", "does not exist"),
        ("2027年5月1日至5日放假，共7天", "but the text says"),
        ("2027年10月7日至1日放假", "no period"),
        ("2027年1月1日至12月31日放假", "no period"),
        ("2027年1月1日放假。1月1日上班", "a holiday and a working day"),
        ("2027年1月9日上班", "only days worked"),
        ("2027-13-01,holiday", "Line 1"),
        ("2027-02-08,holiday\n=cmd|' /C calc'!A0,holiday", "Line 2"),
        ("2027-02-08,holiday\n2027-02-08,workday", "Line 2"),
        ("2027-02-08,holiday\n2031-02-08,holiday\n2027-02-09,holiday", "not near"),
        ("\n".join(f"2027-0{at // 28 + 1}-{at % 28 + 1:02},holiday" for at in range(168)), "has fewer"),
        ("2027年" + "1月1日" * 6000, "more than"),
        ("2027年" + "（" * 3_900, "No holiday"),
        ("2027年" + "1日（" * 1_300, "No holiday"),
        ("<script>alert(1)</script>", "names no year"),
    ],
)  # fmt: skip
def test_what_cannot_be_so_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_notice(text)
    message = refused.value.errors["text"]
    assert sentence in str(message)


@pytest.mark.parametrize(
    "part",
    ["1月1日至31日", "1月1日至31日放假。", "1月1日", "1日", "1日（", "1", "1日—", "1月1日放假，共31天"],
)
def test_the_longest_paste_is_read_in_a_moment(part: str) -> None:
    text = "2027年部分节假日安排\n" + part * (LONGEST // len(part) - 10) + "放假"

    def read() -> None:
        with suppress(Invalid):
            read_notice(text)

    assert calls(read) < 50_000


def test_lines_are_read_back_as_they_were_written() -> None:
    days = read_notice(NOTICE_2026).days
    assert read_notice(as_lines(days)).days == days


@pytest.mark.parametrize(
    "line",
    ["2027-02-08,holiday", "2027-02-08,放假", "2027-02-08，放假", "2027/2/8 放假", "2027.2.8，休息"],
)
def test_a_line_may_be_written_as_people_write_it(line: str) -> None:
    notice = read_notice(f"{line}\n2027-02-20，上班\n2027-02-21 补班")
    assert notice.days == {date(2027, 2, 8): False, date(2027, 2, 20): True, date(2027, 2, 21): True}


def test_days_are_shown_from_the_first_to_the_last() -> None:
    days = {date(2027, 2, day): day in (14, 20) for day in (6, 7, 8, 9, 14, 20, 28)} | {
        date(2027, 3, 1): False
    }
    assert spans(days, works=False) == [
        (date(2027, 2, 6), date(2027, 2, 9)),
        (date(2027, 2, 28), date(2027, 3, 1)),
    ]
    assert spans(days, works=True) == [(date(2027, 2, 14),) * 2, (date(2027, 2, 20),) * 2]
    assert spans({}, works=True) == []
