"""What the worker does for consultations: files of comments, and forgetting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select, update

from engage.consultations.actions.editing import MATCH_JOB, finish_matching
from engage.consultations.actions.exporting import EXPORT_JOB, Words
from engage.consultations.models import Comment, CommentExport, Consultation, ExportFormat, ExportState
from engage.consultations.queries.published import clause_names
from engage.consultations.queries.queue import export_rows
from engage.consultations.rules.clause_names import told_apart
from engage.consultations.rules.clauses import from_data
from engage.consultations.rules.matching import all_at_once, with_keys_of
from engage.consultations.rules.summary import Summary
from engage.core.clock import local, now
from engage.core.db import db
from engage.core.formatting import words_of
from engage.core.jobs import job, periodic
from engage.core.sheets import open_sheet
from engage.core.writer import atomic

KEEP_EXPORTS = timedelta(days=1)
_NOTE_ROWS = 2_000


@job(EXPORT_JOB)
def export(payload: dict[str, Any]) -> None:
    """Write the file of one export; the row says how far it is."""
    row = db.session.get(CommentExport, int(payload["export_id"]))
    if row is None or row.state is ExportState.DONE:
        return
    export_id, consultation_id, format = row.id, row.consultation_id, row.format
    # A job of the version before knows no sheet.
    words = Words(**{"sheet": "comments", **payload["words"]})
    target = _folder() / row.file_name
    temporary = target.with_suffix(".part")
    _note(export_id, state=ExportState.RUNNING)
    try:
        count = _write(
            temporary, format, consultation_id, words, lambda rows: _note(export_id, done_rows=rows)
        )
    except Exception:
        temporary.unlink(missing_ok=True)
        _note(export_id, state=ExportState.FAILED)
        raise
    temporary.replace(target)
    _note(export_id, state=ExportState.DONE, done_rows=count, all_rows=count)


@job(MATCH_JOB)
def match_clauses(payload: dict[str, Any]) -> None:
    """Find which clauses of a draft go on in the text that was pasted over it."""
    one = db.session.get(Consultation, int(payload["consultation_id"]))
    revision = int(payload["revision"])
    if one is None or one.matched_from is None or one.edit_revision != revision:
        return
    before, clauses = from_data(one.matched_from), from_data(one.edit_clauses)
    finish_matching(one.id, revision, with_keys_of(before, clauses, all_at_once))


@periodic("consultations.forget_exports", seconds=3600)
def forget_exports() -> None:
    """Delete exports a day after they were asked for, and files whose export is gone."""
    with atomic():
        db.session.execute(delete(CommentExport).where(CommentExport.created_at < now() - KEEP_EXPORTS))
    kept = {Path(row.file_name).stem for row in db.session.scalars(select(CommentExport))}
    for path in _folder().glob("comments-*"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


def _write(
    path: Path,
    format: ExportFormat,
    consultation_id: int,
    words: Words,
    progress: Callable[[int], None],
) -> int:
    names = told_apart(clause_names(consultation_id))
    count = 0
    excel, summary = format is ExportFormat.EXCEL, Summary()
    front = words.summary.get("sheet", "") if excel else ""
    with closing(open_sheet(path, words.sheet, excel=excel, front=front)) as sheet:
        sheet.heads(words.heads)
        for row in export_rows(consultation_id):
            sheet.row(_cells(row, names, words))
            summary.add(row)
            count += 1
            if count % _NOTE_ROWS == 0:
                progress(count)
        if front:
            title = db.session.get_one(Consultation, consultation_id).title.text(words.summary["language"])
            clauses = [*names.items(), ("", words.whole)]
            sheet.front(summary.front(title, clauses, words.summary, words.labels, _clock(now(), words)))
    return count


def _cells(row: Comment, clauses: Mapping[str, str], words: Words) -> list[Any]:
    def label(column: str, member: StrEnum | None) -> str:
        return words.labels[column][member.value] if member else ""

    return [
        row.number,
        clauses.get(row.clause, "") if row.clause else words.whole,
        label("stance", row.stance),
        row.text,
        label("source", row.source),
        _clock(row.submitted_minute, words),
        label("state", row.state),
        label("reason", row.reason),
        row.reason_note,
        words_of(row.reply),
        words.units.get(str(row.reply_unit_id), ""),
        label("adoption", row.adoption),
        words_of(row.adoption_reason),
    ]


def _clock(moment: datetime, words: Words) -> datetime:
    return local(moment, ZoneInfo(words.zone)).replace(tzinfo=None)


def _folder() -> Path:
    folder: Path = current_app.config["ENGAGE"].files / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _note(export_id: int, **values: Any) -> None:
    with atomic():
        db.session.execute(update(CommentExport).where(CommentExport.id == export_id).values(**values))
