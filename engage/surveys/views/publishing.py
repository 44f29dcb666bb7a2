"""Preview, publishing, poster, and the end of a survey."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.clock import from_local, local, now
from engage.core.errors import Invalid, NotFound
from engage.core.messages import Message, msg
from engage.questions.beside import read_beside
from engage.surveys.actions import publishing
from engage.surveys.forms import PublishForm
from engage.surveys.models import Survey
from engage.surveys.queries import staff as queries
from engage.surveys.rules import ALLOWED, Deed, Phase, phase
from engage.surveys.views import preview as previews
from engage.surveys.views.findings import missing
from engage.web.actor import current_actor
from engage.web.guards import staff

blueprint = Blueprint("surveys_publishing", __name__)

_DEEDS = {
    Deed.CLOSE: publishing.close_survey,
    Deed.WITHDRAW: publishing.withdraw_survey,
    Deed.ARCHIVE: publishing.archive_survey,
    Deed.RESTORE: publishing.restore_survey,
}


@blueprint.get("/staff/surveys/<public_id>/preview")
@staff(Permission.SURVEY_READ)
def preview(public_id: str) -> ResponseReturnValue:
    """The form as citizens would see it now; nothing can be sent from it."""
    return previews.preview(queries.survey_for(current_actor(), public_id))


@blueprint.route("/staff/surveys/<public_id>/publish", methods=["GET", "POST"])
@staff(Permission.SURVEY_PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    """Set the times and publish, or set the times alone; below, the address and what else can be done."""
    survey = queries.survey_for(current_actor(), public_id, Permission.SURVEY_PUBLISH)
    form = PublishForm(data={"opens_at": _wall(survey.opens_at), "closes_at": _wall(survey.closes_at)})
    unsaid: list[Message] = []
    if form.validate_on_submit():
        try:
            unsaid = _unsaid(survey, form)
            done = "" if unsaid else _publish(survey, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            if done:
                flash(done, "success")
                return redirect(url_for(".publish", public_id=public_id), 303)
    findings = missing(read_beside(survey.edit_definition))
    page = render_template(
        "surveys/staff/publish.html",
        survey=survey,
        form=form,
        findings=findings,
        unsaid=unsaid,
        unpublished=queries.unpublished(survey),
        may_reschedule=_is_possible(survey, Deed.RESCHEDULE),
        versions=queries.versions_of(survey.id),
        phase=_phase(survey),
        deeds=_possible(survey),
        may_enter=_is_possible(survey, Deed.ENTER),
    )
    return page, 422 if form.is_submitted() else 200


def _unsaid(survey: Survey, form: PublishForm) -> list[Message]:
    """What citizens would miss, said once; a second press of the button (``sure``) publishes all the same.

    Raises ``Invalid`` for impossible times: what forbids it is said before what is only missing.
    """
    if request.form.get("deed") == Deed.RESCHEDULE.value or request.form.get("sure") or not _is_ready(survey):
        return []
    publishing.check_window(_window(form))
    found = []
    if not survey.introduction.text().strip():
        found.append(msg("There are no introductory words: people are not told who asks, and what for."))
    if form.closes_at.data is None:
        found.append(msg("There is no closing time: the survey stays open until somebody closes it by hand."))
    return found


def _is_ready(survey: Survey) -> bool:
    """Whether it could be published but for its times."""
    return _is_possible(survey, Deed.PUBLISH) and not missing(read_beside(survey.edit_definition))


def _publish(survey: Survey, form: PublishForm) -> str:
    """Do what the button says; answers what is told then."""
    if request.form.get("deed") == Deed.RESCHEDULE.value:
        publishing.change_times(current_actor(), survey.id, _window(form))
        return _("The times have been changed.")
    number = publishing.publish_survey(current_actor(), survey.id, _window(form))
    return _("Published as version %(number)s.", number=number)


def _window(form: PublishForm) -> publishing.Window:
    return publishing.Window(_moment(form.opens_at.data), _moment(form.closes_at.data))


@blueprint.post("/staff/surveys/<public_id>/discard")
@staff(Permission.SURVEY_EDIT)
def discard(public_id: str) -> ResponseReturnValue:
    """Give up what was written since the published version."""
    survey = queries.survey_for(current_actor(), public_id, Permission.SURVEY_EDIT)
    revision = request.form.get("revision", type=int)
    publishing.discard_changes(current_actor(), survey.id, -1 if revision is None else revision)
    flash(_("The unpublished changes have been discarded."), "success")
    return redirect(url_for("surveys_staff.edit", public_id=public_id), 303)


@blueprint.post("/staff/surveys/<public_id>/<any(close, withdraw, archive, restore):deed>")
@staff(Permission.SURVEY_EDIT)
def change(public_id: str, deed: str) -> ResponseReturnValue:
    """Close, withdraw, archive or restore."""
    survey = queries.survey_for(current_actor(), public_id)
    _DEEDS[Deed(deed)](current_actor(), survey.id)
    words = {
        "close": _("The survey is closed."),
        "withdraw": _("The survey has been withdrawn. The answers are kept."),
        "archive": _("The survey has been archived."),
        "restore": _("The survey has been restored."),
    }
    flash(words[deed], "success")
    back = ".publish" if deed in ("close", "withdraw") else "surveys_staff.edit"
    return redirect(url_for(back, public_id=public_id), 303)


@blueprint.get("/staff/surveys/<public_id>/poster")
@staff(Permission.SURVEY_READ)
def poster(public_id: str) -> ResponseReturnValue:
    """A page to print and hang up: title, times and the QR code of the survey."""
    survey = queries.survey_for(current_actor(), public_id)
    if survey.version_number is None:
        raise NotFound
    return render_template(
        "staff/poster.html",
        title=survey.title,
        lead=survey.introduction,
        path=url_for("surveys.show", public_id=public_id),
        invitation=_("Scan with WeChat to answer"),
        closes_at=survey.closes_at,
        unit=survey.unit.name,
        back=(url_for(".publish", public_id=public_id), _("Back to publishing")),
    )


def _possible(survey: Survey) -> list[Deed]:
    return [deed for deed in _DEEDS if _is_possible(survey, deed)]


def _is_possible(survey: Survey, deed: Deed) -> bool:
    permission, phases = ALLOWED[deed]
    return _phase(survey) in phases and may(
        current_actor(),
        permission or Permission.SURVEY_EDIT,
        unit_id=survey.unit_id,
        activity_id=survey.activity_id,
    )


def _phase(survey: Survey) -> Phase:
    return phase(survey.state, survey.opens_at, survey.closes_at, now())


def _wall(moment: datetime | None) -> datetime | None:
    return local(moment).replace(tzinfo=None) if moment else None


def _moment(wall: datetime | None) -> datetime | None:
    return from_local(wall) if wall else None
