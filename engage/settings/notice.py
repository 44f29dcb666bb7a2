"""The State Council's yearly notice on holidays, read from its words: which days are free, which are worked.

Understood is the notice as published (国务院办公厅关于…年部分节假日安排的通知), and lines like
``2027-02-08,holiday`` or ``2027-02-20,workday``. What contradicts itself is refused: a wrong day would move
due dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engage.core.calendar import CalendarError, read_lines
from engage.core.errors import Invalid
from engage.core.messages import Message, msg

LONGEST = 4_000
"""Characters; the notice itself has some 800, a year as lines 2,300: nothing else is served meanwhile."""
_MOST_DAYS = 120
_LONGEST_HOLIDAY = 31
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_YEAR = re.compile(r"(?<!\d)(\d{4})年", re.ASCII)
_TITLE = re.compile(r"(?<!\d)(\d{4})年\s*(?:部分)?(?:节假日|放假)", re.ASCII)
_OFF = r"放假|补休|公休|休息"
_ON = r"上班|补班|工作"
_ASIDE = r"(?:[（(](?P<{0}>[^）)]{{0,60}})[）)])?"
_DATE = r"(?:(?P<{0}y>\d{{4}})年)?(?:(?P<{0}m>\d{{1,2}})月)?(?P<{0}d>\d{{1,2}})日"
_SPAN = re.compile(
    _DATE.format("a")
    + _ASIDE.format("aside_a")
    + r"(?:(?:起)?(?:至|到|—+|–|－|-|~|～)"
    + _DATE.format("b")
    + _ASIDE.format("aside_b")
    + r")?"
    + rf"|(?P<off>{_OFF})|(?P<on>{_ON})|共(?P<total>\d{{1,2}})天",
    re.ASCII,
)
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAYS = {sign: at for at, sign in enumerate("一二三四五六日")} | {"天": 6}
_ENDS = re.compile(r"[。；;\n]")
_WIDE = {ord(wide): str(at) for at, wide in enumerate("０１２３４５６７８９")}


@dataclass(frozen=True, slots=True)
class Notice:
    """Days by whether offices work, of one ``year`` and of a holiday that reaches beyond it."""

    year: int
    days: Mapping[date, bool]


def read_notice(text: str) -> Notice:
    """What ``text`` says. Raises ``Invalid`` (field ``text``) with a sentence that says what to do."""
    if len(text) > LONGEST:
        raise _no(
            msg("This text has more than {most} characters. Please paste the notice alone.", most=LONGEST)
        )
    days = _lines(text) if _is_lines(text) else _words(text.translate(_WIDE))
    if not days:
        raise _no(
            msg(
                "No holiday was found. Please paste the notice with its sentences, such as “1月1日至3日放假，"
                "共3天。1月4日（周日）上班。”"
            )
        )
    if len(days) > _MOST_DAYS:
        raise _no(
            msg("These are {count} days; a notice has fewer. Please paste one year alone.", count=len(days))
        )
    years = [day.year for day in days]
    year = max(set(years), key=years.count)
    far = next((day for day in days if abs((day - date(year, 7, 1)).days) > 215), None)
    if far is not None:
        raise _no(
            msg(
                "{day} is not near the year {year}. Please paste one year alone.",
                day=far.isoformat(),
                year=year,
            )
        )
    if all(days.values()):
        raise _no(
            msg("There is no holiday among these days, only days worked. Please paste the whole notice.")
        )
    return Notice(year, dict(sorted(days.items())))


def as_lines(days: Mapping[date, bool], holiday: str = "holiday", workday: str = "workday") -> str:
    """Days as lines that ``read_notice`` takes, to correct one by hand, with its word for each kind."""
    return "\n".join(
        f"{day.isoformat()},{workday if works else holiday}" for day, works in sorted(days.items())
    )


def spans(days: Mapping[date, bool], *, works: bool) -> list[tuple[date, date]]:
    """The first and last of the days in a row that are worked, or are not."""
    found: list[tuple[date, date]] = []
    for day in sorted(day for day, worked in days.items() if worked is works):
        follows = found and day - found[-1][1] == timedelta(days=1)
        found[-1:] = [(found[-1][0], day)] if follows else [*found[-1:], (day, day)]
    return found


def _no(sentence: Message) -> Invalid:
    return Invalid({"text": sentence})


def _is_lines(text: str) -> bool:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return bool(re.match(r"\d{4}[-/.]\d|date,kind|#", first, re.ASCII))


def _lines(text: str) -> dict[date, bool]:
    try:
        return read_lines(text.splitlines(), "")
    except CalendarError as error:
        raise _no(
            msg(
                "Line {number} cannot be read. Please write the day and “holiday” or “workday”, "
                "such as 2027-02-08,holiday.",
                number=error.line,
            )
        ) from error


def _words(text: str) -> dict[date, bool]:
    named = _TITLE.search(text) or _YEAR.search(text)
    if named is None:
        raise _no(
            msg(
                "The text names no year. Please paste it with the title of the notice, or write the year, "
                "such as 2027年, in a first line of its own."
            )
        )
    year = int(named[1])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise _no(msg("{year} is no year of this calendar. Please look at the title.", year=year))
    days: dict[date, bool] = {}
    for sentence in _ENDS.split(text):
        for day, works in _sentence(sentence, year):
            if days.setdefault(day, works) is not works:
                raise _no(
                    msg(
                        "{day} is said to be a holiday and a working day. Please correct one.",
                        day=day.isoformat(),
                    )
                )
    return days


def _sentence(sentence: str, year: int) -> Iterator[tuple[date, bool]]:
    """The days of a sentence: each date belongs to the verb that follows it."""
    waiting: list[date] = []
    holiday: list[date] = []
    month: int | None = None
    for found in _SPAN.finditer(sentence):
        if found["off"] or found["on"]:
            yield from ((day, bool(found["on"])) for day in waiting)
            holiday = [] if found["on"] or not waiting else waiting
            waiting = []
        elif found["total"]:
            if holiday and len(holiday) != int(found["total"]):
                raise _no(
                    msg(
                        "From {day} {count} days are free, but the text says {total}. Please look at them.",
                        day=holiday[0].isoformat(),
                        count=len(holiday),
                        total=int(found["total"]),
                    )
                )
        else:
            days, month = _span(found, year, month)
            waiting += days


def _span(found: re.Match[str], year: int, month: int | None) -> tuple[list[date], int | None]:
    first = _day(found, "a", year, month)
    if first is None:
        return [], month
    if found["bd"] is None:
        return [first], first.month
    last = _day(found, "b", first.year, first.month)
    if last is None or not 0 <= (last - first).days < _LONGEST_HOLIDAY:
        raise _no(
            msg("“{words}” is no period of a holiday. Please look at these dates.", words=found[0][:60])
        )
    return [first + timedelta(days=at) for at in range((last - first).days + 1)], last.month


def _day(found: re.Match[str], which: str, year: int, month: int | None) -> date | None:
    """One day; None for a day without any month, such as the 25日 of a signature."""
    number = int(found[f"{which}m"]) if found[f"{which}m"] else month
    if number is None:
        return None
    words = found[0][:60]
    try:
        day = date(int(found[f"{which}y"] or year), number, int(found[f"{which}d"]))
    except ValueError:
        raise _no(msg("“{words}” names a day that does not exist. Please look at it.", words=words)) from None
    weekday = _WEEKDAY.search(found[f"aside_{which}"] or "")
    if weekday and _WEEKDAYS[weekday[1]] != day.weekday():
        raise _no(
            msg(
                "“{words}”: in {year} this is another day of the week. Please look at the date and the year.",
                words=words,
                year=day.year,
            )
        )
    return day
