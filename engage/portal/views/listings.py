"""All open and coming surveys, all open and coming live sessions: what an address without an id leads to."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.portal.queries import things
from engage.portal.queries.things import Kind
from engage.portal.views._blueprint import blueprint
from engage.web.guards import public


@blueprint.get("/surveys/")
@public
def surveys() -> ResponseReturnValue:
    """Every survey that is open or announced."""
    return _listing(
        Kind.SURVEY, _("Surveys"), _("Tell the city what works, what does not, and what you wish for.")
    )


@blueprint.get("/live/")
@public
def live_sessions() -> ResponseReturnValue:
    """Every live session in progress, collecting questions or announced."""
    return _listing(Kind.LIVE, _("Live sessions"), _("Ask those who decide, and hear their answer."))


def _listing(kind: Kind, title: str, lead: str) -> str:
    offered = things.offered()
    return render_template(
        "portal/listing.html",
        kind=kind,
        title=title,
        lead=lead,
        open_now=[thing for thing in offered.now if thing.kind is kind],
        coming=[thing for thing in offered.coming if thing.kind is kind],
    )
