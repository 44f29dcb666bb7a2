"""Working days by the Chinese calendar, with its holidays and make-up days (调休)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar

from engage.core.messages import Message, msg

FILE = "holidays.csv"
"""In the instance folder: the dates that versions before 0.2 were given; they are stored once."""
_MONDAY_TO_FRIDAY = 5
_AHEAD = timedelta(days=60)
_LARGEST_FILE = 50_000
_KINDS = {"holiday": False, "放假": False, "休息": False, "workday": True, "上班": True, "补班": True}
_LINE = re.compile(
    rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:\s*[,，]\s*|\s+)({'|'.join(_KINDS)})", re.ASCII
)
# 全国年节及纪念日放假办法: the holidays of the same date each year. 春节, 清明, 端午 and 中秋 follow the moon
# or the sun, and make-up days are announced: those cannot be known beforehand.
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})

_Dates = Callable[[], Mapping[date, bool]]
_given: list[_Dates] = []


class CalendarError(ValueError):
    """A line of dates cannot be understood: the message says which, ``line`` its number."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.line = line


def is_working_day(day: date) -> bool:
    """Whether offices work on ``day``.

    Source: the dates the installation was given, then the State Council's yearly notice as shipped in
    ``chinesecalendar``. For years without either, Monday to Friday but for the holidays of fixed date.
    """
    own = own_dates()
    if day in own:
        return own[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _MONDAY_TO_FRIDAY and (day.month, day.day) not in _FIXED


def missing_years(day: date) -> list[int]:
    """The years that deadlines counted on ``day`` may reach and of which no official dates are known."""
    years = {day.year, (day + _AHEAD).year}
    return sorted(year for year in years if not _is_official(year))


def own_dates() -> Mapping[date, bool]:
    """The dates the installation was given: whether offices work."""
    return _given[-1]() if _given else {}


def provide_dates(source: _Dates) -> None:
    """Let ``source`` answer the dates of this installation, until it is withdrawn."""
    _given.append(source)


def withdraw_dates(source: _Dates) -> None:
    """Let what was there before ``source`` answer again."""
    _given.remove(source)


def read_dates(path: Path) -> dict[date, bool]:
    """The dates in a file of lines like ``2027-02-08,holiday``; none where there is no file.

    Raises ``CalendarError``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CalendarError(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(data) > _LARGEST_FILE:
        raise CalendarError(f"{path.name} is larger than {_LARGEST_FILE} bytes: one line per date is enough.")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CalendarError(f"{path.name} is not UTF-8 text: save it as UTF-8.") from error
    return read_lines(lines, f"{path.name}, ")


def read_lines(lines: Iterable[str], where: str) -> dict[date, bool]:
    """The dates in lines like ``2027-02-08,holiday``, the kind also in Chinese (放假, 上班).

    ``where`` begins what a ``CalendarError`` says.
    """
    found: dict[date, bool] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#") or text == "date,kind":
            continue
        try:
            day, works = _entry(text, f"{where}line {number}")
        except CalendarError as error:
            raise CalendarError(str(error), number) from error
        if found.setdefault(day, works) is not works:
            raise CalendarError(f"{where}line {number}: {day} was said to be the other before.", number)
    return found


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


def lateness(due: date, day: date) -> Message:
    """How late ``day`` is for what was due on ``due``, in the working days that deadlines are made of."""
    late = working_days_between(due, day)
    if not late:
        return msg("late since the day it was due")
    return msg("{days} working days late", days=late) if late > 1 else msg("1 working day late")


def _is_official(year: int) -> bool:
    if any(day.year == year and not works for day, works in own_dates().items()):
        return True
    try:
        chinese_calendar.is_workday(date(year, 7, 1))
    except NotImplementedError:
        return False
    return True


def _entry(text: str, where: str) -> tuple[date, bool]:
    match = _LINE.fullmatch(text)
    if match is None:
        raise CalendarError(
            f"{where}: expected a date and holiday or workday, as in 2027-02-08,holiday, not {text[:60]!r}."
        )
    try:
        return date(int(match[1]), int(match[2]), int(match[3])), _KINDS[match[4]]
    except ValueError as error:
        raise CalendarError(f"{where}: there is no day {text.split(match[4])[0].rstrip(' ,，')}.") from error
