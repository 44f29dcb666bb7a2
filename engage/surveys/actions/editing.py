"""Writing surveys: drafts are saved as they are typed, also unfinished ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.audit.events import Key, declare
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import short_id
from engage.core.messages import Message, msg, too_long
from engage.core.threads import beside_the_hub
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.participation.actions import made_once
from engage.questions.definition import BadDefinition, Definition, check, read, write
from engage.questions.reading import Finding
from engage.surveys.events import SurveyChanged
from engage.surveys.models import Layout, Survey
from engage.surveys.queries.staff import may_attach
from engage.surveys.rules import Deed, phase, require_phase
from engage.themedays.models import Activity
from engage.themedays.queries.names import in_words

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
    """The revision after a save, and the questions as they are kept now."""

    revision: int
    definition: Definition

    @property
    def findings(self) -> list[Finding]:
        """What still keeps the survey from being published."""
        return check(self.definition)


def create_survey(
    actor: Actor, unit_id: int, title: Localized, activity_id: int | None, *, request_id: str = ""
) -> str:
    """A new draft with one empty page; answers its public id. Raises ``NotAllowed`` and ``Invalid``.

    Made once for a ``request_id``, however often its form is sent.
    """
    _check_texts(title=(title, TITLE_LIMIT))

    def make() -> str:
        survey = Survey(
            unit_id=unit_id,
            activity_id=_activity(actor, activity_id),
            title=title,
            edit_definition={"pages": [{"id": short_id(), "questions": []}]},
        )
        return _add(actor, survey)

    with atomic():
        _require_unit(actor, unit_id, activity_id)
        return made_once(actor, request_id, "survey.create", [unit_id, title, activity_id], make)


def copy_survey(actor: Actor, survey_id: int, *, request_id: str = "") -> str:
    """A new draft with the questions and texts of another survey; question ids are kept.

    Made once for a ``request_id``.
    """
    with atomic():
        source = survey_to(actor, survey_id, Permission.SURVEY_READ)
        require(actor, Permission.SURVEY_EDIT, unit_id=source.unit_id)

        def make() -> str:
            copy = Survey(
                unit_id=source.unit_id,
                title=Localized(
                    {language: _copied(text, language) for language, text in source.title.items()}
                ),
                introduction=source.introduction,
                thanks=source.thanks,
                layout=source.layout,
                one_per_device=source.one_per_device,
                edit_definition=source.edit_definition,
            )
            return _add(actor, copy)

        return made_once(actor, request_id, "survey.copy", source.id, make)


def save_definition(actor: Actor, survey_id: int, data: Any, revision: int) -> Saved:
    """Keep the questions as typed, unfinished and faulty ones too; ``revision`` is where the writer began.

    Saving the same questions again changes nothing. Raises ``Conflict`` where
    another person saved meanwhile, ``Invalid`` (keys are paths) for what no editor sends.
    """
    try:
        definition, written = beside_the_hub(lambda: _read(data))
    except BadDefinition as bad:
        raise Invalid({finding.path or "pages": finding.message for finding in bad.findings}) from bad
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.EDIT, phase(survey.state, survey.opens_at, survey.closes_at, now()))
        if survey.edit_definition == written:
            return Saved(survey.edit_revision, definition)
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
        return Saved(survey.edit_revision, definition)


def _read(data: Any) -> tuple[Definition, dict[str, object]]:
    """The questions and how they are kept; a second for the largest questionnaire."""
    definition = read(data)
    return definition, write(definition)


def change_settings(actor: Actor, survey_id: int, settings: SurveySettings, revision: int) -> None:
    """Change texts and rules of a survey; ``revision`` is that of the settings the writer began from.

    Saving the same again changes nothing. Raises ``NotFound``, ``NotAllowed``, ``Invalid``, and ``Conflict``
    in the wrong phase and where another person saved meanwhile.
    """
    _check_texts(
        title=(settings.title, TITLE_LIMIT),
        introduction=(settings.introduction, TEXT_LIMIT),
        thanks=(settings.thanks, TEXT_LIMIT),
    )
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.EDIT, phase(survey.state, survey.opens_at, survey.closes_at, now()))
        before, after = changes(_settings(survey), _settings(settings))
        if not after:
            return
        if survey.settings_revision != revision:
            raise Conflict(
                msg("Someone else has changed these settings in the meantime. What you typed stands below.")
            )
        if "activity_id" in after:
            _activity(actor, settings.activity_id)
        for name, value in after.items():
            setattr(survey, name, value)
        survey.settings_revision += 1
        told = in_words(before), in_words(after)
        record(actor, SETTINGS_CHANGED, "survey", survey.id, *told, label=survey.title.text())
        publish(SurveyChanged(survey.id, survey.public_id))


def survey_to(actor: Actor, survey_id: int, permission: Permission) -> Survey:
    """The survey, if ``actor`` has ``permission`` on it. Raises ``NotFound`` and ``NotAllowed``."""
    survey = db.session.get(Survey, survey_id)
    if survey is None:
        raise NotFound
    require(actor, permission, unit_id=survey.unit_id, activity_id=survey.activity_id)
    return survey


def _add(actor: Actor, survey: Survey) -> str:
    db.session.add(survey)
    db.session.flush()
    after = {"title": survey.title, "unit": survey.unit.name}
    record(actor, CREATED, "survey", survey.id, after=after, label=survey.title.text())
    return survey.public_id


def _copied(title: str, language: str) -> str:
    return f"{title}（副本）" if language == "zh_CN" else f"{title} (copy)"


def _settings(of: Survey | SurveySettings) -> dict[str, Any]:
    return {each.name: getattr(of, each.name) for each in fields(SurveySettings)}


def _require_unit(actor: Actor, unit_id: int, activity_id: int | None) -> None:
    """Who works on one activity only writes its surveys for the unit that holds it."""
    if may(actor, Permission.SURVEY_EDIT, unit_id=unit_id):
        return
    require(actor, Permission.SURVEY_EDIT, activity_id=activity_id)
    if db.session.scalar(select(Activity.unit_id).where(Activity.id == activity_id)) != unit_id:
        raise Invalid({"activity": msg("Please choose an activity of the same unit.")})


def _activity(actor: Actor, activity_id: int | None) -> int | None:
    """What hangs on an activity stands on its public page: only those offered to ``actor`` are accepted."""
    if activity_id is not None and not may_attach(actor, activity_id):
        raise Invalid({"activity": msg("Please choose one of the activities offered.")})
    return activity_id


def _check_texts(**texts: tuple[Localized, int]) -> None:
    errors: dict[str, Message] = {}
    for name, (text, limit) in texts.items():
        longest = max((len(words) for words in text.values()), default=0)
        if longest > limit:
            errors[name] = too_long(longest, limit)
    if "title" in texts and not texts["title"][0].get("zh_CN"):
        errors["title"] = msg("Please enter the Chinese title.")
    if errors:
        raise Invalid(errors)
