"""Exports and publishing, in the web process: it asks, the worker computes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, select

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.analysis.client import ask
from engage.analysis.models import Export, ExportFormat, PublishedFigures, PublishedResult
from engage.audit.actions import record
from engage.audit.events import Key, declare
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, NotFound
from engage.core.jobs import enqueue
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.surveys.events import SurveyChanged
from engage.surveys.models import Survey
from engage.surveys.rules import Deed, phase, require_phase

EXPORTED = declare("survey.exported", msg("Responses exported"), format=Key(msg("Format"), ExportFormat))
RESULT_PUBLISHED = declare(
    "survey.result-published", msg("Survey result published"), responses=msg("Responses")
)
RESULT_WITHDRAWN = declare(
    "survey.result-withdrawn", msg("Survey result withdrawn"), responses=msg("Responses")
)
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Words:
    """What the worker, which has no request, writes in the language of the person who asked.

    ``heads`` name the first four columns (number, minute, language, source), ``sheet`` what the file holds;
    ``languages`` and ``sources`` are what the stored words are called, ``summary`` those of the first sheet
    (``summary.front_sheet``), empty in a job of the version before.
    """

    heads: list[str]
    sheet: str
    languages: dict[str, str]
    sources: dict[str, str]
    summary: dict[str, str] = field(default_factory=dict)


def request_export(actor: Actor, survey_id: int, kind: ExportFormat, language: str, words: Words) -> str:
    """Have the worker write all responses to a file; answers the export's public id.

    Raises ``NotFound``, ``NotAllowed``.
    """
    with atomic():
        survey = _survey(survey_id)
        require(actor, Permission.SURVEY_RESULTS, unit_id=survey.unit_id, activity_id=survey.activity_id)
        export = Export(survey_id=survey.id, format=kind, language=language, requested_by_id=actor.id)
        db.session.add(export)
        db.session.flush()
        enqueue("analysis.export", {"export_id": export.id, "words": asdict(words)})
        record(actor, EXPORTED, "survey", survey.id, after={"format": kind.value}, label=survey.title.text())
        return export.public_id


def publish_result(actor: Actor, survey_id: int, words: Localized) -> bool:
    """Publish a closed survey's result with ``words``, as it stands now and small groups withheld.

    Where fewer than ten responses came or went since it was public before, the difference would tell what
    they said: then the words are new and the figures stay those published last. Answers whether they are of
    now.
    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` while it is open or where somebody else published just
    now, ``Busy`` without the worker.
    """
    _check_result(actor, _survey(survey_id))
    before = _last_figures(survey_id)
    known_id = before.id if before is not None else None
    found: dict[str, Any] = ask("public", survey_id=survey_id)
    if any(len(text) > MOST_WORDS for text in words.values()):
        raise Conflict(msg("The accompanying words may have at most {limit} characters.", limit=MOST_WORDS))
    with atomic():
        survey = _survey(survey_id)
        _check_result(actor, survey)
        last = _last_figures(survey_id)
        if last is not None and last.id != known_id and not _is_same(last, found):
            # Counted beside what was public before that: the two subtracted could tell of somebody.
            raise Conflict
        figures = _figures(survey_id, last, found)
        db.session.execute(delete(PublishedResult).where(PublishedResult.survey_id == survey.id))
        db.session.add(
            PublishedResult(
                survey_id=survey.id,
                words=words,
                responses=figures.responses,
                questions=figures.questions,
                published_by_id=actor.id,
            )
        )
        survey.results_published_at = now()
        record(
            actor,
            RESULT_PUBLISHED,
            "survey",
            survey.id,
            after={"responses": figures.responses},
            label=survey.title.text(),
        )
        publish(SurveyChanged(survey.id, survey.public_id))
    return not found["too_few_since"]


def _last_figures(survey_id: int) -> PublishedFigures | None:
    return db.session.scalar(
        select(PublishedFigures)
        .where(PublishedFigures.survey_id == survey_id)
        .order_by(PublishedFigures.id.desc())
        .limit(1)
    )


def _is_same(figures: PublishedFigures | None, found: dict[str, Any]) -> bool:
    through = found["through_id"], found["responses"]
    return figures is not None and (figures.through_id, figures.responses) == through


def _figures(survey_id: int, last: PublishedFigures | None, found: dict[str, Any]) -> PublishedFigures:
    """What is to be public now: the figures as found, noted for later comparison, or the last ones again."""
    if last is not None and (found["too_few_since"] or _is_same(last, found)):
        return last
    figures = PublishedFigures(
        survey_id=survey_id,
        through_id=found["through_id"],
        responses=found["responses"],
        questions=found["questions"],
    )
    db.session.add(figures)
    return figures


def withdraw_result(actor: Actor, survey_id: int) -> None:
    """Take a published result back from the public. Raises ``NotFound``, ``NotAllowed``."""
    with atomic():
        survey = _survey(survey_id)
        require(actor, Permission.RESULTS_PUBLISH, unit_id=survey.unit_id, activity_id=survey.activity_id)
        result = db.session.query(PublishedResult).filter_by(survey_id=survey.id).one_or_none()
        if result is None:
            return
        db.session.delete(result)
        survey.results_published_at = None
        before = {"responses": result.responses}
        record(actor, RESULT_WITHDRAWN, "survey", survey.id, before=before, label=survey.title.text())
        publish(SurveyChanged(survey.id, survey.public_id))


def _check_result(actor: Actor, survey: Survey) -> None:
    require(actor, Permission.RESULTS_PUBLISH, unit_id=survey.unit_id, activity_id=survey.activity_id)
    require_phase(Deed.PUBLISH_RESULTS, phase(survey.state, survey.opens_at, survey.closes_at, now()))


def _survey(survey_id: int) -> Survey:
    survey = db.session.get(Survey, survey_id)
    if survey is None:
        raise NotFound
    return survey
