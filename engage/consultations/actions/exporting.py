"""Asking for a file of all comments; the worker writes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for
from engage.consultations.events import CONSULTATION, EXPORTED
from engage.consultations.models import Comment, CommentExport, CommentState, ExportFormat
from engage.consultations.rules.phases import Deed
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.jobs import enqueue
from engage.core.writer import atomic
from engage.participation.actions import made_once

EXPORT_JOB = "consultations.export"


@dataclass(frozen=True, slots=True)
class Words:
    """What the worker, which has no request, writes in the language of the person who asked.

    `labels` are the words for the members of an enum by the column they stand in, `summary` those of the
    first sheet (`rules.summary`), empty in a job of the version before.
    """

    heads: list[str]
    sheet: str
    whole: str
    units: dict[str, str]
    labels: dict[str, dict[str, str]]
    zone: str
    summary: dict[str, str] = field(default_factory=dict)


def request_export(
    actor: Actor, consultation_id: int, words: Words, format: ExportFormat, *, request_id: str = ""
) -> str:
    """Have the worker write all comments to a file, once for `request_id`; answers the export's public id.

    Raises `NotFound`, `NotAllowed`.
    """

    def make() -> str:
        export = CommentExport(
            consultation_id=one.id, requested_by_id=actor.id, format=format, all_rows=count
        )
        db.session.add(export)
        db.session.flush()
        payload: dict[str, Any] = {"export_id": export.id, "words": asdict(words)}
        enqueue(EXPORT_JOB, payload)
        record(actor, EXPORTED, CONSULTATION, one.public_id, after={"count": count}, label=one.title.text())
        return export.public_id

    with atomic():
        one = consultation_for(actor, Deed.EXPORT, consultation_id)
        count = (
            db.session.scalar(
                select(func.count()).where(
                    Comment.consultation_id == one.id, Comment.state != CommentState.ERASED
                )
            )
            or 0
        )
        return made_once(actor, request_id, f"consultation.export:{one.id}", [format], make)
