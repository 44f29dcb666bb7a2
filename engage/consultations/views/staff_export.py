"""The comments of a consultation as a table for spreadsheets; for staff only, and noted in the audit log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.queries import unit_names
from engage.consultations.actions.exporting import note_export
from engage.consultations.models import Comment
from engage.consultations.queries import staff as queries
from engage.consultations.queries.queue import export_rows
from engage.consultations.rules.phases import Deed
from engage.consultations.views._blueprints import staff_pages
from engage.core.cells import safe_cell
from engage.core.clock import local as on_clocks
from engage.web.actor import current_actor
from engage.web.display import label, local
from engage.web.guards import staff
from engage.web.site import current_site

_FLUSH_ROWS = 200
_BYTE_ORDER_MARK = "\ufeff"


@staff_pages.get("/<public_id>/comments.csv")
@staff(Permission.COMMENT_REPLY)
def export(public_id: str) -> ResponseReturnValue:
    """All comments, one a row, streamed; UTF-8 with a mark so that Excel reads Chinese."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EXPORT)
    note_export(actor, work.consultation.id)
    clauses = {clause.key: clause.name for clause in work.clauses}
    units = {unit_id: local(name) for unit_id, name in unit_names().items()}
    rows = (_cells(row, clauses, units) for row in export_rows(work.consultation.id))
    response = Response(stream_with_context(_lines([_header()], rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="comments-{public_id}.csv"'
    response.cache_control.no_store = True
    return response


def _header() -> list[str]:
    return [
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
    ]


def _cells(row: Comment, clauses: dict[str, str], units: dict[int, str]) -> list[Any]:
    return [
        row.number,
        clauses.get(row.clause, row.clause) if row.clause else _("The draft as a whole"),
        label(row.stance) if row.stance else "",
        row.text,
        label(row.source),
        on_clocks(row.submitted_minute, current_site().zone).strftime("%Y-%m-%d %H:%M"),
        label(row.state),
        label(row.reason) if row.reason else "",
        row.reason_note,
        row.reply,
        units.get(row.reply_unit_id or 0, ""),
        label(row.adoption) if row.adoption else "",
        row.adoption_reason,
    ]


def _lines(*tables: Iterable[list[Any]]) -> Iterator[str]:
    out = io.StringIO()
    out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out)
    count = 0
    for table in tables:
        for row in table:
            writer.writerow([safe_cell(cell) for cell in row])
            count += 1
            if count % _FLUSH_ROWS == 0:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()
