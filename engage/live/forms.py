"""The staff's form of a session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from engage.core.clock import from_local, local
from engage.core.messages import msg
from engage.core.types import Localized
from engage.live.models import LiveSession, NamePolicy
from engage.live.rules.session import INTRODUCTION_MOST, NOTE_MOST, TITLE_MOST
from engage.live.rules.video import ADDRESS_MOST
from engage.web.forms import AtMost, Needed, OfficialTextField, StaffForm, stripped


class _Moment(DateTimeLocalField):
    """A wall-clock time on the site's clocks; its ``data`` is naive."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(
            label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=[Optional()], **options
        )


class SessionForm(StaffForm):
    """``guests`` has a line each: name, then post, separated by a space, comma or bar."""

    revision = HiddenField()
    unit = SelectField(_l("Unit"), [Needed(msg("Please choose the unit."))], coerce=int)
    activity = SelectField(_l("Activity of the theme day"), coerce=int)
    title_zh = StringField(
        _l("Title"),
        [Needed(msg("Please give the session a title.")), AtMost(TITLE_MOST)],
        filters=[stripped],
    )
    title_en = StringField(_l("Title in English"), [Optional(), AtMost(TITLE_MOST)], filters=[stripped])
    introduction = OfficialTextField(
        _l("Introduction"), [Optional(), AtMost(INTRODUCTION_MOST)], filters=[stripped]
    )
    introduction_en = OfficialTextField(
        _l("Introduction, English version"), [Optional(), AtMost(INTRODUCTION_MOST)], filters=[stripped]
    )
    guests = TextAreaField(
        _l("Guests"), [Optional()], filters=[stripped], description=_l("One guest a line: name, then post.")
    )
    collects_from = _Moment(
        _l("Questions are collected from"),
        description=_l("At this time collecting starts by itself. Leave it empty to start it by hand."),
    )
    starts_at = _Moment(_l("The session starts"))
    ends_at = _Moment(_l("It ends about"))
    video_address = StringField(
        _l("Video address"),
        [Optional(), AtMost(ADDRESS_MOST)],
        filters=[stripped],
        description=_l(
            "An HLS stream (.m3u8) or the address of an allowed player. Without one the room is text only."
        ),
    )
    moderators_note = TextAreaField(
        _l("Note for the moderators"), [Optional(), AtMost(NOTE_MOST)], filters=[stripped]
    )
    names = RadioField(
        _l("Names of askers"),
        [InputRequired()],
        choices=[
            SelectChoice(NamePolicy.CHOICE.value, _l("Anonymous or with a nickname")),
            SelectChoice(NamePolicy.ANONYMOUS.value, _l("Anonymous only")),
        ],
        default=NamePolicy.CHOICE.value,
    )
    moderation = BooleanField(_l("Questions are reviewed before they are published"), default=True)
    supports_on = BooleanField(_l("People may support questions of others"), default=True)
    listed = BooleanField(
        _l("Listed on the site"),
        default=True,
        description=_l("Otherwise only people with the link or a long code can join."),
    )

    def values(self) -> dict[str, Any]:
        """The fields as the actions take them; times are aware UTC."""
        return {
            "title": Localized(zh_CN=self.title_zh.data or "", en=self.title_en.data or ""),
            "introduction": Localized(zh_CN=self.introduction.data or "", en=self.introduction_en.data or ""),
            "guests": read_guests(self.guests.data or ""),
            "moderators_note": self.moderators_note.data or "",
            "video_address": self.video_address.data or "",
            "collects_from": _utc(self.collects_from.data),
            "starts_at": _utc(self.starts_at.data),
            "ends_at": _utc(self.ends_at.data),
            "moderation": self.moderation.data,
            "names": NamePolicy(self.names.data),
            "supports_on": self.supports_on.data,
            "listed": self.listed.data,
            "activity_id": self.activity.data or None,
        }


def form_values(session: LiveSession) -> Mapping[str, Any]:
    """What the form of a stored session shows."""
    return {
        "revision": session.revision,
        "unit": session.unit_id,
        "activity": session.activity_id or 0,
        "title_zh": session.title.get("zh_CN", ""),
        "title_en": session.title.get("en", ""),
        "introduction": session.introduction.get("zh_CN", ""),
        "introduction_en": session.introduction.get("en", ""),
        "guests": "\n".join(f"{guest['name']} {guest['post']}".strip() for guest in session.guests),
        "collects_from": _wall(session.collects_from),
        "starts_at": _wall(session.starts_at),
        "ends_at": _wall(session.ends_at),
        "video_address": session.video_address,
        "moderators_note": session.moderators_note,
        "names": session.names.value,
        "moderation": session.moderation,
        "supports_on": session.supports_on,
        "listed": session.listed,
    }


def read_guests(text: str) -> list[dict[str, str]]:
    """Guests from lines of name and post."""
    guests = []
    for line in text.splitlines():
        plain = line.replace("，", " ").replace(",", " ").replace("|", " ").replace("\u3000", " ").strip()
        if plain:
            name, _, post = plain.partition(" ")
            guests.append({"name": name, "post": post.strip()})
    return guests


def _utc(moment: datetime | None) -> datetime | None:
    return from_local(moment) if moment is not None else None


def _wall(moment: datetime | None) -> datetime | None:
    return local(moment).replace(tzinfo=None) if moment is not None else None
