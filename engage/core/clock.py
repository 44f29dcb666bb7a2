"""Time: aware UTC inside, the site's zone only at the edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def minute(moment: datetime | None = None) -> datetime:
    """``moment`` (default: now) cut to the minute, the finest time stored beside what citizens say."""
    return (moment or now()).replace(second=0, microsecond=0)


def local(moment: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> datetime:
    """``moment`` on the clocks of ``zone``."""
    return moment.astimezone(zone)


def today(zone: ZoneInfo = DEFAULT_ZONE) -> date:
    """The calendar day in ``zone``."""
    return local(now(), zone).date()


def from_local(naive: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> datetime:
    """A wall-clock time typed in ``zone`` as aware UTC."""
    return naive.replace(tzinfo=zone).astimezone(UTC)


def start_of_day(day: date, zone: ZoneInfo = DEFAULT_ZONE) -> datetime:
    """Midnight at which ``day`` begins in ``zone``, as aware UTC."""
    return from_local(datetime.combine(day, time.min), zone)
