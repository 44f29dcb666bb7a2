"""Staff forms of the consultations."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from engage.consultations.labels import LABELS
from engage.consultations.models import Kind
from engage.consultations.rules.clauses import DRAFT_CHARACTERS
from engage.consultations.rules.periods import minimum_words
from engage.consultations.rules.terms import (
    BACKGROUND_LIMIT,
    CONTACT_LIMIT,
    REASON_LIMIT,
    TITLE_LIMIT,
    Terms,
)
from engage.core.clock import from_local, local, minute
from engage.core.messages import msg
from engage.core.types import Localized
from engage.web.forms import AtMost, Needed, OfficialTextField, StaffForm, stripped
from engage.web.languages import render

_TEXTS = ("title", "background", "contact", "short_reason")


class TermsForm(StaffForm):
    unit = SelectField(_l("Unit"), coerce=int, validators=[Needed(msg("Please choose the unit."))])
    kind = SelectField(
        _l("Kind"),
        description=_l("It decides how long people must be given at least."),
        validators=[Needed(msg("Please choose the unit."))],
    )
    title = StringField(
        _l("Title in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the title.")), AtMost(TITLE_LIMIT)],
    )
    title_en = StringField(_l("Title in English"), filters=[stripped], validators=[AtMost(TITLE_LIMIT)])
    background = OfficialTextField(
        _l("What this is about, in Chinese"),
        filters=[stripped],
        description=_l("Why the draft was written and what it changes, in plain words."),
        validators=[AtMost(BACKGROUND_LIMIT)],
    )
    background_en = OfficialTextField(
        _l("What this is about, in English"), filters=[stripped], validators=[AtMost(BACKGROUND_LIMIT)]
    )
    opens_at = DateTimeLocalField(_l("Opens"), validators=[Optional()])
    closes_at = DateTimeLocalField(_l("Closes"), validators=[Optional()])
    short_reason = TextAreaField(
        _l("Why the period is short"),
        filters=[stripped],
        description=_l("Needed only where it is shorter than the kind asks for. It is published."),
        validators=[AtMost(REASON_LIMIT)],
    )
    short_reason_en = TextAreaField(
        _l("Why the period is short, in English"), filters=[stripped], validators=[AtMost(REASON_LIMIT)]
    )
    contact = StringField(
        _l("Contact"),
        filters=[stripped],
        description=_l("An office with telephone and address, not a person's mobile number."),
        validators=[AtMost(CONTACT_LIMIT)],
    )
    contact_en = StringField(
        _l("Contact, in English"), filters=[stripped], validators=[AtMost(CONTACT_LIMIT)]
    )
    review_first = BooleanField(_l("Comments are reviewed before they are published"))
    activity_id = SelectField(_l("Activity of a theme day"), coerce=int)

    def kinds(self) -> None:
        """Fill in the kinds with their shortest periods in the language of this request."""
        self.kind.choices = [
            (kind.value, render(LABELS[Kind][kind]) + gettext(" (%(period)s)", period=words))
            for kind, words in ((kind, render(minimum_words(kind))) for kind in Kind)
        ]

    def show(self, terms: Terms, zone: ZoneInfo) -> None:
        """Fill in the fields from terms."""
        for name in _TEXTS:
            text: Localized = getattr(terms, name)
            self[name].data = text.get("zh_CN", "")
            self[f"{name}_en"].data = text.get("en", "")
        self.kind.data = terms.kind.value
        self.opens_at.data = _wall(terms.opens_at, zone)
        self.closes_at.data = _wall(terms.closes_at, zone)
        self.review_first.data = terms.review_first
        self.activity_id.data = terms.activity_id or 0

    def terms(self, zone: ZoneInfo) -> Terms:
        """What was typed, as terms."""
        return Terms(
            kind=Kind(self.kind.data),
            opens_at=from_local(self.opens_at.data, zone) if self.opens_at.data else None,
            closes_at=from_local(self.closes_at.data, zone) if self.closes_at.data else None,
            review_first=bool(self.review_first.data),
            activity_id=self.activity_id.data or None,
            **{name: _both(self, name) for name in _TEXTS},
        )


class PeriodForm(StaffForm):
    """A new end for a period that is over."""

    closes_at = DateTimeLocalField(_l("Closes"), validators=[Needed(msg("Please choose when it closes."))])
    short_reason = TextAreaField(
        _l("Why the period is short"),
        filters=[stripped],
        description=_l(
            "Needed where the days on which people can comment are fewer than the kind asks for; those on "
            "which it was closed are not counted. It is published."
        ),
        validators=[AtMost(REASON_LIMIT)],
    )

    def end(self, zone: ZoneInfo) -> datetime | None:
        """The end as a moment."""
        return from_local(self.closes_at.data, zone) if self.closes_at.data else None


class ContactForm(StaffForm):
    contact = StringField(
        _l("Contact"),
        filters=[stripped],
        description=_l("An office with telephone and address, not a person's mobile number."),
        validators=[
            Needed(msg("Please give an office, telephone number or address people can turn to.")),
            AtMost(CONTACT_LIMIT),
        ],
    )
    contact_en = StringField(
        _l("Contact, in English"), filters=[stripped], validators=[AtMost(CONTACT_LIMIT)]
    )

    def texts(self) -> Localized:
        """The contact as typed."""
        return _both(self, "contact")


class TextForm(StaffForm):
    text = TextAreaField(
        _l("Text of the draft"),
        description=_l(
            "Paste the text or Markdown. Chapters and articles (第一章, 第一条), 一、（一）1. and Markdown "
            "headings are recognised; you can correct the split afterwards. A text with # headings, **bold** "
            "words or tables is shown as Markdown, any other exactly as it is written."
        ),
        filters=[stripped],
        validators=[Needed(msg("Please paste the text of the draft.")), AtMost(DRAFT_CHARACTERS)],
    )


class ResultForm(StaffForm):
    note = OfficialTextField(
        _l("Adoption feedback in Chinese"),
        filters=[stripped],
        description=_l("How the opinions were considered, which were adopted and why others were not."),
    )
    note_en = OfficialTextField(_l("Adoption feedback in English"), filters=[stripped])


def _both(form: StaffForm, name: str) -> Localized:
    return Localized(zh_CN=form[name].data or "", en=form[f"{name}_en"].data or "")


def _wall(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return minute(local(moment, zone)).replace(tzinfo=None) if moment else None
