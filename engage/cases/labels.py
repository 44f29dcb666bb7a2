"""The words for the enums of this domain."""

from __future__ import annotations

from typing import Any

from engage.cases.models import CaseState
from engage.cases.queries import Filter
from engage.cases.rules import Standing
from engage.core.messages import Message, msg

LABELS: dict[type, dict[Any, Message]] = {
    CaseState: {
        CaseState.OPEN: msg("Not answered yet"),
        CaseState.ANSWERED: msg("Already answered"),
        CaseState.WITHDRAWN: msg("Withdrawn"),
    },
    Standing: {
        Standing.OPEN: msg("Not answered yet"),
        Standing.DUE_SOON: msg("Due soon"),
        Standing.OVERDUE: msg("Overdue"),
        Standing.ANSWERED: msg("Answered in time"),
        Standing.ANSWERED_LATE: msg("Answered late"),
        Standing.WITHDRAWN: msg("Withdrawn"),
    },
    Filter: {
        Filter.OPEN: msg("All open"),
        Filter.DUE_SOON: msg("Due soon"),
        Filter.OVERDUE: msg("Overdue"),
        Filter.RETURNED: msg("Given back"),
        Filter.ANSWERED: msg("Already answered"),
        Filter.ALL: msg("All"),
    },
}
