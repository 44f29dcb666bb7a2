"""Working days by the Chinese calendar, with its holidays and make-up days (调休)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

_MONDAY_TO_FRIDAY = 5


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``.

    Source: the State Council's yearly notice as shipped in ``chinesecalendar``. For years whose notice is
    not out yet, Monday to Friday.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _MONDAY_TO_FRIDAY


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; the day itself is not counted (民法典 第二百零一条)."""
    if count < 0:
        raise ValueError("count must not be negative")
    current = day
    while count:
        current += timedelta(days=1)
        count -= is_working_day(current)
    return current


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after ``start`` up to and with ``end``; 0 where ``end`` is not later."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=offset)) for offset in range(1, days + 1))
