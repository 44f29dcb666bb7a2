"""Writing a survey: the list, the builder, its settings."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts import queries as accounts
from engage.accounts.permissions import Permission
from engage.accounts.rules import may, units_where
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid
from engage.core.types import Localized
from engage.questions.beside import read_beside
from engage.questions.reading import Finding
from engage.surveys.actions import editing
from engage.surveys.forms import NewSurveyForm, SettingsForm
from engage.surveys.models import Layout, Survey
from engage.surveys.queries import staff as queries
from engage.surveys.rules import Deed, Phase, phase, possible
from engage.surveys.views.findings import missing, refused
from engage.surveys.views.words import builder_words
from engage.themedays.models import Activity
from engage.web.actor import current_actor
from engage.web.display import year_month_text
from engage.web.guards import staff
from engage.web.languages import local_text, render
from engage.web.numbers import page_number

blueprint = Blueprint("surveys_staff", __name__)


@blueprint.get("/staff/surveys/")
@staff(Permission.SURVEY_READ)
def index() -> ResponseReturnValue:
    """The surveys this person may read."""
    page = page_number()
    archived = request.args.get("archived") == "1"
    listed, pages = queries.surveys_of(current_actor(), page, archived=archived)
    if page > pages:
        abort(404)
    may_create = may(current_actor(), Permission.SURVEY_EDIT, anywhere=True)
    return render_template(
        "surveys/staff/index.html",
        listed=listed,
        page=page,
        pages=pages,
        archived=archived,
        may_create=may_create,
    )


@blueprint.route("/staff/surveys/new", methods=["GET", "POST"])
@staff(Permission.SURVEY_EDIT)
def create() -> ResponseReturnValue:
    """Begin a survey."""
    form = NewSurveyForm()
    activities = queries.activities_for(current_actor())
    form.unit.choices = _unit_choices(activities)
    form.activity.choices = _activity_choices(activities)
    if form.validate_on_submit():
        title = Localized(zh_CN=form.title_zh.data or "", en=form.title_en.data or "")
        try:
            survey = editing.create_survey(
                current_actor(),
                form.unit.data,
                title,
                form.activity.data or None,
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".edit", public_id=survey), 303)
    return render_template("surveys/staff/new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/staff/surveys/<public_id>")
@staff(Permission.SURVEY_READ)
def edit(public_id: str) -> ResponseReturnValue:
    """The builder."""
    survey = queries.survey_for(current_actor(), public_id)
    return render_template(
        "surveys/staff/edit.html",
        survey=survey,
        unpublished=queries.unpublished(survey),
        may_edit=_may_edit(survey),
        words=builder_words(),
        findings=missing(read_beside(survey.edit_definition)),
        phase=_phase(survey),
    )


@blueprint.post("/staff/surveys/<public_id>/definition")
@staff(Permission.SURVEY_EDIT)
def save(public_id: str) -> ResponseReturnValue:
    """Keep the questions as typed; answers the revision and what is still to be completed."""
    survey = queries.survey_for(current_actor(), public_id, Permission.SURVEY_EDIT)
    data = request.get_json(silent=True)
    if not isinstance(data, dict) or not isinstance(data.get("revision"), int):
        abort(400)
    try:
        saved = editing.save_definition(current_actor(), survey.id, data.get("definition"), data["revision"])
    except Invalid as refusal:
        faults = refused(Finding(path, message) for path, message in refusal.errors.items())
        return jsonify(message=render(refusal.message), findings=faults), refusal.status
    return jsonify(revision=saved.revision, findings=missing(saved.definition))


@blueprint.route("/staff/surveys/<public_id>/settings", methods=["GET", "POST"])
@staff(Permission.SURVEY_EDIT)
def settings(public_id: str) -> ResponseReturnValue:
    """Texts and rules besides the questions."""
    survey = queries.survey_for(current_actor(), public_id, Permission.SURVEY_EDIT)
    form = SettingsForm(data=_settings_data(survey))
    form.layouts()
    form.activity.choices = _activity_choices(queries.activities_for(current_actor(), survey.activity_id))
    status, conflict = 200, None
    if form.validate_on_submit():
        try:
            editing.change_settings(current_actor(), survey.id, _settings(form), _revision(form))
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            conflict = refusal.message
            form.revision.process_data(survey.settings_revision)  # saving again is to overwrite knowingly
        else:
            flash(_("The settings have been saved."), "success")
            return redirect(url_for(".settings", public_id=public_id), 303)
    if form.is_submitted():
        status = 422 if conflict is None else 409
    page = render_template(
        "surveys/staff/settings.html", survey=survey, form=form, phase=_phase(survey), conflict=conflict
    )
    return page, status


@blueprint.post("/staff/surveys/<public_id>/copy")
@staff(Permission.SURVEY_EDIT)
def copy(public_id: str) -> ResponseReturnValue:
    """Begin a new survey with the questions of this one."""
    survey = queries.survey_for(current_actor(), public_id)
    new = editing.copy_survey(current_actor(), survey.id, request_id=request.form.get("_request_id", ""))
    flash(_("A copy has been made. It is a draft."), "success")
    return redirect(url_for(".edit", public_id=new), 303)


def _unit_choices(activities: Sequence[Activity]) -> list[tuple[int, str]]:
    """The person's units; who works on single activities only writes for the units that hold them."""
    writable = units_where(current_actor(), Permission.SURVEY_EDIT)
    if writable is not None and not writable:
        writable = frozenset(activity.unit_id for activity in activities)
    units = [unit for unit in accounts.units() if writable is None or unit.id in writable]
    return [(unit.id, local_text(unit.name)) for unit in units]


def _activity_choices(activities: Sequence[Activity]) -> list[tuple[int, str]]:
    found = [
        (each.id, f"{year_month_text(each.theme_day.year, each.theme_day.month)} · {local_text(each.title)}")
        for each in activities
    ]
    on_single_ones_only = units_where(current_actor(), Permission.SURVEY_EDIT) == frozenset()
    return found if on_single_ones_only else [(0, _("None")), *found]


def _revision(form: SettingsForm) -> int:
    value = form.revision.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1


def _may_edit(survey: Survey) -> bool:
    scope_ok = may(
        current_actor(), Permission.SURVEY_EDIT, unit_id=survey.unit_id, activity_id=survey.activity_id
    )
    return scope_ok and possible(Deed.EDIT, _phase(survey))


def _phase(survey: Survey) -> Phase:
    return phase(survey.state, survey.opens_at, survey.closes_at, now())


def _settings_data(survey: Survey) -> dict[str, object]:
    return {
        "revision": survey.settings_revision,
        "title_zh": survey.title.get("zh_CN", ""),
        "title_en": survey.title.get("en", ""),
        "introduction_zh": survey.introduction.get("zh_CN", ""),
        "introduction_en": survey.introduction.get("en", ""),
        "thanks_zh": survey.thanks.get("zh_CN", ""),
        "thanks_en": survey.thanks.get("en", ""),
        "layout": survey.layout.value,
        "one_per_device": survey.one_per_device,
        "activity": survey.activity_id or 0,
    }


def _settings(form: SettingsForm) -> editing.SurveySettings:
    return editing.SurveySettings(
        title=Localized(zh_CN=form.title_zh.data or "", en=form.title_en.data or ""),
        introduction=Localized(zh_CN=form.introduction_zh.data or "", en=form.introduction_en.data or ""),
        thanks=Localized(zh_CN=form.thanks_zh.data or "", en=form.thanks_en.data or ""),
        layout=Layout(form.layout.data),
        one_per_device=form.one_per_device.data,
        activity_id=form.activity.data or None,
    )
