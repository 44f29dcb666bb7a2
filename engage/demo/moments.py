"""Days and times of the demonstration, all counted from the moment it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engage.core.calendar import add_working_days, is_working_day
from engage.core.clock import from_local, now, today

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the demonstration; ``offset`` is its distance from the present one."""

    year: int
    month: int
    offset: int


@dataclass(frozen=True, slots=True)
class Moments:
    """``now`` is aware UTC, ``today`` the day on the site's clocks."""

    now: datetime
    today: date

    @classmethod
    def present(cls) -> Moments:
        return cls(now().replace(microsecond=0), today())

    def month(self, offset: int) -> Month:
        """The month ``offset`` months from the present one."""
        years, month = divmod(self.today.month - 1 + offset, _MONTHS)
        return Month(self.today.year + years, month + 1, offset)

    def months(self) -> list[Month]:
        """The twelve months of this year, and as many before as it takes to look back on four."""
        first = min(1 - self.today.month, -4)
        return [self.month(offset) for offset in range(first, _MONTHS - self.today.month + 1)]

    def theme_day(self, month: Month) -> date:
        """Today in the present month, else the first working day from the 18th on."""
        if month.offset == 0:
            return self.today
        day = date(month.year, month.month, 18)
        while not is_working_day(day):
            day += timedelta(days=1)
        return day

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A time on the site's clocks."""
        return from_local(datetime.combine(day, time(hour, minute)))

    def days(self, count: int, hour: int = 9, minute: int = 0) -> datetime:
        """A time ``count`` days from today."""
        return self.at(self.today + timedelta(days=count), hour, minute)

    def working_day(self, count: int) -> date:
        """The ``count``-th working day after today."""
        return add_working_days(self.today, count)

    def working_day_before(self, days: int) -> date:
        """The last working day that is at least ``days`` days past."""
        day = self.today - timedelta(days=days)
        while not is_working_day(day):
            day -= timedelta(days=1)
        return day
