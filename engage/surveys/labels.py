"""The words for the enums of this domain, registered by the factory."""

from __future__ import annotations

from enum import Enum
from typing import Final

from engage.core.messages import Message, msg
from engage.surveys.models import Layout, Source, State
from engage.surveys.rules import Phase

LABELS: Final[dict[Enum, Message]] = {
    State.DRAFT: msg("Draft"),
    State.PUBLISHED: msg("Published"),
    State.WITHDRAWN: msg("Withdrawn"),
    State.ARCHIVED: msg("Archived"),
    State.ARCHIVED_WITHDRAWN: msg("Withdrawn and archived"),
    Phase.DRAFT: msg("Draft"),
    Phase.ANNOUNCED: msg("Not open yet"),
    Phase.OPEN: msg("Open"),
    Phase.CLOSED: msg("Closed"),
    Phase.WITHDRAWN: msg("Withdrawn"),
    Phase.ARCHIVED: msg("Archived"),
    Phase.ARCHIVED_WITHDRAWN: msg("Withdrawn and archived"),
    Layout.PAGE_BY_PAGE: msg("Page by page"),
    Layout.ALL_AT_ONCE: msg("All on one page"),
    Source.WEB: msg("Web"),
    Source.PAPER: msg("Paper"),
    Source.HALL: msg("Service hall"),
    Source.TELEPHONE: msg("Telephone"),
    Source.INTERVIEWER: msg("Interviewer"),
}
