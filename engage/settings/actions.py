"""Saving the site settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import Message, msg, too_long
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.settings.entries import SETTINGS_CHANGED
from engage.settings.events import SettingsChanged
from engage.settings.models import ONLY_ID, SiteSettings
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
        row = db.session.get(SiteSettings, ONLY_ID)
        if row is None:
            row = SiteSettings(id=ONLY_ID, revision=0)
            db.session.add(row)
            db.session.flush()
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
