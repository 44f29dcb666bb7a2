"""A respondent takes back what they answered."""

from __future__ import annotations

from engage.core.db import db
from engage.core.jobs import enqueue
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.participation.erasers import Eraser, register_eraser
from engage.surveys.models import Response
from engage.surveys.queries.responses import RECEIPT_KIND


def erase(response_id: int) -> None:
    """Delete a response for good and have its survey's columns made anew.

    Joins a running transaction. Doing it again, or for one that is gone, changes nothing.
    """
    with atomic():
        row = db.session.get(Response, response_id)
        if row is None:
            return
        survey_id = row.survey_id
        db.session.delete(row)
        enqueue("analysis.rebuild", {"survey_id": survey_id}, key=f"analysis.rebuild:{survey_id}")


register_eraser(
    RECEIPT_KIND,
    Eraser(
        msg("Your response to a survey"),
        msg(
            "All your answers are deleted. The counts in results that are already published do not change. "
            "That this device took part stays noted until its time is up, so that nobody answers twice."
        ),
        erase,
        rows=Response.id,
    ),
)
