"""A survey with responses as stored, past the form; call inside an application context."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from engage.accounts.models import Unit
from engage.core.clock import minute
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.models import Response, Source, State, Survey, SurveyVersion


def choices(*ids: str) -> list[dict[str, Any]]:
    """Options as a definition writes them."""
    return [{"id": code, "text": {"zh_CN": f"选项{code}", "en": code}} for code in ids]


def definition(single: tuple[str, ...], *extra: dict[str, Any]) -> dict[str, Any]:
    """One question of each type, the single choice with these options."""
    questions = [
        {"id": "aaaa", "type": "single", "text": {"zh_CN": "单选"}, "choices": choices(*single)},
        {"id": "bbbb", "type": "multiple", "text": {"zh_CN": "多选"}, "choices": choices("m1", "m2", "m3")},
        {"id": "cccc", "type": "rating", "text": {"zh_CN": "评分"}},
        {"id": "dddd", "type": "number", "text": {"zh_CN": "数字"}},
        {"id": "eeee", "type": "text", "text": {"zh_CN": "文字"}},
        *extra,
    ]
    return {"pages": [{"id": "pppp", "questions": questions}]}


def make_survey(data: dict[str, Any], unit_code: str = "u") -> dict[str, int]:
    """A published survey with its first version; the ids of both."""
    with atomic():
        unit = Unit(code=unit_code, name=Localized(zh_CN="单位"))
        db.session.add(unit)
        db.session.flush()
        survey = Survey(
            unit_id=unit.id, title=Localized(zh_CN="问卷"), state=State.PUBLISHED, version_number=1
        )
        db.session.add(survey)
        db.session.flush()
        version = SurveyVersion(survey_id=survey.id, number=1, definition=data)
        db.session.add(version)
        db.session.flush()
        return {"survey": survey.id, "version": version.id}


def add_version(survey: dict[str, int], number: int, data: dict[str, Any]) -> int:
    """Publish another version; its id."""
    with atomic():
        version = SurveyVersion(survey_id=survey["survey"], number=number, definition=data)
        db.session.add(version)
        db.session.flush()
        return version.id


def add_responses(survey: dict[str, int], rows: list[dict[str, Any]], version: int | None = None) -> None:
    """Store responses with these answers."""
    with atomic():
        db.session.execute(
            insert(Response),
            [
                {
                    "survey_id": survey["survey"],
                    "version_id": version or survey["version"],
                    "language": "zh_CN",
                    "source": Source.WEB,
                    "submitted_minute": minute(),
                    "answers": answers,
                }
                for answers in rows
            ],
        )
