"""How long people must be given to comment, by the kind of what is consulted on.

Sources: 重大行政决策程序暂行条例 第十五条 (generally 30 days; a shorter period needs a published reason);
优化营商环境条例 第六十二条 (30 days where enterprises are affected); 城乡规划法 第二十六条 (plans: 30 days);
for normative documents the field's practice of 7 working days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from engage.consultations.models import Kind
from engage.core.calendar import working_days_between
from engage.core.clock import DEFAULT_ZONE, local
from engage.core.messages import Message, msg


@dataclass(frozen=True, slots=True)
class Minimum:
    """The shortest period, in days or in working days; the day of opening is not counted."""

    days: int = 0
    working_days: int = 0


MINIMUM: Final[dict[Kind, Minimum]] = {
    Kind.MAJOR_DECISION: Minimum(days=30),
    Kind.NORMATIVE: Minimum(working_days=7),
    Kind.BUSINESS: Minimum(days=30),
    Kind.PLANNING: Minimum(days=30),
    Kind.OTHER: Minimum(),
}
# The last day counts in full where the clock stops in its last hours.
_END_OF_DAY_HOUR: Final = 17


def length(opens_at: datetime, closes_at: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> tuple[int, int]:
    """The period in days and in working days, not counting the day it opens."""
    first, last = _days(opens_at, closes_at, zone)
    return max(0, (last - first).days), working_days_between(first, last)


def is_short(kind: Kind, opens_at: datetime, closes_at: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> bool:
    """Whether the period is shorter than `kind` asks for, so that a reason must be published."""
    days, working_days = length(opens_at, closes_at, zone)
    minimum = MINIMUM[kind]
    return days < minimum.days or working_days < minimum.working_days


def minimum_words(kind: Kind) -> Message:
    """The shortest period of `kind` as a sentence."""
    minimum = MINIMUM[kind]
    if minimum.days:
        return msg("at least {days} days", days=minimum.days)
    if minimum.working_days:
        return msg("at least {days} working days", days=minimum.working_days)
    return msg("no minimum")


def _days(opens_at: datetime, closes_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    end = local(closes_at, zone)
    last = end.date()
    if end.hour < _END_OF_DAY_HOUR:
        last = date.fromordinal(last.toordinal() - 1)
    return local(opens_at, zone).date(), last
