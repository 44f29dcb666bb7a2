"""The form of the site settings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from engage.core.messages import msg
from engage.settings.rules import PLAIN_LIMITS, TEXT_LIMITS, ZONES
from engage.web.forms import AtMost, Needed, OneOf, StaffForm, options, stripped

_ZONE_WORDS = {
    "Asia/Shanghai": _l("Beijing time (Asia/Shanghai)"),
    "Asia/Urumqi": _l("Urumqi (Asia/Urumqi)"),
    "UTC": _l("Universal time (UTC)"),
}


class SettingsForm(StaffForm):
    revision = HiddenField()
    city_zh = StringField(
        _l("Name of the city in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the Chinese name.")), AtMost(TEXT_LIMITS["city"])],
    )
    city_en = StringField(
        _l("Name of the city in English"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["city"])]
    )
    name_zh = StringField(
        _l("Name of the site in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the Chinese name.")), AtMost(TEXT_LIMITS["name"])],
    )
    name_en = StringField(
        _l("Name of the site in English"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["name"])]
    )
    emblem = FileField(
        _l("New emblem"), description=_l("PNG, JPEG or WebP, at most 2 MB; shown at 56 pixels.")
    )
    remove_emblem = BooleanField(_l("Use the standard emblem"))
    primary_colour = StringField(
        _l("Main colour"),
        filters=[stripped],
        description=_l("Such as #0e4a8f. A colour too light to read white text on is darkened."),
        validators=[
            Needed(msg("Please enter a colour as # and six digits or letters a-f, such as #0e4a8f."))
        ],
    )
    organiser_zh = StringField(
        _l("Organiser in Chinese"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["organiser"])]
    )
    organiser_en = StringField(
        _l("Organiser in English"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["organiser"])]
    )
    undertaker_zh = StringField(
        _l("Operated by, in Chinese"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["undertaker"])]
    )
    undertaker_en = StringField(
        _l("Operated by, in English"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["undertaker"])]
    )
    contact_zh = TextAreaField(
        _l("Contact in Chinese"),
        filters=[stripped],
        description=_l("The office's telephone and address, as citizens shall see them."),
        validators=[AtMost(TEXT_LIMITS["contact"])],
    )
    contact_en = TextAreaField(
        _l("Contact in English"), filters=[stripped], validators=[AtMost(TEXT_LIMITS["contact"])]
    )
    icp = StringField(_l("ICP filing number"), filters=[stripped], validators=[AtMost(PLAIN_LIMITS["icp"])])
    police_filing = StringField(
        _l("Public-security filing number"),
        filters=[stripped],
        validators=[AtMost(PLAIN_LIMITS["police_filing"])],
    )
    site_code = StringField(
        _l("Site identification code"), filters=[stripped], validators=[AtMost(PLAIN_LIMITS["site_code"])]
    )
    time_zone = OneOf(
        _l("Time zone"),
        validators=[Needed(msg("Please choose one of the list."))],
        choices=options((name, _ZONE_WORDS[name]) for name in ZONES),
    )
