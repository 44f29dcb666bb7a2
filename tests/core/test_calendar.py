"""Working days: the official years, the years nobody announced yet, and dates an installation adds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engage.core import calendar
from engage.core.calendar import CalendarError, add_working_days, is_working_day, missing_years, read_dates


@pytest.fixture
def given() -> Iterator[dict[date, bool]]:
    """The dates of the installation; what a test puts in is known at once."""
    days: dict[date, bool] = {}

    def source() -> dict[date, bool]:
        return days

    calendar.provide_dates(source)
    yield days
    calendar.withdraw_dates(source)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday worked for the National Day
        (date(2026, 11, 25), True),
        (date(2026, 11, 28), False),
        # No notice is out for these years.
        (date(2099, 1, 1), False),
        (date(2099, 1, 2), True),
        (date(2099, 5, 1), False),
        (date(2098, 5, 2), False),
        (date(2099, 10, 1), False),
        (date(2099, 10, 2), False),
        (date(2098, 10, 3), False),
        (date(2098, 10, 6), True),
        (date(2099, 10, 10), False),
    ],
)
def test_whether_offices_work(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_deadline_over_a_new_year_without_a_notice_leaves_its_first_day_out() -> None:
    assert add_working_days(date(2098, 12, 29), 3) == date(2099, 1, 2)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 10, 1), []),
        (date(2098, 12, 1), [2098, 2099]),
        (date(2098, 3, 1), [2098]),
    ],
)
def test_years_without_official_dates_are_named(day: date, years: list[int]) -> None:
    assert missing_years(day) == years


def test_dates_of_the_installation_win_and_make_the_year_known(given: dict[date, bool]) -> None:
    given |= {date(2099, 2, 10): False, date(2099, 2, 14): True, date(2026, 11, 25): False}
    assert [is_working_day(day) for day in calendar.own_dates()] == [False, True, False]
    assert missing_years(date(2099, 3, 1)) == []
    assert add_working_days(date(2099, 2, 9), 2) == date(2099, 2, 12)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    assert read_dates(path) == {}
    path.write_bytes(
        "\ufeffdate,kind\r\n# 春节\r\n2099-02-10,holiday\r\n\r\n 2099-02-14 , workday\n".encode()
    )
    assert read_dates(path) == {date(2099, 2, 10): False, date(2099, 2, 14): True}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"2099-02-10;holiday", "line 1: expected a date and holiday or workday"),
        (b"date,kind\n2099-02-10,free", "line 2: expected"),
        (b"2099-02-30,holiday", "line 1: there is no day 2099-02-30"),
        (b"0000-01-01,holiday", "there is no day"),
        (b"20990210,holiday", "expected"),
        ("２０９９-02-10,holiday".encode(), "expected"),
        (b"=cmd|' /C calc'!A0,holiday", "expected"),
        (b"2099-02-10,holiday\n2099-02-10,workday", "line 2: 2099-02-10 was said to be the other"),
        ("2099-02-10,假日".encode("gb18030"), "is not UTF-8"),
        (b"\x00" * 100, "expected"),
        (b"#" * 60_000, "larger than"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "holidays.csv"
    path.write_bytes(content)
    with pytest.raises(CalendarError, match=sentence):
        read_dates(path)


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holidays.csv").mkdir()
    with pytest.raises(CalendarError, match="cannot be read"):
        read_dates(tmp_path / "holidays.csv")


@pytest.mark.database
def test_ready_names_the_years_it_lacks(
    client: Any, given: dict[date, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.web.health.today", lambda: date(2098, 12, 1))
    assert client.get("/readyz").json["years_without_holidays"] == [2098, 2099]
    given |= {date(2098, 2, 2): False, date(2099, 2, 10): False}
    assert client.get("/readyz").json["years_without_holidays"] == []
