"""The list of what is owed, and a case with its answer."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.cases import actions, queries
from engage.cases.forms import AnswerForm, ReassignForm
from engage.cases.labels import LABELS
from engage.cases.queries import PAGE, Filter, Opened
from engage.cases.rules import CaseDeed
from engage.core.actor import Actor
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import msg
from engage.web.actor import current_actor
from engage.web.display import register_labels
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.numbers import page_number
from engage.web.staff_home import Tile, home_tile

blueprint = Blueprint("cases", __name__)
blueprints = (blueprint,)


@blueprint.record_once
def _bind(state: BlueprintSetupState) -> None:
    register_labels(cast(Flask, state.app), LABELS)


@blueprint.get("/staff/cases")
@staff(Permission.CASE_READ)
def cases() -> str:
    """The cases one may read, by filter."""
    actor = current_actor()
    wanted = _filter()
    page = page_number()
    units = queries.units_with_cases(actor)
    chosen = next((unit for unit in units if unit.public_id == request.args.get("unit")), None)
    unit_id = chosen.id if chosen else None
    rows, total = queries.cases_of(actor, wanted, unit_id=unit_id, page=page)
    return render_template(
        "cases/list.html",
        rows=rows,
        total=total,
        pages=-(-total // PAGE),
        page=page,
        wanted=wanted,
        filters=list(Filter),
        counts=queries.counts(actor, unit_id),
        units=units,
        chosen=chosen,
    )


@blueprint.route("/staff/cases/<public_id>", methods=["GET", "POST"])
@staff(Permission.CASE_READ)
def case(public_id: str) -> ResponseReturnValue:
    """A case with what was asked; answering it answers there."""
    opened = queries.opened(current_actor(), public_id)
    form = AnswerForm(data={"revision": opened.case.revision})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                actions.answer_case(
                    current_actor(), opened.case.id, form.text.data or "", _number(form.revision.data)
                )
            except Invalid as refusal:
                form.refuse(refusal)
            except Conflict as refusal:
                form.text.errors = [render(refusal.message)]
                status = 409
                opened = queries.opened(current_actor(), public_id)
                form.revision.data = str(opened.case.revision)
            else:
                flash(gettext("The answer has been published."), "success")
                return redirect(url_for("cases.case", public_id=public_id), 303)
    return _page(opened, form, _reassign_form(opened)), status


@blueprint.post("/staff/cases/<public_id>/reassign")
@staff(Permission.CASE_ASSIGN)
def reassign(public_id: str) -> ResponseReturnValue:
    """Hand a case over to another unit."""
    opened = queries.opened(current_actor(), public_id)
    form = _reassign_form(opened)
    if form.validate():
        try:
            actions.reassign_case(
                current_actor(),
                opened.case.id,
                form.unit.data,
                form.reason.data or "",
                _number(form.case_revision.data),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The case has been handed over; the unit has been told."), "success")
            return redirect(url_for("cases.case", public_id=public_id), 303)
    answer = AnswerForm(formdata=None, data={"revision": opened.case.revision})
    return _page(queries.opened(current_actor(), public_id), answer, form), 422


@home_tile(Permission.CASE_READ, position=100)
def _tile(actor: Actor) -> Tile:
    count, overdue = queries.waiting(actor)
    text = msg("{count} of them are overdue.", count=overdue) if overdue else msg("Answers your unit owes.")
    return Tile(msg("Cases"), text, url_for("cases.cases"), "inbox", count, urgent=overdue > 0)


def _page(opened: Opened, form: AnswerForm, reassign_form: ReassignForm) -> str:
    return render_template(
        "cases/case.html",
        opened=opened,
        case=opened.case,
        form=form if CaseDeed.ANSWER in opened.deeds or form.errors else None,
        reassign_form=reassign_form if CaseDeed.REASSIGN in opened.deeds else None,
    )


def _reassign_form(opened: Opened) -> ReassignForm:
    posted = request.endpoint == "cases.reassign"
    data = {"case_revision": opened.case.revision}
    form = ReassignForm(data=data) if posted else ReassignForm(formdata=None, data=data)
    form.unit.choices = [
        (unit.id, unit.name.text()) for unit in queries.all_units() if unit.id != opened.case.unit_id
    ]
    return form


def _filter() -> Filter:
    try:
        return Filter(request.args.get("show", Filter.OPEN.value))
    except ValueError:
        raise NotFound from None


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else -1
