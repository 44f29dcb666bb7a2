"""Staff forms of the surveys."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import Optional

from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.surveys.actions.editing import TEXT_LIMIT, TITLE_LIMIT
from engage.surveys.labels import LABELS
from engage.surveys.models import Layout
from engage.web.forms import AtMost, Needed, OfficialTextField, StaffForm, sentence, stripped
from engage.web.languages import render


class NewSurveyForm(StaffForm):
    title_zh = StringField(
        _l("Title in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the Chinese title.")), AtMost(TITLE_LIMIT)],
    )
    title_en = StringField(_l("Title in English"), filters=[stripped], validators=[AtMost(TITLE_LIMIT)])
    unit = SelectField(_l("Unit"), coerce=int, validators=[Needed(msg("Please choose the unit."))])
    activity = SelectField(
        _l("Activity of a theme day"),
        coerce=int,
        description=_l("The survey then appears on that theme day's page."),
    )


class SettingsForm(StaffForm):
    revision = HiddenField()
    title_zh = StringField(
        _l("Title in Chinese"),
        filters=[stripped],
        validators=[Needed(msg("Please enter the Chinese title.")), AtMost(TITLE_LIMIT)],
    )
    title_en = StringField(_l("Title in English"), filters=[stripped], validators=[AtMost(TITLE_LIMIT)])
    introduction_zh = OfficialTextField(
        _l("Introduction in Chinese"),
        filters=[stripped],
        description=_l("Who asks, why, and what the answers are used for."),
        validators=[AtMost(TEXT_LIMIT)],
    )
    introduction_en = OfficialTextField(
        _l("Introduction in English"), filters=[stripped], validators=[AtMost(TEXT_LIMIT)]
    )
    thanks_zh = OfficialTextField(
        _l("Words of thanks in Chinese"),
        filters=[stripped],
        description=_l("Shown with the receipt code: what happens next."),
        validators=[AtMost(TEXT_LIMIT)],
    )
    thanks_en = OfficialTextField(
        _l("Words of thanks in English"), filters=[stripped], validators=[AtMost(TEXT_LIMIT)]
    )
    layout = RadioField(
        _l("How the pages are shown"), validators=[Needed(msg("Please choose how the pages are shown."))]
    )
    one_per_device = BooleanField(_l("One response from each device"))
    activity = SelectField(_l("Activity of a theme day"), coerce=int)

    def layouts(self) -> None:
        """Fill in the layouts in the language of this request."""
        self.layout.choices = [(layout.value, sentence(LABELS[layout])) for layout in Layout]


class PublishForm(StaffForm):
    """When the survey is open; ``problem`` is what keeps its questions from being published."""

    problem = ""

    def refuse(self, invalid: Invalid) -> None:
        """Show each sentence where it belongs: one about the questions is about no field of this form."""
        about_fields = {name: sentence for name, sentence in invalid.errors.items() if name != "questions"}
        super().refuse(Invalid(about_fields))
        if "questions" in invalid.errors:
            self.problem = render(invalid.errors["questions"])

    opens_at = DateTimeLocalField(
        _l("Opens"),
        validators=[Optional()],
        description=_l("Leave empty to open at once."),
    )
    closes_at = DateTimeLocalField(
        _l("Closes"),
        validators=[Optional()],
        description=_l("Leave empty to close it by hand."),
    )
