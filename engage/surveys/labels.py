"""The words for the enums of this domain, registered by the factory."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from engage.surveys.models import Layout, Source, State
from engage.surveys.rules import Phase

LABELS = {
    State.DRAFT: _l("Draft"),
    State.PUBLISHED: _l("Published"),
    State.WITHDRAWN: _l("Withdrawn"),
    State.ARCHIVED: _l("Archived"),
    Phase.DRAFT: _l("Draft"),
    Phase.ANNOUNCED: _l("Not open yet"),
    Phase.OPEN: _l("Open"),
    Phase.CLOSED: _l("Closed"),
    Phase.WITHDRAWN: _l("Withdrawn"),
    Phase.ARCHIVED: _l("Archived"),
    Layout.PAGE_BY_PAGE: _l("Page by page"),
    Layout.ALL_AT_ONCE: _l("All on one page"),
    Source.WEB: _l("Web"),
    Source.PAPER: _l("Paper"),
    Source.HALL: _l("Service hall"),
    Source.TELEPHONE: _l("Telephone"),
    Source.INTERVIEWER: _l("Interviewer"),
}
