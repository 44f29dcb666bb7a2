"""What the rows that others point to are called, for entries of the log: numbers say nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engage.accounts.models import Unit
from engage.core.db import db
from engage.core.types import Localized
from engage.themedays.models import Activity


def in_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with the name of the unit for ``unit_id`` and the title of the activity for ``activity_id``.

    They stand under ``unit`` and ``activity``; the rest stays as it is.
    """
    told = {name: value for name, value in values.items() if name not in ("unit_id", "activity_id")}
    if "unit_id" in values:
        told["unit"] = _unit(values["unit_id"])
    if "activity_id" in values:
        told["activity"] = _activity(values["activity_id"])
    return told


def _unit(number: int | None) -> Localized | None:
    unit = db.session.get(Unit, number) if number is not None else None
    return unit.name if unit is not None else None


def _activity(number: int | None) -> Localized | None:
    activity = db.session.get(Activity, number) if number is not None else None
    return activity.title if activity is not None else None
