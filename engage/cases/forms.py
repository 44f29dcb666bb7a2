"""The staff's forms of a case: each with the revision seen, named differently since they share a page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from engage.cases.actions import ANSWER_LIMIT, REASON_LIMIT
from engage.core.messages import msg
from engage.web.forms import AtMost, Needed, OneOf, StaffForm, stripped


def _answer(label: str, description: str) -> TextAreaField:
    return TextAreaField(
        label,
        [Needed(msg("Please write the answer.")), AtMost(ANSWER_LIMIT)],
        filters=[stripped],
        render_kw={"rows": 8},
        description=description,
    )


def _reason() -> TextAreaField:
    return TextAreaField(
        _l("Reason"),
        [
            Needed(msg("Please give a reason of at most {limit} characters.", limit=REASON_LIMIT)),
            AtMost(REASON_LIMIT),
        ],
        filters=[stripped],
        render_kw={"rows": 2},
    )


def unit_id(value: object) -> int | str:
    """The id of a unit, or the empty choice; what is neither is none of those offered."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else "" if not text else -1


class AnswerForm(StaffForm):
    revision = HiddenField()
    text = _answer(_l("Answer"), _l("It is published at once where the question was asked."))


class CorrectionForm(StaffForm):
    answer_revision = HiddenField()
    corrected = _answer(
        _l("Corrected answer"),
        _l("It takes the place of the published answer at once. The audit log keeps both."),
    )


class ReturnForm(StaffForm):
    return_revision = HiddenField()
    why = _reason()


class ReassignForm(StaffForm):
    case_revision = HiddenField()
    # Nothing is chosen beforehand: a hasty click must not send the case to whichever unit comes first.
    unit = OneOf(_l("To which unit"), [Needed(msg("Please choose a unit."))], coerce=unit_id)
    reason = _reason()
