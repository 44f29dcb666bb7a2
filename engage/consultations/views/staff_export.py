"""The comments of a consultation as a table for spreadsheets: asked for here, written by the worker."""

from __future__ import annotations

from enum import Enum

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.queries import unit_names
from engage.consultations.actions import exporting
from engage.consultations.actions.exporting import Words
from engage.consultations.models import Adoption, CommentState, ExportFormat, ExportState, Source, Stance
from engage.consultations.queries import staff as queries
from engage.consultations.rules.phases import Deed
from engage.consultations.views._args import choice
from engage.consultations.views._blueprints import staff_pages
from engage.core.errors import NotFound
from engage.core.messages import GOING_ON, msg
from engage.moderation.models import ReasonClass
from engage.web.actor import current_actor
from engage.web.display import label, local
from engage.web.downloads import download
from engage.web.guards import staff
from engage.web.languages import current_language, render
from engage.web.limits import limited
from engage.web.site import current_site

_COLUMNS: dict[str, type[Enum]] = {
    "stance": Stance,
    "source": Source,
    "state": CommentState,
    "reason": ReasonClass,
    "adoption": Adoption,
}


@staff_pages.post("/<public_id>/exports")
@staff(Permission.COMMENT_REPLY)
@limited("export", per_device="20/hour")
def request_export(public_id: str) -> ResponseReturnValue:
    """Have a file of all comments made; it is noted in the audit log."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EXPORT)
    made = exporting.request_export(
        actor,
        work.consultation.id,
        _words(),
        choice(ExportFormat, request.form.get("format")) or ExportFormat.CSV,
        request_id=request.form.get("_request_id", ""),
    )
    return redirect(url_for(".export", public_id=public_id, export_id=made), 303)


@staff_pages.get("/<public_id>/exports/<export_id>")
@staff(Permission.COMMENT_REPLY)
def export(public_id: str, export_id: str) -> ResponseReturnValue:
    """How far an export is, and its download when it is ready."""
    work = queries.work(current_actor(), public_id, Deed.EXPORT)
    found = queries.export_of(work, export_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(state=found.state.value, done=found.done_rows, all=found.all_rows)
    return render_template(
        "consultations/staff/export.html", work=work, export=found, State=ExportState, Deed=Deed
    )


@staff_pages.get("/<public_id>/exports/<export_id>/file")
@staff(Permission.COMMENT_REPLY)
def export_file(public_id: str, export_id: str) -> ResponseReturnValue:
    """The file of a finished export."""
    work = queries.work(current_actor(), public_id, Deed.EXPORT)
    found = queries.export_of(work, export_id)
    path = current_app.config["ENGAGE"].files / "exports" / found.file_name
    if found.state is not ExportState.DONE or not path.exists():
        raise NotFound(msg("This file is no longer kept. Please have it made again."))
    return download(path, work.consultation.title, _("Comments"), found.created_at, found.format.value)


def _words() -> Words:
    return Words(
        heads=[
            _("Comment number"),
            _("Clause"),
            _("Stance"),
            _("Comment"),
            _("Source"),
            _("Time"),
            _("State"),
            _("Reason"),
            _("Note"),
            _("Reply"),
            _("Replied by"),
            _("What came of it"),
            _("Reason for the outcome"),
        ],
        sheet=_("Comments"),
        whole=_("The draft as a whole"),
        units={str(unit_id): local(name) for unit_id, name in unit_names().items()},
        labels={name: {one.value: label(one) for one in enum} for name, enum in _COLUMNS.items()},
        zone=current_site().zone.key,
        summary={
            "language": current_language(),
            "sheet": _("Summary of figures"),
            "title": _("Consultation"),
            "scope": _("What is counted"),
            "everything": _("All comments, published or not"),
            "comments": _("Comments and stances"),
            "made": _("Made at"),
            "clause": _("Clause"),
            "in_words": _("Comments in words"),
            "share": _("Share of comments"),
            "agree": _("Share who agree"),
            "total": _("Total"),
            "sheets": render(GOING_ON[0]),
            "going_on": render(GOING_ON[1]),
        },
    )
