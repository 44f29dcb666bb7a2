"""A survey's dashboard and exports for staff, its published result for everyone."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.analysis import actions, queries
from engage.analysis.client import ask
from engage.analysis.models import ExportFormat, ExportState
from engage.analysis.ratings import RatingFigures, rating_figures, tile_rating
from engage.core.clock import now
from engage.core.errors import Busy, Invalid, NotFound
from engage.core.messages import GOING_ON, msg
from engage.core.types import LANGUAGE_NAMES, LANGUAGES, Localized
from engage.surveys.models import Source, Survey
from engage.surveys.rules import Deed, phase, possible
from engage.web.actor import current_actor
from engage.web.display import label
from engage.web.downloads import download
from engage.web.guards import public, staff
from engage.web.headers import allow_inline_styles
from engage.web.languages import current_language, render
from engage.web.limits import limited
from engage.web.numbers import page_number
from engage.web.stuffing import crowd

blueprint = Blueprint("analysis", __name__)
blueprints = (blueprint,)


@blueprint.get("/staff/surveys/<public_id>/results")
@staff(Permission.SURVEY_RESULTS)
def dashboard(public_id: str) -> ResponseReturnValue:
    """Counts and shares per question, responses over time, filtered by one question's answer."""
    survey = queries.survey_for_results(current_actor(), public_id)
    question, _separator, code = request.args.get("filter", "").partition(":")
    try:
        found = ask(
            "dashboard", survey_id=survey.id, language=current_language(), by_question=question, by_code=code
        )
    except Busy as refusal:
        return render_template("analysis/unavailable.html", survey=survey, sentence=refusal.message), 503
    allow_inline_styles()
    return render_template(
        "analysis/dashboard.html",
        survey=survey,
        found=found,
        chosen=next((tile for tile in found["tiles"] if tile["question"] == question), None),
        code=code,
        exports=queries.recent_exports(survey.id),
        formats=list(ExportFormat),
        result=queries.result_of(survey.id),
        ratings={
            (tile["question"], tile["kind"]): tile_rating(tile, survey.title.values())
            for tile in found["tiles"]
        },
        may_publish=_may_publish(survey),
        crowd=crowd(f"survey:{survey.id}"),
    )


@blueprint.get("/staff/surveys/<public_id>/results/total")
@staff(Permission.SURVEY_RESULTS)
def total(public_id: str) -> ResponseReturnValue:
    """How many responses there are now, for the page that is open."""
    survey = queries.survey_for_results(current_actor(), public_id)
    return jsonify(ask("total", survey_id=survey.id))


@blueprint.get("/staff/surveys/<public_id>/results/texts/<question>")
@staff(Permission.SURVEY_RESULTS)
def texts(public_id: str, question: str) -> ResponseReturnValue:
    """The text answers to one question, newest first."""
    survey = queries.survey_for_results(current_actor(), public_id)
    by_question, _separator, code = request.args.get("filter", "").partition(":")
    page = page_number()
    values: dict[str, Any] = {"survey_id": survey.id, "by_question": by_question, "by_code": code}
    found = ask("texts", text_question=question, page=page, **values)
    tiles = ask("dashboard", language=current_language(), **values)["tiles"]
    tile = next((tile for tile in tiles if tile["question"] == question), None)
    if tile is None or page > max(1, found["pages"]):
        raise NotFound
    return render_template("analysis/texts.html", survey=survey, found=found, tile=tile)


@blueprint.post("/staff/surveys/<public_id>/results/exports")
@staff(Permission.SURVEY_RESULTS)
@limited("export", per_device="20/hour")
def request_export(public_id: str) -> ResponseReturnValue:
    """Have a file of all responses made."""
    survey = queries.survey_for_results(current_actor(), public_id)
    try:
        kind = ExportFormat(request.form.get("format", ""))
    except ValueError:
        raise Invalid({"format": msg("Please choose CSV or Excel.")}) from None
    export = actions.request_export(current_actor(), survey.id, kind, current_language(), _words())
    return redirect(url_for(".export", public_id=public_id, export_id=export), 303)


@blueprint.get("/staff/surveys/<public_id>/results/exports/<export_id>")
@staff(Permission.SURVEY_RESULTS)
def export(public_id: str, export_id: str) -> ResponseReturnValue:
    """How far an export is, and its download when it is ready."""
    survey = queries.survey_for_results(current_actor(), public_id)
    found = queries.export_of(survey.id, export_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(state=found.state.value, done=found.done_rows, all=found.all_rows)
    return render_template("analysis/export.html", survey=survey, export=found, State=ExportState)


@blueprint.get("/staff/surveys/<public_id>/results/exports/<export_id>/file")
@staff(Permission.SURVEY_RESULTS)
def export_file(public_id: str, export_id: str) -> ResponseReturnValue:
    """The file of a finished export."""
    survey = queries.survey_for_results(current_actor(), public_id)
    found = queries.export_of(survey.id, export_id)
    path = current_app.config["ENGAGE"].files / "exports" / found.file_name
    if found.state is not ExportState.DONE or not path.exists():
        raise NotFound(msg("This file is no longer kept. Please have it made again."))
    return download(path, survey.title, _("Responses"), found.created_at, found.format.value)


@blueprint.post("/staff/surveys/<public_id>/results/publish")
@staff(Permission.RESULTS_PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    """Publish the result with accompanying words."""
    survey = queries.survey_for_results(current_actor(), public_id)
    words = Localized({language: request.form.get(f"words_{language}", "").strip() for language in LANGUAGES})
    if actions.publish_result(current_actor(), survey.id, words):
        flash(_("The result is public now."), "success")
    else:
        flash(
            _(
                "Your words are public. The figures stay those published before: fewer than ten responses "
                "came or were erased since, and the difference would show what these people answered."
            ),
            "info",
        )
    return redirect(url_for(".dashboard", public_id=public_id), 303)


@blueprint.post("/staff/surveys/<public_id>/results/withdraw")
@staff(Permission.RESULTS_PUBLISH)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take the published result back."""
    survey = queries.survey_for_results(current_actor(), public_id)
    actions.withdraw_result(current_actor(), survey.id)
    flash(_("The result is no longer public."), "success")
    return redirect(url_for(".dashboard", public_id=public_id), 303)


@blueprint.get("/results/surveys/<public_id>")
@public
def result(public_id: str) -> ResponseReturnValue:
    """What came of a survey: bars drawn by the server, small groups withheld."""
    survey, published = queries.published_result(public_id)
    ratings = {question["id"]: _public_rating(question, survey) for question in published.questions}
    return render_template("analysis/result.html", survey=survey, result=published, ratings=ratings)


def _public_rating(question: dict[str, Any], survey: Survey) -> RatingFigures | None:
    """What the published figures of a rating say; None for other questions and for what is withheld."""
    if question["kind"] != "scale" or question["state"] != "shown":
        return None
    base = question["base"]
    shares = {code: count / base if base else share for code, count, share in question["rows"]}
    names = [name for text in question["labels"].values() for name in text.values()]
    asked = [*survey.title.values(), *question["text"].values(), *names]
    return rating_figures(question["labels"], shares, asked)


def _words() -> actions.Words:
    return actions.Words(
        heads=[_("Response number"), _("Submitted"), _("Language"), _("Source")],
        sheet=_("Responses"),
        languages=LANGUAGE_NAMES,
        sources={source.value: label(source) for source in Source},
        summary={
            "sheet": _("Summary of figures"),
            "survey": _("Survey"),
            "scope": _("What is counted"),
            "everything": _("All responses"),
            "responses": _("Responses"),
            "made": _("Made at"),
            "question": _("Survey question"),
            "answer": _("Chosen answer"),
            "people": _("People"),
            "share": _("Share"),
            "value": _("Figure"),
            "base": _("People who answered"),
            "asked": _("People asked"),
            "texts": _("Answers in words"),
            "mean": _("Mean"),
            "median": _("Median"),
            "low": _("Smallest value"),
            "high": _("Largest value"),
            "satisfied": _("Satisfied (points {steps})"),
            "favourable": _("Points {steps}"),
            "sheets": render(GOING_ON[0]),
            "going_on": render(GOING_ON[1]),
        },
    )


def _may_publish(survey: Survey) -> bool:
    current = phase(survey.state, survey.opens_at, survey.closes_at, now())
    return possible(Deed.PUBLISH_RESULTS, current) and may(
        current_actor(), Permission.RESULTS_PUBLISH, unit_id=survey.unit_id, activity_id=survey.activity_id
    )
