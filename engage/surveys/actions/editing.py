"""Writing surveys: drafts are saved as they are typed, also unfinished ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.audit.events import Key, declare
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import short_id
from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.questions.definition import BadDefinition, check, read, write
from engage.questions.reading import Finding
from engage.surveys.events import SurveyChanged
from engage.surveys.models import Layout, Survey
from engage.surveys.rules import Deed, phase, require_phase
from engage.themedays.models import Activity

TITLE_LIMIT = 120
TEXT_LIMIT = 5000

CREATED = declare("survey.created", msg("Survey created"), title=msg("Title"), unit=msg("Unit"))
WRITTEN = declare("survey.written", msg("Survey questions changed"), questions=msg("Questions"))
SETTINGS_CHANGED = declare(
    "survey.settings-changed",
    msg("Survey settings changed"),
    title=msg("Title"),
    introduction=msg("Introductory words"),
    thanks=msg("Words of thanks"),
    layout=Key(msg("Layout"), Layout),
    one_per_device=msg("One response per device"),
    activity=msg("Activity"),
)


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """What staff set besides the questions."""

    title: Localized
    introduction: Localized
    thanks: Localized
    layout: Layout
    one_per_device: bool
    activity_id: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """The revision after a save, and what still keeps the survey from being published."""

    revision: int
    findings: list[Finding]


def create_survey(actor: Actor, unit_id: int, title: Localized, activity_id: int | None) -> str:
    """A new draft with one empty page; answers its public id. Raises ``NotAllowed`` and ``Invalid``."""
    require(actor, Permission.SURVEY_EDIT, unit_id=unit_id, activity_id=activity_id)
    _check_texts(title=(title, TITLE_LIMIT))
    with atomic():
        survey = Survey(
            unit_id=unit_id,
            activity_id=_activity(activity_id, unit_id),
            title=title,
            edit_definition={"pages": [{"id": short_id(), "questions": []}]},
        )
        db.session.add(survey)
        db.session.flush()
        record(
            actor,
            CREATED,
            "survey",
            survey.id,
            after={"title": title, "unit": survey.unit.name},
            label=title.text(),
        )
        return survey.public_id


def copy_survey(actor: Actor, survey_id: int) -> str:
    """A new draft with the questions and texts of another survey; question ids are kept."""
    with atomic():
        source = survey_to(actor, survey_id, Permission.SURVEY_READ)
        require(actor, Permission.SURVEY_EDIT, unit_id=source.unit_id)
        title = Localized(
            {
                language: f"{text}（副本）" if language == "zh_CN" else f"{text} (copy)"
                for language, text in source.title.items()
            }
        )
        survey = Survey(
            unit_id=source.unit_id,
            title=title,
            introduction=source.introduction,
            thanks=source.thanks,
            layout=source.layout,
            one_per_device=source.one_per_device,
            edit_definition=source.edit_definition,
        )
        db.session.add(survey)
        db.session.flush()
        after = {"title": title, "unit": source.unit.name}
        record(actor, CREATED, "survey", survey.id, after=after, label=title.text())
        return survey.public_id


def save_definition(actor: Actor, survey_id: int, data: Any, revision: int) -> Saved:
    """Keep the questions as typed, also unfinished ones; ``revision`` is the one the writer began from.

    Saving the same questions again changes nothing. Raises ``Conflict`` where
    another person saved meanwhile, ``Invalid`` (keys are paths) for what no editor sends.
    """
    try:
        definition = read(data)
    except BadDefinition as bad:
        raise Invalid({finding.path or "pages": finding.message for finding in bad.findings}) from bad
    written = write(definition)
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.EDIT, phase(survey.state, survey.opens_at, survey.closes_at, now()))
        if survey.edit_definition == written:
            return Saved(survey.edit_revision, check(definition))
        if survey.edit_revision != revision:
            raise Conflict(
                msg(
                    "Someone else has changed these questions in the meantime. "
                    "Reload the page to see the change; copy what you typed first."
                )
            )
        before = sum(len(page.get("questions", ())) for page in survey.edit_definition.get("pages", ()))
        survey.edit_definition = written
        survey.edit_revision += 1
        record(
            actor,
            WRITTEN,
            "survey",
            survey.id,
            before={"questions": before},
            after={"questions": sum(1 for _ in definition.questions)},
            label=survey.title.text(),
        )
        return Saved(survey.edit_revision, check(definition))


def change_settings(actor: Actor, survey_id: int, settings: SurveySettings) -> None:
    """Change texts and rules of a survey. Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``."""
    _check_texts(
        title=(settings.title, TITLE_LIMIT),
        introduction=(settings.introduction, TEXT_LIMIT),
        thanks=(settings.thanks, TEXT_LIMIT),
    )
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.EDIT, phase(survey.state, survey.opens_at, survey.closes_at, now()))
        before = _settings(survey)
        survey.title = settings.title
        survey.introduction = settings.introduction
        survey.thanks = settings.thanks
        survey.layout = settings.layout
        survey.one_per_device = settings.one_per_device
        survey.activity_id = _activity(settings.activity_id, survey.unit_id)
        after = _settings(survey)
        changed = {key for key in after if before[key] != after[key]}
        if changed:
            record(
                actor,
                SETTINGS_CHANGED,
                "survey",
                survey.id,
                before={key: before[key] for key in changed},
                after={key: after[key] for key in changed},
                label=survey.title.text(),
            )
            publish(SurveyChanged(survey.id, survey.public_id))


def survey_to(actor: Actor, survey_id: int, permission: Permission) -> Survey:
    """The survey, if ``actor`` has ``permission`` on it. Raises ``NotFound`` and ``NotAllowed``."""
    survey = db.session.get(Survey, survey_id)
    if survey is None:
        raise NotFound
    require(actor, permission, unit_id=survey.unit_id, activity_id=survey.activity_id)
    return survey


def _settings(survey: Survey) -> dict[str, Any]:
    return {
        "title": survey.title,
        "introduction": survey.introduction,
        "thanks": survey.thanks,
        "layout": survey.layout,
        "one_per_device": survey.one_per_device,
        "activity": survey.activity_id,
    }


def _activity(activity_id: int | None, unit_id: int) -> int | None:
    if activity_id is None:
        return None
    activity = db.session.get(Activity, activity_id)
    if activity is None or activity.unit_id != unit_id:
        raise Invalid({"activity": msg("Please choose an activity of the same unit.")})
    return activity_id


def _check_texts(**texts: tuple[Localized, int]) -> None:
    errors: dict[str, Message] = {}
    for name, (text, limit) in texts.items():
        if any(len(words) > limit for words in text.values()):
            errors[name] = msg("Please use at most {limit} characters.", limit=limit)
    if "title" in texts and not texts["title"][0].get("zh_CN"):
        errors["title"] = msg("Please enter the Chinese title.")
    if errors:
        raise Invalid(errors)
