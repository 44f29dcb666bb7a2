"""Saving the site settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import changes, record
from engage.core.actor import SYSTEM, Actor
from engage.core.calendar import read_dates
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import Message, msg, too_long
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.settings.entries import SETTINGS_CHANGED, WORKING_DAYS_CHANGED
from engage.settings.events import SettingsChanged
from engage.settings.models import ONLY_ID, SiteSettings
from engage.settings.notice import Notice
from engage.settings.rules import (
    ENDINGS,
    PLAIN_LIMITS,
    TEXT_LIMITS,
    colour_problem,
    site_code_problem,
    zone_problem,
)


@dataclass(frozen=True, slots=True)
class SettingsFields:
    """Everything an administrator says about the site, but for the emblem."""

    city: Localized
    name: Localized
    organiser: Localized
    undertaker: Localized
    contact: Localized
    icp: str
    police_filing: str
    site_code: str
    primary_colour: str
    time_zone: str


def save_settings(
    actor: Actor,
    fields: SettingsFields,
    *,
    emblem: str | bool | None = True,
    revision: int | None = None,
) -> None:
    """Save the settings. ``emblem``: a stored file's name, ``None`` for the standard one, ``True`` keeps it.

    ``revision`` is the one that was looked at; ``None`` writes over whatever is there. Raises ``Invalid`` by
    field (names of texts end in ``_zh`` or ``_en``), ``Conflict`` where someone else saved in the meantime.
    """
    require(actor, Permission.SETTINGS_EDIT)
    _check(fields)
    wanted = asdict(fields) | ({} if isinstance(emblem, bool) else {"emblem": emblem})
    with atomic():
        row = _row()
        before, after = changes({name: getattr(row, name) for name in wanted}, wanted)
        if not after and row.revision:
            return
        if revision is not None and revision != row.revision:
            raise Conflict
        for name, value in after.items():
            setattr(row, name, value)
        row.revision += 1
        row.updated_at = now()
        label = fields.name.text()
        record(actor, SETTINGS_CHANGED, "settings", ONLY_ID, before, after, label=label)
        publish(SettingsChanged(row.revision))


def save_working_days(actor: Actor, notice: Notice) -> None:
    """Let the days of ``notice`` stand for its year, in place of those stored for it before.

    The same once more changes nothing. Due dates already set stay as they are.
    """
    require(actor, Permission.UNIT_MANAGE)
    with atomic():
        row = _row()
        stored = {date.fromisoformat(day): works for day, works in row.working_days.items()}
        before = {
            day: works for day, works in stored.items() if day.year == notice.year or day in notice.days
        }
        if before == dict(notice.days) and row.revision:
            return
        kept = {day: works for day, works in stored.items() if day not in before}
        after = dict(sorted((kept | dict(notice.days)).items()))
        row.working_days = {day.isoformat(): works for day, works in after.items()}
        row.revision += 1
        row.updated_at = now()
        year = str(notice.year)
        told = ({"year": year} | _told(before)) if before else None
        record(
            actor,
            WORKING_DAYS_CHANGED,
            "settings",
            ONLY_ID,
            told,
            {"year": year} | _told(notice.days),
            label=year,
        )
        publish(SettingsChanged(row.revision))


def _told(days: Mapping[date, bool]) -> dict[str, list[str]]:
    return {
        "holidays": [day.isoformat() for day, works in days.items() if not works],
        "worked": [day.isoformat() for day, works in days.items() if works],
    }


def import_working_days(path: Path) -> int:
    """Store the days of the file that earlier versions read, and rename it; answers how many there were.

    Raises ``CalendarError`` for a line that cannot be understood: nothing is stored then.
    """
    days = read_dates(path)
    for year in sorted({day.year for day in days}):
        save_working_days(SYSTEM, Notice(year, {day: days[day] for day in sorted(days) if day.year == year}))
    if path.exists():
        path.rename(path.with_name(f"{path.name}.imported"))
    return len(days)


def _row() -> SiteSettings:
    row = db.session.get(SiteSettings, ONLY_ID)
    if row is None:
        row = SiteSettings(id=ONLY_ID, revision=0, working_days={})
        db.session.add(row)
        db.session.flush()
    return row


def _check(fields: SettingsFields) -> None:
    errors: dict[str, Message] = {}
    for name, limit in TEXT_LIMITS.items():
        text: Localized = getattr(fields, name)
        for language, ending in ENDINGS.items():
            if (count := len(text.get(language, ""))) > limit:
                errors[f"{name}_{ending}"] = too_long(count, limit)
    for name in ("city", "name"):
        if not getattr(fields, name).get("zh_CN"):
            errors[f"{name}_zh"] = msg("Please enter the Chinese name.")
    for name, limit in PLAIN_LIMITS.items():
        if (count := len(getattr(fields, name))) > limit:
            errors[name] = too_long(count, limit)
    problems = {
        "primary_colour": colour_problem(fields.primary_colour),
        "time_zone": zone_problem(fields.time_zone),
        "site_code": site_code_problem(fields.site_code),
    }
    errors |= {name: problem for name, problem in problems.items() if problem is not None}
    if errors:
        raise Invalid(errors)
