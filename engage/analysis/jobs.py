"""What the worker does for analysis. Only the worker imports this module: it loads the heavy libraries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select, update

from engage.analysis.actions import Words
from engage.analysis.exports import write_responses
from engage.analysis.models import Export, ExportFormat, ExportState
from engage.analysis.service import AnalysisService, serve
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import job, periodic
from engage.core.writer import atomic
from engage.surveys.queries.responses import count_responses

KEEP_EXPORTS = timedelta(days=1)


def start(app: Flask) -> None:
    """Start the analysis service of this worker."""
    service = AnalysisService(app)
    app.extensions["engage_analysis"] = service
    serve(service)


def _service() -> AnalysisService:
    app: Any = current_app
    if "engage_analysis" not in app.extensions:
        app.extensions["engage_analysis"] = AnalysisService(app._get_current_object())
    service: AnalysisService = app.extensions["engage_analysis"]
    return service


@periodic("analysis.feed", seconds=2)
def feed() -> None:
    """Turn new responses into columns."""
    _service().feed()


@job("analysis.rebuild")
def rebuild(payload: dict[str, Any]) -> None:
    """Read a survey's responses again, after one was erased."""
    _service().rebuild(int(payload["survey_id"]))


@job("analysis.export")
def export(payload: dict[str, Any]) -> None:
    """Write the file of one export; the row says how far it is."""
    export_id = int(payload["export_id"])
    row = db.session.get(Export, export_id)
    if row is None or row.state is ExportState.DONE:
        return
    folder = current_app.config["ENGAGE"].files / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / row.file_name
    temporary = target.with_suffix(".part")
    survey_id, excel, language = row.survey_id, row.format is ExportFormat.EXCEL, row.language
    _note(export_id, state=ExportState.RUNNING, all_rows=count_responses(survey_id))
    try:
        count = write_responses(
            survey_id,
            temporary,
            excel=excel,
            language=language,
            words=Words(**payload["words"]),
            progress=lambda rows: _note(export_id, done_rows=rows),
        )
    except Exception:
        temporary.unlink(missing_ok=True)
        _note(export_id, state=ExportState.FAILED)
        raise
    temporary.replace(target)
    _note(export_id, state=ExportState.DONE, done_rows=count, all_rows=count)


@periodic("analysis.forget_exports", seconds=3600)
def forget_exports() -> None:
    """Delete exports a day after they were made, files first."""
    old = db.session.scalars(select(Export).where(Export.created_at < now() - KEEP_EXPORTS)).all()
    folder = current_app.config["ENGAGE"].files / "exports"
    for row in old:
        (folder / row.file_name).unlink(missing_ok=True)
    ids = [row.id for row in old]
    if ids:
        with atomic():
            for row_id in ids:
                db.session.delete(db.session.get_one(Export, row_id))


def _note(export_id: int, **values: Any) -> None:
    with atomic():
        db.session.execute(update(Export).where(Export.id == export_id).values(**values))
