"""The screen on which staff enter responses that did not come online."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.messages import Message
from engage.questions.compiled import from_form
from engage.surveys.actions.entering import ENTERED_SOURCES, enter_response
from engage.surveys.models import Source
from engage.surveys.queries import staff as queries
from engage.surveys.queries.published import CompiledVersion, Published, published, version
from engage.surveys.rules import Deed, require_phase
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import current_language

blueprint = Blueprint("surveys_entering", __name__)


@blueprint.get("/staff/surveys/enter")
@staff(Permission.SURVEY_ENTER)
def index() -> str:
    """The surveys for which this person may type in responses now."""
    return render_template("surveys/staff/to_enter.html", listed=queries.to_enter(current_actor()))


@blueprint.route("/staff/surveys/<public_id>/enter", methods=["GET", "POST"])
@staff(Permission.SURVEY_ENTER)
def enter(public_id: str) -> ResponseReturnValue:
    """The whole form at once; after each response an empty form for the next one."""
    queries.survey_for(current_actor(), public_id, Permission.SURVEY_ENTER)
    survey = published(public_id)
    require_phase(Deed.ENTER, survey.phase(now()))
    asked = version(survey)
    if request.method != "POST":
        source = _source(request.args.get("source", "")) or Source.PAPER
        return _page(survey, asked, source, {}, {})
    raw = from_form(asked.compiled, request.form.getlist)
    chosen = _source(request.form.get("source", ""))
    try:
        if chosen is None:
            raise NotFound
        code = enter_response(
            current_actor(), survey, raw, chosen, current_language(), request.form.get("_request_id", "")
        )
    except Invalid as refusal:
        return _page(survey, asked, chosen or Source.PAPER, raw, refusal.errors), refusal.status
    except Conflict as refusal:
        return _page(survey, asked, chosen or Source.PAPER, raw, {"_request_id": refusal.message}), 409
    flash(_("Stored. Receipt code to hand out: %(code)s", code=code), "success")
    return redirect(url_for(".enter", public_id=public_id, source=chosen.value), 303)


def _source(word: str) -> Source | None:
    return next((source for source in ENTERED_SOURCES if source.value == word), None)


def _page(
    survey: Published,
    asked: CompiledVersion,
    source: Source,
    raw: Mapping[str, object],
    errors: Mapping[str, Message],
) -> str:
    steps = asked.compiled.steps
    return render_template(
        "surveys/staff/enter.html",
        survey=survey,
        sources=ENTERED_SOURCES,
        source=source,
        pages=[
            (number, page, [step for step in steps if step.page == number])
            for number, page in enumerate(asked.compiled.definition.pages)
        ],
        numbers={step.id: number for number, step in enumerate(steps, 1)},
        state=raw,
        errors=errors,
        fresh_request_id=request.form.get("_request_id") or request_id(),
    )
