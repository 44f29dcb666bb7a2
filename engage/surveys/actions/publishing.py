"""Publishing: a version is frozen, and the survey opens and closes by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.audit.actions import changes, record
from engage.audit.events import Key, declare
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.questions.beside import check_beside, read_beside
from engage.surveys.actions.editing import survey_to
from engage.surveys.events import SurveyChanged
from engage.surveys.models import State, Survey, SurveyVersion
from engage.surveys.rules import Deed, Phase, phase, require_phase

LONGEST = timedelta(days=2 * 366)

PUBLISHED = declare(
    "survey.published",
    msg("Survey published"),
    version=msg("Version"),
    opens_at=msg("Opens"),
    closes_at=msg("Closes"),
)
RESCHEDULED = declare(
    "survey.rescheduled", msg("Times of the survey changed"), opens_at=msg("Opens"), closes_at=msg("Closes")
)
DISCARDED = declare("survey.changes-discarded", msg("Unpublished changes discarded"), version=msg("Version"))
RESULT_OUTDATED = declare(
    "survey.result-outdated",
    msg("Published result taken back with the survey"),
    published_at=msg("Published"),
)
STATE_CHANGED = declare("survey.state-changed", msg("Survey state changed"), state=Key(msg("State"), Phase))


@dataclass(frozen=True, slots=True)
class Window:
    """From ``opens_at`` (None: at once) until before ``closes_at`` (None: open end)."""

    opens_at: datetime | None
    closes_at: datetime | None


def publish_survey(actor: Actor, survey_id: int, window: Window) -> int:
    """Freeze the written questions as a new version and set the window; answers the version's number.

    Unchanged questions make no new version. A result published before is public no longer. Raises ``Invalid``
    for findings (key ``questions``) and impossible times, ``Conflict`` for the wrong phase.
    """
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_PUBLISH)
        require_phase(Deed.PUBLISH, _phase(survey))
        check_window(window)
        definition = read_beside(survey.edit_definition)
        findings = check_beside(definition)
        if findings:
            raise Invalid(
                {"questions": msg("{count} things still have to be completed.", count=len(findings))}
            )
        newest = _newest(survey)
        if newest is None or newest.definition != survey.edit_definition:
            newest = SurveyVersion(
                survey_id=survey.id,
                number=1 if newest is None else newest.number + 1,
                definition=survey.edit_definition,
                published_by_id=actor.id,
            )
            db.session.add(newest)
        survey.version_number = newest.number
        survey.state = State.PUBLISHED
        survey.opens_at, survey.closes_at = window.opens_at, window.closes_at
        _take_back_result(actor, survey)
        record(
            actor,
            PUBLISHED,
            "survey",
            survey.id,
            after={"version": newest.number, "opens_at": window.opens_at, "closes_at": window.closes_at},
            label=survey.title.text(),
        )
        publish(SurveyChanged(survey.id, survey.public_id))
        return newest.number


def change_times(actor: Actor, survey_id: int, window: Window) -> None:
    """Move the window of a published survey; what is being written is left alone.

    The times it has already change nothing. A closed survey is opened again by a later end, and its result is
    public no longer. Raises ``Invalid`` for
    impossible times, ``Conflict`` for the wrong phase.
    """
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_PUBLISH)
        require_phase(Deed.RESCHEDULE, _phase(survey))
        if window == Window(_second(survey.opens_at), _second(survey.closes_at)):
            return
        check_window(window)
        before = {"opens_at": survey.opens_at, "closes_at": survey.closes_at}
        survey.opens_at, survey.closes_at = window.opens_at, window.closes_at
        _take_back_result(actor, survey)
        old, new = changes(before, {"opens_at": window.opens_at, "closes_at": window.closes_at})
        if new:
            record(actor, RESCHEDULED, "survey", survey.id, old, new, label=survey.title.text())
            publish(SurveyChanged(survey.id, survey.public_id))


def discard_changes(actor: Actor, survey_id: int, revision: int) -> None:
    """Go back to the questions of the published version; ``revision`` is the one whose changes were seen.

    Raises ``Conflict`` where somebody has written more meanwhile, and for the wrong phase.
    """
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.DISCARD, _phase(survey))
        newest = _newest(survey)
        if newest is None or newest.definition == survey.edit_definition:
            return
        if survey.edit_revision != revision:
            raise Conflict(
                msg(
                    "Someone has changed the questions in the meantime. Please look at them before you go on."
                )
            )
        survey.edit_definition = newest.definition
        survey.edit_revision += 1
        after = {"version": newest.number}
        record(actor, DISCARDED, "survey", survey.id, after=after, label=survey.title.text())


def close_survey(actor: Actor, survey_id: int) -> None:
    """Close an open survey now."""
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_PUBLISH)
        require_phase(Deed.CLOSE, _phase(survey))
        survey.closes_at = now()
        _changed(actor, survey)


def withdraw_survey(actor: Actor, survey_id: int) -> None:
    """Take a survey and its result from the public; what was answered stays."""
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_PUBLISH)
        require_phase(Deed.WITHDRAW, _phase(survey))
        survey.state = State.WITHDRAWN
        _take_back_result(actor, survey)
        _changed(actor, survey)


def archive_survey(actor: Actor, survey_id: int) -> None:
    """Put a finished survey or a draft out of the way; it can be restored. Withdrawn stays withdrawn."""
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.ARCHIVE, _phase(survey))
        withdrawn = survey.state is State.WITHDRAWN
        survey.state = State.ARCHIVED_WITHDRAWN if withdrawn else State.ARCHIVED
        _changed(actor, survey)


def restore_survey(actor: Actor, survey_id: int) -> None:
    """Bring an archived survey back as what it was: withdrawn, closed if ever published, else a draft."""
    with atomic():
        survey = survey_to(actor, survey_id, Permission.SURVEY_EDIT)
        require_phase(Deed.RESTORE, _phase(survey))
        if survey.state is State.ARCHIVED_WITHDRAWN:
            survey.state = State.WITHDRAWN
        elif survey.version_number is None:
            survey.state = State.DRAFT
        else:
            survey.state = State.PUBLISHED
            if survey.closes_at is None or survey.closes_at > now():
                survey.closes_at = now()
        _changed(actor, survey)


def _newest(survey: Survey) -> SurveyVersion | None:
    return db.session.scalar(
        select(SurveyVersion)
        .where(SurveyVersion.survey_id == survey.id)
        .order_by(SurveyVersion.number.desc())
        .limit(1)
    )


def _take_back_result(actor: Actor, survey: Survey) -> None:
    """A result speaks of all answers: not public while more come in, nor once the survey is withdrawn."""
    if survey.results_published_at is None:
        return
    before = {"published_at": survey.results_published_at}
    survey.results_published_at = None
    record(actor, RESULT_OUTDATED, "survey", survey.id, before=before, label=survey.title.text())
    publish(SurveyChanged(survey.id, survey.public_id))


def _changed(actor: Actor, survey: Survey) -> None:
    after = {"state": _phase(survey).value}
    record(actor, STATE_CHANGED, "survey", survey.id, after=after, label=survey.title.text())
    publish(SurveyChanged(survey.id, survey.public_id))


def _second(moment: datetime | None) -> datetime | None:
    """As forms show it."""
    return None if moment is None else moment.replace(microsecond=0)


def check_window(window: Window) -> None:
    """Raises ``Invalid`` (field ``closes_at``) for times that no survey can have."""
    moment = now()
    if window.closes_at is None:
        return
    if window.closes_at <= moment:
        raise Invalid({"closes_at": msg("The closing time is past. Please choose a later one.")})
    if window.opens_at is not None and window.closes_at <= window.opens_at:
        raise Invalid({"closes_at": msg("The closing time must be after the opening time.")})
    if window.closes_at - moment > LONGEST:
        raise Invalid({"closes_at": msg("A survey may be open for two years at most.")})


def _phase(survey: Survey) -> Phase:
    return phase(survey.state, survey.opens_at, survey.closes_at, now())
