"""Time: aware UTC inside, the site's zone only at the edges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")

_site_zone: list[Callable[[], ZoneInfo]] = [lambda: DEFAULT_ZONE]


def provide_zone(provider: Callable[[], ZoneInfo]) -> None:
    """Let ``provider`` say on which clocks the site lives (the settings do)."""
    _site_zone[0] = provider


def site_zone() -> ZoneInfo:
    """The zone of the site's clocks."""
    return _site_zone[0]()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def minute(moment: datetime | None = None) -> datetime:
    """``moment`` (default: now) cut to the minute, the finest time stored beside what citizens say."""
    return (moment or now()).replace(second=0, microsecond=0)


def as_shown(typed: datetime | None, stored: datetime | None) -> datetime | None:
    """``typed``, or ``stored`` where it is the same minute: a form shows no finer."""
    same = typed is not None and stored is not None and minute(typed) == minute(stored)
    return stored if same else typed


def local(moment: datetime, zone: ZoneInfo | None = None) -> datetime:
    """``moment`` on the clocks of ``zone`` (default: the site's)."""
    return moment.astimezone(zone or site_zone())


def today(zone: ZoneInfo | None = None) -> date:
    """The calendar day in ``zone`` (default: the site's)."""
    return local(now(), zone).date()


def from_local(naive: datetime, zone: ZoneInfo | None = None) -> datetime:
    """A wall-clock time typed in ``zone`` as aware UTC."""
    return naive.replace(tzinfo=zone or site_zone()).astimezone(UTC)


def start_of_day(day: date, zone: ZoneInfo | None = None) -> datetime:
    """Midnight at which ``day`` begins in ``zone``, as aware UTC."""
    return from_local(datetime.combine(day, time.min), zone)
