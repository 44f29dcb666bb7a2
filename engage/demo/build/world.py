"""What the builders hand each other: units, people and activities by their keys."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from engage.accounts.models import Unit, User
from engage.demo.moments import Moments
from engage.themedays.models import Activity, ThemeDay

SEED: Final = 20240418
"""The same demonstration everywhere, but for its dates."""


@dataclass(slots=True)
class World:
    """``photos`` is the folder of the reports' photos; ``chance`` the one source of randomness."""

    moments: Moments
    photos: Path
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    theme_days: dict[int, ThemeDay] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)

    def between(self, start: datetime, end: datetime) -> datetime:
        """A time between two, the seconds cut off."""
        moment = start + (end - start) * self.chance.random()
        return moment.replace(second=0, microsecond=0)
