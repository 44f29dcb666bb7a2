"""The published result of the demonstration is what the platform's own analysis answers."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard
from engage.analysis.frame import SurveyFrame
from engage.analysis.models import PublishedResult
from engage.analysis.public import public_questions
from engage.core.db import db


def test_same_figures_as_the_worker(seen: Flask) -> None:
    result = db.session.scalars(select(PublishedResult)).one()
    frame = SurveyFrame(ColumnStore(seen.config["ENGAGE"].files / "columns-test", result.survey_id))
    frame.refresh()
    assert public_questions(Dashboard(frame)) == result.questions
    assert {question["state"] for question in result.questions} == {"shown", "texts"}
