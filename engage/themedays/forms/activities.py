"""The forms of activities and their reports."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from engage.core.messages import msg
from engage.core.types import Localized
from engage.themedays.actions.activities import ActivityFields
from engage.themedays.actions.reports import ReportFields, draft_of
from engage.themedays.forms._fields import (
    Choice,
    Moment,
    both,
    long_text,
    name_of,
    official_text,
    shown,
    text,
    wall,
)
from engage.themedays.models import Activity, Form
from engage.themedays.rules import ALT_LIMIT, ARTICLE_LIMIT, NOTE_LIMIT, TEXT_LIMIT, THEME_LIMIT
from engage.web.display import label
from engage.web.forms import Needed, StaffForm, options


class ActivityForm(StaffForm):
    revision = HiddenField()
    unit = Choice(_l("Unit"), coerce=int)
    form = Choice(_l("Form"))
    title_zh = text(_l("Title"), THEME_LIMIT, Needed(msg("Please enter the Chinese title.")))
    title_en = text(_l("Title in English"), THEME_LIMIT)
    summary_zh = long_text(_l("Summary"), TEXT_LIMIT, rows=3, description=_l("Two or three sentences."))
    summary_en = long_text(_l("Summary in English"), TEXT_LIMIT, rows=2)
    starts_at = Moment(_l("Starts"))
    ends_at = Moment(_l("Ends"))
    place_zh = text(_l("Place"), THEME_LIMIT, description=_l("Where people go: street, house, room."))
    place_en = text(_l("Place in English"), THEME_LIMIT)
    agenda_zh = official_text(
        _l("Agenda"), TEXT_LIMIT, description=_l("One item a line, such as “1. Welcome”.")
    )
    agenda_en = official_text(_l("Agenda in English"), TEXT_LIMIT, rows=2)
    contact_zh = text(
        _l("Contact"),
        NOTE_LIMIT,
        description=_l("Public: an office and its telephone number, no private number."),
    )
    contact_en = text(_l("Contact in English"), NOTE_LIMIT)
    address = text(
        _l("Web address"),
        NOTE_LIMIT,
        description=_l("For what is held elsewhere online, such as a video conference: its https address."),
    )

    def offer(self, units: Any) -> None:
        """Fill the lists."""
        self.unit.choices = options((unit.id, name_of(unit)) for unit in units)
        self.form.choices = options((form.value, label(form)) for form in Form)

    def fields(self) -> ActivityFields:
        """What was typed, as the actions take it."""
        return ActivityFields(
            form=Form(self.form.data),
            title=both(self, "title"),
            summary=both(self, "summary"),
            starts_at=self.starts_at.moment,
            ends_at=self.ends_at.moment,
            place=both(self, "place"),
            agenda=both(self, "agenda"),
            contact=both(self, "contact"),
            address=self.address.data or "",
        )


def activity_data(activity: Activity) -> dict[str, Any]:
    """What the form of a stored activity shows."""
    texts = {name: getattr(activity, name) for name in ("title", "summary", "place", "agenda", "contact")}
    return {
        "revision": activity.revision,
        "unit": activity.unit_id,
        "form": activity.form.value,
        "starts_at": wall(activity.starts_at),
        "ends_at": wall(activity.ends_at),
        "address": activity.address,
        **shown(texts),
    }


class ReportForm(StaffForm):
    """A report; what is marked as needed is asked for when it is published or a photo is added."""

    revision = HiddenField()
    title_zh = text(_l("Headline"), THEME_LIMIT)
    title_en = text(_l("Headline in English"), THEME_LIMIT)
    text_zh = official_text(
        _l("Article"),
        ARTICLE_LIMIT,
        rows=12,
        description=_l("Who took part, what was said, what will be done."),
    )
    text_en = official_text(_l("Article in English"), ARTICLE_LIMIT, rows=3)
    people_reached = IntegerField(_l("How many people took part"), [Optional()])
    photo = FileField(_l("Photo"))
    alt_zh = text(_l("What it shows"), ALT_LIMIT, description=_l("For people who cannot see it."))
    alt_en = text(_l("What it shows, in English"), ALT_LIMIT)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in (self.title_zh, self.text_zh, self.photo, self.alt_zh):
            field.flags.required = True

    def fields(self) -> ReportFields:
        """What was typed, as the actions take it."""
        return ReportFields(both(self, "title"), both(self, "text"), self.people_reached.data)

    def alt(self) -> Localized:
        """What the chosen photo shows."""
        return both(self, "alt")


def report_data(activity: Activity) -> dict[str, Any]:
    """What the form of a report shows: the draft, else what is public."""
    kept = draft_of(activity)
    return {
        "revision": activity.revision,
        "people_reached": kept.people_reached,
        **shown({"title": kept.title, "text": kept.text}),
    }
