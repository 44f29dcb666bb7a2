"""The list of what is owed, and a case with its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import Field

from engage.accounts.permissions import Permission
from engage.accounts.rules import may, units_where
from engage.cases import actions, queries
from engage.cases.forms import AnswerForm, CorrectionForm, ReassignForm, ReturnForm
from engage.cases.labels import LABELS
from engage.cases.queries import PAGE, Filter, Opened
from engage.cases.rules import CaseDeed
from engage.core.actor import Actor
from engage.core.calendar import missing_years
from engage.core.clock import today
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import msg
from engage.web.actor import current_actor
from engage.web.display import number, register_labels
from engage.web.forms import StaffForm
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.numbers import page_number
from engage.web.staff_home import MOST, WorkItem, home_provider

blueprint = Blueprint("cases", __name__)
blueprints = (blueprint,)


_FORMS: dict[CaseDeed, type[StaffForm]] = {
    CaseDeed.ANSWER: AnswerForm,
    CaseDeed.CORRECT: CorrectionForm,
    CaseDeed.RETURN: ReturnForm,
    CaseDeed.REASSIGN: ReassignForm,
}
_REVISION: dict[type[StaffForm], str] = {
    AnswerForm: "revision",
    CorrectionForm: "answer_revision",
    ReturnForm: "return_revision",
    ReassignForm: "case_revision",
}


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
    counts = queries.counts(actor, unit_id)
    return render_template(
        "cases/list.html",
        rows=rows,
        total=total,
        pages=-(-total // PAGE),
        page=page,
        wanted=wanted,
        filters=[one for one in Filter if one is not Filter.RETURNED or one is wanted or counts[one]],
        counts=counts,
        units=units,
        chosen=chosen,
    )


@blueprint.route("/staff/cases/<public_id>", methods=["GET", "POST"])
@staff(Permission.CASE_READ)
def case(public_id: str) -> ResponseReturnValue:
    """A case with what was asked; answering it answers there."""
    opened = queries.opened(current_actor(), public_id)
    if request.method != "POST":
        return _page(opened)
    form = AnswerForm()

    def deed(revision: int) -> None:
        actions.answer_case(current_actor(), opened.case.id, form.text.data or "", revision)

    return _sent(opened, form, form.text, deed, gettext("The answer has been published."))


@blueprint.post("/staff/cases/<public_id>/correct")
@staff(Permission.CASE_ANSWER)
def correct(public_id: str) -> ResponseReturnValue:
    """Publish another text in place of the answer."""
    opened = queries.opened(current_actor(), public_id)
    form = CorrectionForm()

    def deed(revision: int) -> None:
        actions.correct_case(current_actor(), opened.case.id, form.corrected.data or "", revision)

    return _sent(opened, form, form.corrected, deed, gettext("The corrected answer has been published."))


@blueprint.post("/staff/cases/<public_id>/return")
@staff(Permission.CASE_ANSWER)
def give_back(public_id: str) -> ResponseReturnValue:
    """Give a case that is not the unit's back to the coordinator."""
    opened = queries.opened(current_actor(), public_id)
    form = ReturnForm()

    def deed(revision: int) -> None:
        actions.return_case(current_actor(), opened.case.id, form.why.data or "", revision)

    done = gettext("The case has gone back to the coordinator, who hands it to the right unit.")
    return _sent(opened, form, form.why, deed, done, url_for("cases.cases"))


@blueprint.post("/staff/cases/<public_id>/reassign")
@staff(Permission.CASE_ASSIGN)
def reassign(public_id: str) -> ResponseReturnValue:
    """Hand a case over to another unit."""
    opened = queries.opened(current_actor(), public_id)
    form = _with_units(ReassignForm(), opened)

    def deed(revision: int) -> None:
        unit, reason = form.unit.data, form.reason.data or ""
        actions.reassign_case(current_actor(), opened.case.id, unit, reason, revision)

    done = gettext("The case has been handed over; the unit has been told.")
    return _sent(opened, form, form.reason, deed, done)


@home_provider(Permission.CASE_ANSWER, Permission.CASE_ASSIGN, Permission.UNIT_MANAGE)
def _home(actor: Actor) -> Iterator[WorkItem]:
    """The cases that are due first, and the holidays without which due dates are wrong."""
    if may(actor, Permission.CASE_READ, anywhere=True):
        yield from _owed(actor)
    missing = missing_years(today()) if may(actor, Permission.UNIT_MANAGE, anywhere=True) else []
    if missing:
        years = ", ".join(map(str, missing))
        yield WorkItem(
            msg("Working days"),
            "calendar-days",
            msg("The holidays of {years} are not known yet; due dates may be wrong.", years=years),
            url_for("settings.working_days"),
            msg("Paste the notice"),
            urgent=True,
        )


def _owed(actor: Actor) -> Iterator[WorkItem]:
    found, total = queries.most_urgent(actor, MOST)
    everywhere = units_where(actor, Permission.CASE_READ) is None
    for one in found:
        returned = one.case.returned_at is not None
        yield WorkItem(
            one.kind,
            "inbox",
            one.asked or one.case.title,
            url_for("cases.case", public_id=one.case.public_id),
            msg("Hand over") if returned else msg("Work on it"),
            (*((one.case.unit.name,) if everywhere else ()), *((one.case.title,) if one.asked else ())),
            due=one.case.due_on,
        )
    if total > len(found):
        yield WorkItem(
            msg("Cases"),
            "inbox",
            msg("{count} more cases are open", count=number(total - len(found))),
            url_for("cases.cases"),
            msg("All cases"),
            rest=True,
        )


def _sent(
    opened: Opened, form: StaffForm, field: Field, deed: Callable[[int], None], done: str, then: str = ""
) -> ResponseReturnValue:
    """Do it and go on, or show the page again with what was typed and why it was refused."""
    status, public_id = 422, opened.case.public_id
    if form.validate():
        try:
            deed(_number(form[_REVISION[type(form)]].data))
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            status, field.errors = 409, [render(refusal.message)]
            opened = queries.opened(current_actor(), public_id)
            form[_REVISION[type(form)]].data = str(opened.case.revision)
        else:
            flash(done, "success")
            return redirect(then or url_for("cases.case", public_id=public_id), 303)
    return _page(opened, form), status


def _page(opened: Opened, sent: StaffForm | None = None) -> str:
    """The page with a form for each possible deed; ``sent`` is shown as it came, so no words are lost."""
    forms = {}
    for deed, kind in _FORMS.items():
        if type(sent) is kind:
            form = sent
        elif deed in opened.deeds:
            data = {"corrected": opened.source.answer if opened.source else ""}
            form = kind(formdata=None, data=data | {_REVISION[kind]: opened.case.revision})
        else:
            continue
        forms[deed.value] = _with_units(form, opened) if isinstance(form, ReassignForm) else form
    return render_template("cases/case.html", opened=opened, case=opened.case, forms=forms)


def _with_units(form: ReassignForm, opened: Opened) -> ReassignForm:
    # The unit that gave it back may be told that it is its case after all.
    units = [
        (unit.id, unit.name.text())
        for unit in queries.all_units()
        if unit.id != opened.case.unit_id or opened.case.returned_at is not None
    ]
    form.unit.choices = [("", gettext("Please choose")), *units]
    return form


def _filter() -> Filter:
    try:
        return Filter(request.args.get("show", Filter.OPEN.value))
    except ValueError:
        raise NotFound from None


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else -1
