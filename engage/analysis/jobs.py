"""What the worker does for analysis: it writes exports itself and has columns made (``analysis.process``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from engage.analysis.actions import Words
from engage.analysis.client import ask
from engage.analysis.exports import write_responses
from engage.analysis.models import Export, ExportFormat, ExportState
from engage.analysis.summary import front_sheet
from engage.core.clock import local, now
from engage.core.db import db
from engage.core.jobs import job, periodic
from engage.core.sheets import Front
from engage.core.writer import atomic
from engage.surveys.models import Response, Survey
from engage.surveys.queries.responses import count_responses

KEEP_EXPORTS = timedelta(days=1)
FEED_ROWS = 1_000
"""So many new responses are worth a process; a dashboard takes in fewer while it is waited for."""
_LONG_SECONDS = 3600.0
_FED = "engage_fed_responses"


@periodic("analysis.feed", seconds=10)
def feed() -> None:
    """Have responses turned into columns before a dashboard asks, where many are new."""
    newest = db.session.scalar(select(func.max(Response.id))) or 0
    db.session.rollback()
    # Both ways: after a deletion the database may give the same ids again.
    if abs(newest - current_app.extensions.get(_FED, 0)) >= FEED_ROWS:
        ask("feed", seconds=_LONG_SECONDS)
        current_app.extensions[_FED] = newest


@job("analysis.rebuild")
def rebuild(payload: dict[str, Any]) -> None:
    """Have a survey's responses read again, after one was erased."""
    ask("rebuild", seconds=_LONG_SECONDS, survey_id=int(payload["survey_id"]))


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
    words = Words(**payload["words"])
    try:
        front, through_id = _front(survey_id, language, words) if excel else (None, None)
        count = write_responses(
            survey_id,
            temporary,
            excel=excel,
            language=language,
            words=words,
            progress=lambda rows: _note(export_id, done_rows=rows),
            front=front,
            through_id=through_id,
        )
    except Exception:
        temporary.unlink(missing_ok=True)
        _note(export_id, state=ExportState.FAILED)
        raise
    temporary.replace(target)
    _note(export_id, state=ExportState.DONE, done_rows=count, all_rows=count)


def _front(survey_id: int, language: str, words: Words) -> tuple[Front | None, int | None]:
    """The first sheet of the file, and the last response it counts."""
    if not words.summary:
        return None, None
    found = ask("summary", seconds=_LONG_SECONDS, survey_id=survey_id, language=language)
    title = db.session.get_one(Survey, survey_id).title
    made_at = local(now()).replace(tzinfo=None)
    front = front_sheet(found, title.values(), title.text(language), words.summary, made_at)
    return front, int(found["through_id"])


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
