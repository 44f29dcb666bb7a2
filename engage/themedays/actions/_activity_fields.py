"""What is announced of an activity: checked, put into it, and told to the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engage.core.errors import Invalid
from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.themedays.actions._load import check_texts
from engage.themedays.models import Activity, Form
from engage.themedays.rules import NOTE_LIMIT, ON_SITE, TEXT_LIMIT, THEME_LIMIT

_NOTHING = Localized()


@dataclass(frozen=True, slots=True)
class ActivityFields:
    """What is announced of an activity; times are aware UTC, ``agenda`` is Markdown."""

    form: Form
    title: Localized
    summary: Localized = _NOTHING
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: Localized = _NOTHING
    agenda: Localized = _NOTHING
    contact: Localized = _NOTHING
    address: str = ""


_FIELDS = tuple(ActivityFields.__dataclass_fields__)


def put_activity(activity: Activity, fields: ActivityFields) -> None:
    """Write ``fields`` into an activity; its revision counts what changed."""
    before = activity_state(activity)
    for name in _FIELDS:
        setattr(activity, name, getattr(fields, name))
    if activity_state(activity) != before:
        activity.revision = (activity.revision or 0) + 1


def activity_state(activity: Activity) -> dict[str, Any]:
    """What the audit log keeps of an activity."""
    return {name: getattr(activity, name) for name in _FIELDS}


def missing_in_activity(said: Activity | ActivityFields) -> dict[str, Message]:
    """Sentences by field for what people must be told before they come to an activity on site."""
    if said.form not in ON_SITE:
        return {}
    errors: dict[str, Message] = {}
    if said.starts_at is None:
        errors["starts_at"] = msg("Please enter when it starts.")
    if said.ends_at is None:
        errors["ends_at"] = msg("Please enter when it ends.")
    if not said.place.get("zh_CN"):
        errors["place_zh"] = msg("Please enter the place.")
    return errors


def check_activity(fields: ActivityFields, *, published: bool = False) -> None:
    """Raise ``Invalid`` for what no activity may say, and for what one that is ``published`` must say."""
    errors = check_texts(
        {
            "title": (fields.title, THEME_LIMIT),
            "summary": (fields.summary, TEXT_LIMIT),
            "place": (fields.place, THEME_LIMIT),
            "agenda": (fields.agenda, TEXT_LIMIT),
            "contact": (fields.contact, NOTE_LIMIT),
            "address": (fields.address, NOTE_LIMIT),
        }
    )
    if not fields.title.get("zh_CN"):
        errors["title_zh"] = msg("Please enter the Chinese title.")
    if fields.ends_at is not None and (fields.starts_at is None or fields.ends_at <= fields.starts_at):
        errors["ends_at"] = msg("The end must come after the start.")
    if fields.address and not fields.address.startswith("https://"):
        errors["address"] = msg("Please enter an address that begins with https://.")
    if published:
        errors = missing_in_activity(fields) | errors
    if errors:
        raise Invalid(errors)
