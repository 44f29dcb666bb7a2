"""The staff's forms of a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from engage.cases.actions import ANSWER_LIMIT, REASON_LIMIT
from engage.core.messages import msg
from engage.web.forms import AtMost, Needed, OneOf, StaffForm, stripped


class AnswerForm(StaffForm):
    revision = HiddenField()
    text = TextAreaField(
        _l("Answer"),
        [Needed(msg("Please write the answer.")), AtMost(ANSWER_LIMIT)],
        filters=[stripped],
        render_kw={"rows": 8},
        description=_l("It is published at once where the question was asked."),
    )


class ReassignForm(StaffForm):
    case_revision = HiddenField()
    unit = OneOf(_l("To which unit"), coerce=int, render_kw={"required": True})
    reason = TextAreaField(
        _l("Reason"),
        [
            Needed(msg("Please give a reason of at most {limit} characters.", limit=REASON_LIMIT)),
            AtMost(REASON_LIMIT),
        ],
        filters=[stripped],
        render_kw={"rows": 2},
    )
