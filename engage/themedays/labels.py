"""The words for the enums of this domain."""

from __future__ import annotations

from typing import Any

from engage.core.messages import Message, msg
from engage.themedays.models import ActivityState, Form, PlanRowState, ThemeDayState
from engage.themedays.rules import ActivityPhase

FORMS: dict[Form, Message] = {
    Form.SITE_VISIT: msg("Site visit"),
    Form.SYMPOSIUM: msg("Symposium"),
    Form.BRIEFING: msg("Policy briefing"),
    Form.QUESTIONNAIRE: msg("Questionnaire"),
    Form.ONLINE: msg("Online interaction"),
}

FORM_TEXTS: dict[Form, Message] = {
    Form.SITE_VISIT: msg("See on the spot how it works, or attend an important meeting."),
    Form.SYMPOSIUM: msg("Sit down together and talk; what was said is recorded and answered."),
    Form.BRIEFING: msg("The policy explained in plain words, face to face."),
    Form.QUESTIONNAIRE: msg("Say how it is going, online or on paper."),
    Form.ONLINE: msg("Comment on a draft or ask in a live interview."),
}

LABELS: dict[type, dict[Any, Message]] = {
    Form: FORMS,
    PlanRowState: {
        PlanRowState.DRAFT: msg("Draft"),
        PlanRowState.FILED: msg("Filed"),
        PlanRowState.RETURNED: msg("Returned"),
        PlanRowState.ARRANGED: msg("Arranged"),
    },
    ThemeDayState: {
        ThemeDayState.DRAFT: msg("Not public yet"),
        ThemeDayState.PUBLISHED: msg("Published"),
        ThemeDayState.CANCELLED: msg("Cancelled"),
    },
    ActivityState: {
        ActivityState.DRAFT: msg("Draft"),
        ActivityState.PUBLISHED: msg("Published"),
        ActivityState.CANCELLED: msg("Cancelled"),
    },
    ActivityPhase: {
        ActivityPhase.DRAFT: msg("Draft"),
        ActivityPhase.ANNOUNCED: msg("Announced to the public"),
        ActivityPhase.RUNNING: msg("Being held"),
        ActivityPhase.HELD: msg("Held, report due"),
        ActivityPhase.REPORTED: msg("Reported"),
        ActivityPhase.CANCELLED: msg("Cancelled"),
    },
}
